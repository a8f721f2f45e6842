//! What has been learnt of a part of the file, and of two neighbouring parts together.

use amdahl::{Agree, Exchange, ExchangeError, Exchanged, Value};

use super::moments::Moments;
use crate::support::csv::error::{CsvError, Problem, Wrong};
use crate::support::csv::file::CsvFile;
use crate::support::csv::header::Header;

/// The columns of a part and the first thing wrong with its rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Part {
    /// One a column of the header.
    pub columns: Vec<Column>,
    /// A row of the wrong length; what follows it is not part of the columns.
    pub problem: Option<Problem>,
}

/// A column within a part.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    /// Of the numbers before the first text.
    pub moments: Moments,
    /// The first cell that is neither empty nor a number: with no number before it, in this part
    /// or an earlier one, the column is one of text.
    pub text: Option<Problem>,
}

impl Part {
    /// Of no rows.
    pub fn of_columns(columns: usize) -> Self {
        Self { columns: vec![Column::default(); columns], problem: None }
    }

    /// Forgets what it has learnt and keeps its memory.
    pub fn clear(&mut self) {
        self.columns.fill(Column::default());
        self.problem = None;
    }

    /// Adds the part that follows.
    pub fn merge(mut self, next: Self) -> Self {
        for (own, next) in self.columns.iter_mut().zip(next.columns) {
            if own.text.is_none() {
                own.moments.merge(&next.moments);
                own.text = next.text;
            }
        }
        self.problem = self.problem.or(next.problem);
        self
    }

    /// Whether nothing that follows can make it right again.
    pub fn is_wrong(&self) -> bool {
        self.problem.is_some() || self.columns.iter().any(Column::is_mixed)
    }

    /// The statistics of the columns of numbers.
    ///
    /// # Errors
    /// The first thing wrong in the file.
    pub fn summaries(&self, file: &CsvFile, header: &Header) -> Result<Summaries, CsvError> {
        let mixed = self.columns.iter().filter(|column| column.is_mixed());
        let mixed = mixed.filter_map(|column| column.text.as_ref());
        if let Some(first) = self.problem.iter().chain(mixed).min() {
            return Err(first.clone().into_error(file, header));
        }
        let numbers = header.names.iter().zip(&self.columns);
        let numbers = numbers.filter(|(_, column)| column.text.is_none());
        let summary = |(name, column): (&String, &Column)| {
            let [mean, std, min, max] = column.moments.summary();
            let count = i64::try_from(column.moments.count).expect("fewer than 2^63 cells");
            Summary { name: name.clone(), count, mean, std, min, max }
        };
        Ok(Summaries(numbers.map(summary).collect()))
    }
}

impl Column {
    fn is_mixed(&self) -> bool {
        self.text.is_some() && self.moments.count > 0
    }

    /// Adds a number, which below a text is text too.
    pub fn push(&mut self, number: f64) {
        if self.text.is_none() {
            self.moments.push(number);
        }
    }

    /// Keeps the first text.
    #[cold]
    pub fn set_text(&mut self, offset: u64, column: usize, cell: &[u8]) {
        let wrong = Wrong::Number(column, cell.into());
        self.text.get_or_insert(Problem { offset, wrong });
    }
}

/// The columns of numbers in the file's order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summaries(pub Vec<Summary>);

/// What is known of a column of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The column's name.
    pub name: String,
    /// Numbers in it.
    pub count: i64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, divisor n - 1.
    pub std: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

/// Crosses as `NAME.count`, `NAME.mean` and so on.
impl Exchange for Summaries {
    fn to_exchanged(&self) -> Exchanged {
        let values = self.0.iter().flat_map(|column| {
            let Summary { name, count, mean, std, min, max } = column;
            [
                (format!("{name}.count"), Value::from(*count)),
                (format!("{name}.mean"), Value::from(*mean)),
                (format!("{name}.std"), Value::from(*std)),
                (format!("{name}.min"), Value::from(*min)),
                (format!("{name}.max"), Value::from(*max)),
            ]
        });
        Exchanged::Values(values.collect())
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let Exchanged::Values(values) = &exchanged else { return Ok(Self::default()) };
        let names = values.iter().filter_map(|(name, _)| name.strip_suffix(".count"));
        let names: Vec<String> = names.map(str::to_owned).collect();
        let summary = |name: String| {
            let mut number = |what| exchanged.take_as(&format!("{name}.{what}"));
            let (mean, std, min, max) =
                (number("mean")?, number("std")?, number("min")?, number("max")?);
            let count = exchanged.take_as(&format!("{name}.count"))?;
            Ok(Summary { name, count, mean, std, min, max })
        };
        Ok(Self(names.into_iter().map(summary).collect::<Result<_, _>>()?))
    }
}

impl Agree for Summaries {}
