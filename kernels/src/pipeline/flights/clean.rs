//! The second stage, in the spirit of exercise C.2.
//!
//! In order: exact duplicates of a row are dropped, the first is kept (missing equals missing);
//! missing delays and air times become the column's median; words are trimmed and put in lower
//! case; rows with a delay farther than three standard deviations from the mean are dropped. Mean
//! and deviation (divisor n - 1) are taken once, after filling. Only the delays count there: dates,
//! clock times and identifiers measure nothing, and a flight to Hawaii is far, not wrong. A column
//! that is constant or has no value at all removes no row. Of planes and airlines only the words
//! are cleaned, and names of airlines, being titles, are left as they are.

mod whole;

use std::collections::HashSet;

use amdahl::{Agree, Array, Exchange, ExchangeError, Exchanged, Value};

use super::build::RowBuilder;
use super::error::FlightsError;
use super::load::Loaded;
use super::table::{AIRLINES, Cell, FLIGHTS, PLANES, Schema, Table, Tables};
use crate::support::summary::{Range, median};

pub use whole::{columns, with_rayon};

/// Columns whose missing values are filled.
const FILLED: [&str; 3] = ["dep_delay", "arr_delay", "air_time"];

/// Columns whose outliers are dropped.
const BOUNDED: [&str; 2] = ["dep_delay", "arr_delay"];

/// The cleaned tables and what was changed.
#[derive(Debug, Clone, PartialEq)]
pub struct CleanedTables {
    /// The tables.
    pub tables: Tables,
    /// What was changed.
    pub changes: Changes,
}

/// Counts of changed rows and cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// Rows dropped because an earlier one equals them.
    pub duplicates: i64,
    /// Cells filled with a median.
    pub filled: i64,
    /// Rows dropped as outliers.
    pub outliers: i64,
}

/// Cleaned tables, or the error of the stage before.
pub type Cleaned = Result<CleanedTables, FlightsError>;

impl Exchange for CleanedTables {
    fn to_exchanged(&self) -> Exchanged {
        let Changes { duplicates, filled, outliers } = self.changes;
        let count = |count| Value::I64(Array { shape: Vec::new(), data: vec![count] });
        let counts = [("duplicates", duplicates), ("filled", filled), ("outliers", outliers)];
        let mut values: Vec<(String, Value)> =
            counts.map(|(name, value)| (name.to_owned(), count(value))).into();
        if let Exchanged::Values(tables) = self.tables.to_exchanged() {
            values.extend(tables);
        }
        Exchanged::Values(values)
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let mut count = |name| i64::from_exchanged(Exchanged::single(exchanged.take(name)?));
        let changes = Changes {
            duplicates: count("duplicates")?,
            filled: count("filled")?,
            outliers: count("outliers")?,
        };
        Ok(Self { tables: Tables::from_exchanged(exchanged)?, changes })
    }
}

impl Agree for CleanedTables {}

/// Where a column of this name stands.
fn position(schema: &Schema, name: &str) -> usize {
    schema.columns.iter().position(|(own, _)| *own == name).expect("the schema has this column")
}

/// A word as it is compared.
fn tidy(word: &str) -> String {
    word.trim().to_lowercase()
}

/// The columns of words that are tidied.
fn is_tidied(schema: &Schema, column: usize) -> bool {
    schema.file != AIRLINES.file || schema.columns[column].0 == "carrier"
}

/// One dynamically typed row at a time.
///
/// # Errors
/// That of the stage before.
pub fn rows(loaded: &Loaded) -> Cleaned {
    let tables = loaded.as_ref().map_err(Clone::clone)?;
    let flights = &tables.flights;
    let mut changes = Changes::default();

    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for i in 0..flights.rows() {
        if seen.insert(format!("{:?}", flights.row(i))) {
            kept.push(i);
        } else {
            changes.duplicates += 1;
        }
    }
    drop(seen);

    let medians = FILLED.map(|name| {
        let column = position(&FLIGHTS, name);
        median(kept.iter().filter_map(|&i| number(&flights.row(i)[column])).collect())
    });
    let filled_row = |i: usize, filled: &mut i64| {
        let mut row = flights.row(i);
        for (name, median) in FILLED.iter().zip(medians) {
            let cell = &mut row[position(&FLIGHTS, name)];
            if *cell == Cell::Missing && !median.is_nan() {
                *cell = Cell::Number(median);
                *filled += 1;
            }
        }
        row
    };

    let ranges = BOUNDED.map(|name| {
        let column = position(&FLIGHTS, name);
        let values = || kept.iter().filter_map(|&i| number(&filled_row(i, &mut 0)[column]));
        let mean = values().sum::<f64>() / kept.len() as f64;
        let squares = values().map(|value| (value - mean).powi(2)).sum();
        Range::new(kept.len(), mean, squares)
    });

    let mut cleaned = RowBuilder::new(&FLIGHTS);
    for &i in &kept {
        let row = filled_row(i, &mut changes.filled);
        let outlies = BOUNDED.iter().zip(ranges).any(|(name, range)| {
            number(&row[position(&FLIGHTS, name)]).is_some_and(|value| range.excludes(value))
        });
        if outlies {
            changes.outliers += 1;
        } else {
            cleaned.push(row.into_iter().map(tidy_cell).collect());
        }
    }
    let tables = Tables {
        flights: cleaned.finish(),
        planes: tidy_rows(&tables.planes, &PLANES),
        airlines: tidy_rows(&tables.airlines, &AIRLINES),
    };
    Ok(CleanedTables { tables, changes })
}

fn number(cell: &Cell) -> Option<f64> {
    if let Cell::Number(number) = cell { Some(*number) } else { None }
}

fn tidy_cell(cell: Cell) -> Cell {
    match cell {
        Cell::Text(text) => Cell::Text(tidy(&text)),
        other => other,
    }
}

fn tidy_rows(table: &Table, schema: &Schema) -> Table {
    let mut tidied = RowBuilder::new(schema);
    for i in 0..table.rows() {
        let cells = table.row(i).into_iter().enumerate();
        let tidy = |(at, cell)| if is_tidied(schema, at) { tidy_cell(cell) } else { cell };
        tidied.push(cells.map(tidy).collect());
    }
    tidied.finish()
}
