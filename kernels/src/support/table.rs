//! What all tables share: cells of any type, rows of them, and named columns.

use amdahl::{Exchange, ExchangeError, Exchanged, Value};

use super::text::Text;

/// One cell, its type known only at run time.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No value.
    Missing,
    /// A number.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
}

impl Cell {
    /// A number; NaN is missing.
    pub fn number(number: f64) -> Self {
        if number.is_nan() { Self::Missing } else { Self::Number(number) }
    }

    /// Text, copied.
    pub fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Missing, |text| Self::Text(text.to_owned()))
    }

    /// Its number; NaN where it holds none.
    pub fn as_number(&self) -> f64 {
        if let Self::Number(number) = self { *number } else { f64::NAN }
    }

    /// Its whole number.
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(integer) = self { Some(*integer) } else { None }
    }

    /// Its text.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// A row as a data frame's row iterator hands it out: a cell a column, found by name.
pub struct Row<'n>(pub Vec<(&'n str, Cell)>);

impl Row<'_> {
    /// The cell of this name.
    ///
    /// # Panics
    /// Where there is none.
    pub fn cell(&self, name: &str) -> &Cell {
        let found = self.0.iter().find(|(own, _)| *own == name);
        &found.expect("the row has this column").1
    }
}

/// What a closure gives for each row: called through a pointer, as a table library calls a user's.
pub fn apply<T>(rows: usize, each: &dyn Fn(usize) -> T) -> Vec<T> {
    (0..rows).map(each).collect()
}

/// One column of a [`Frame`].
#[derive(Debug, Clone)]
pub enum Column {
    /// Numbers; a missing one is NaN.
    Numbers(Vec<f64>),
    /// Whole numbers, none of them missing.
    Integers(Vec<i64>),
    /// Text.
    Text(Text),
}

impl Column {
    /// How many cells.
    pub fn rows(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Integers(integers) => integers.len(),
            Self::Text(text) => text.rows(),
        }
    }

    /// The cell of row `i`.
    pub fn cell(&self, i: usize) -> Cell {
        match self {
            Self::Numbers(numbers) => Cell::number(numbers[i]),
            Self::Integers(integers) => Cell::Integer(integers[i]),
            Self::Text(text) => Cell::text(text.get(i)),
        }
    }
}

impl From<&Column> for Value {
    fn from(column: &Column) -> Self {
        match column {
            Column::Numbers(numbers) => numbers.into(),
            Column::Integers(integers) => integers.into(),
            Column::Text(text) => text.into(),
        }
    }
}

impl TryFrom<Value> for Column {
    type Error = ExchangeError;

    fn try_from(value: Value) -> Result<Self, ExchangeError> {
        match &value {
            Value::Text(_) => Text::from_exchanged(Exchanged::single(value)).map(Self::Text),
            Value::I64(_) => Vec::from_exchanged(Exchanged::single(value)).map(Self::Integers),
            _ => Vec::from_exchanged(Exchanged::single(value)).map(Self::Numbers),
        }
    }
}

/// A table of named columns of one length.
#[derive(Debug, Clone)]
pub struct Frame {
    columns: Vec<(String, Column)>,
}

impl Frame {
    /// A table of these columns.
    ///
    /// # Errors
    /// Where they differ in length.
    pub fn new(columns: Vec<(String, Column)>) -> Result<Self, ExchangeError> {
        same_length(columns.iter().map(|(name, column)| (name.as_str(), column.rows())))?;
        Ok(Self { columns })
    }

    /// The columns with their names, in order.
    pub fn columns(&self) -> &[(String, Column)] {
        &self.columns
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.rows())
    }

    /// Row `i`.
    pub fn row(&self, i: usize) -> Row<'_> {
        Row(self.columns.iter().map(|(name, column)| (name.as_str(), column.cell(i))).collect())
    }
}

/// Each column crosses under its name.
impl Exchange for Frame {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named(self.columns.iter().map(|(name, column)| (name.as_str(), column.into())))
    }

    fn from_exchanged(exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let values = match exchanged {
            Exchanged::Values(values) => values,
            Exchanged::Error(_) => Vec::new(),
        };
        let column = |(name, value): (String, Value)| {
            let column = Column::try_from(value).map_err(|error| named(&name, error))?;
            Ok((name, column))
        };
        Self::new(values.into_iter().map(column).collect::<Result<_, _>>()?)
    }
}

fn named(name: &str, error: ExchangeError) -> ExchangeError {
    match error {
        ExchangeError::Mismatch { want, got, .. } => {
            ExchangeError::Mismatch { name: name.to_owned(), want, got }
        }
        other => other,
    }
}

/// Columns of one table have one length.
///
/// # Errors
/// Where one differs from the first; the error names it.
pub fn same_length<'n>(
    lengths: impl IntoIterator<Item = (&'n str, usize)>,
) -> Result<(), ExchangeError> {
    let mut lengths = lengths.into_iter();
    let Some((_, rows)) = lengths.next() else { return Ok(()) };
    match lengths.find(|(_, length)| *length != rows) {
        None => Ok(()),
        Some((name, length)) => Err(ExchangeError::Mismatch {
            name: name.to_owned(),
            want: "as long as the first column",
            got: format!("of {length} cells where that has {rows}"),
        }),
    }
}
