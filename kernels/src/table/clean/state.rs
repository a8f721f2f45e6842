//! What goes from stage to stage: shared columns, and the counts so far.

use std::collections::HashMap;
use std::sync::Arc;

use amdahl::{Agree, Exchange, ExchangeError, Exchanged, Value};

use crate::support::schedule::Schedule;
use crate::support::table::{Cell, Row};
use crate::support::words::Words;

/// How many rows or cells were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Rows dropped because an earlier one equals them.
    pub duplicates_removed: i64,
    /// Cells filled with a median.
    pub numeric_filled: i64,
    /// Cells filled with a mode.
    pub categorical_filled: i64,
    /// Cells whose text was not in lower case.
    pub lowercased: i64,
    /// Rows dropped because a number lies too far out.
    pub outliers_removed: i64,
}

/// A count of the report.
///
/// # Panics
/// Where it does not fit, which no memory holds.
pub(super) fn count(count: usize) -> i64 {
    i64::try_from(count).expect("fewer than 2^63 cells")
}

/// One column; clones share it.
#[derive(Debug, Clone)]
pub enum Shared {
    /// Numbers; a missing one is NaN.
    Numbers(Arc<Vec<f64>>),
    /// Text by dictionary.
    Words(Arc<Words>),
}

impl Shared {
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Words(words) => words.codes.len(),
        }
    }

    fn cell(&self, i: usize) -> Cell {
        match self {
            Self::Numbers(numbers) => Cell::number(numbers[i]),
            Self::Words(words) => Cell::text(words.get(i)),
        }
    }
}

/// A table that is being cleaned, and what was changed so far.
#[derive(Debug, Clone, Default)]
pub struct Cleaning {
    /// Names and columns, in order; all columns have one length.
    pub columns: Vec<(Arc<str>, Shared)>,
    /// The counts so far.
    pub report: Report,
}

impl Cleaning {
    pub(super) fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.rows())
    }

    pub(super) fn row(&self, i: usize) -> Row<'_> {
        Row(self.columns.iter().map(|(name, column)| (&**name, column.cell(i))).collect())
    }

    /// The same columns changed one by one, with what `change` says beside each.
    pub(super) fn each_column<S: Schedule, R: Send>(
        &self,
        change: impl Fn(&Shared) -> (Shared, R) + Send + Sync,
    ) -> (Self, Vec<R>) {
        let changed = S::map(self.columns.len(), |at| change(&self.columns[at].1));
        let (columns, beside): (Vec<Shared>, Vec<R>) = changed.into_iter().unzip();
        let names = self.columns.iter().map(|(name, _)| Arc::clone(name));
        (Self { columns: names.zip(columns).collect(), report: self.report }, beside)
    }

    /// A table of the same names and kinds that grows row by row.
    pub(super) fn builder(&self) -> Builder {
        let empty = |(name, column): &(Arc<str>, Shared)| {
            let growing = match column {
                Shared::Numbers(_) => Growing::Numbers(Vec::new()),
                Shared::Words(_) => Growing::Words(Words::default(), HashMap::new()),
            };
            (Arc::clone(name), growing)
        };
        Builder(self.columns.iter().map(empty).collect())
    }
}

/// A table that grows by rows of dynamically typed cells.
pub(super) struct Builder(pub(super) Vec<(Arc<str>, Growing)>);

pub(super) enum Growing {
    Numbers(Vec<f64>),
    Words(Words, HashMap<String, u32>),
}

impl Builder {
    pub(super) fn push(&mut self, row: Vec<Cell>) {
        for ((_, column), cell) in self.0.iter_mut().zip(row) {
            match (column, cell) {
                (Growing::Words(words, known), Cell::Text(text)) => words.push(Some(text), known),
                (Growing::Words(words, known), _) => words.push(None, known),
                (Growing::Numbers(numbers), cell) => numbers.push(cell.as_number()),
            }
        }
    }

    pub(super) fn finish(self, report: Report) -> Cleaning {
        let shared = |(name, column)| {
            let column = match column {
                Growing::Numbers(numbers) => Shared::Numbers(Arc::new(numbers)),
                Growing::Words(words, _) => Shared::Words(Arc::new(words)),
            };
            (name, column)
        };
        Cleaning { columns: self.0.into_iter().map(shared).collect(), report }
    }
}

/// Columns cross as `table.NAME`, counts as `report.NAME`.
impl Exchange for Cleaning {
    fn to_exchanged(&self) -> Exchanged {
        let mut values: Vec<(String, Value)> = Vec::new();
        for (name, column) in &self.columns {
            let value = match column {
                Shared::Numbers(numbers) => Value::vector(numbers),
                Shared::Words(words) => {
                    let word = |i| words.get(i).map(str::to_owned);
                    Value::Text((0..words.codes.len()).map(word).collect())
                }
            };
            values.push((format!("table.{name}"), value));
        }
        let report = self.report;
        let counts = [
            ("duplicates_removed", report.duplicates_removed),
            ("numeric_filled", report.numeric_filled),
            ("categorical_filled", report.categorical_filled),
            ("lowercased", report.lowercased),
            ("outliers_removed", report.outliers_removed),
        ];
        values.extend(counts.map(|(name, count)| (format!("report.{name}"), count.into())));
        Exchanged::Values(values)
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let mut count = |name: &str| exchanged.take_as::<i64>(&format!("report.{name}"));
        let report = Report {
            duplicates_removed: count("duplicates_removed")?,
            numeric_filled: count("numeric_filled")?,
            categorical_filled: count("categorical_filled")?,
            lowercased: count("lowercased")?,
            outliers_removed: count("outliers_removed")?,
        };
        let Exchanged::Values(values) = exchanged else { return Ok(Self::default()) };
        let mut columns = Vec::new();
        for (name, value) in values {
            let name = name.trim_start_matches("table.").into();
            let column = match value {
                Value::Text(cells) => Shared::Words(Arc::new(cells.into_iter().collect())),
                other => Shared::Numbers(Arc::new(Vec::from_exchanged(Exchanged::single(other))?)),
            };
            columns.push((name, column));
        }
        Ok(Self { columns, report })
    }
}

impl Agree for Cleaning {}
