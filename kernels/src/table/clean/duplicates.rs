//! The first stage: rows that equal an earlier one are dropped, and text goes into dictionaries.

use std::collections::HashSet;
use std::sync::Arc;

use super::state::{Cleaning, Report, Shared, count};
use crate::support::dictionary::encode_rows;
use crate::support::duplicates::first_of_equals;
use crate::support::schedule::{Parallel, Schedule, Serial};
use crate::support::table::{Cell, Column, Frame, apply};
use crate::table::drop_duplicates::key_of;

/// One dynamically typed row at a time.
pub fn rows(table: &Frame) -> Cleaning {
    let mut seen = HashSet::new();
    let mut cleaned = keep::<Serial>(table, &[]).builder();
    let mut report = Report::default();
    for i in 0..table.rows() {
        let mut row: Vec<Cell> = table.row(i).0.into_iter().map(|(_, cell)| cell).collect();
        for cell in &mut row {
            // Added to 0, -0 is 0: what is printed is equal where rows are.
            if let Cell::Number(number) = cell {
                *number += 0.0;
            }
        }
        if seen.insert(format!("{row:?}")) {
            let as_number = |cell| match cell {
                Cell::Integer(integer) => Cell::Number(integer as f64),
                other => other,
            };
            let row = table.row(i).0.into_iter().map(|(_, cell)| as_number(cell));
            cleaned.push(row.collect());
        } else {
            report.duplicates_removed += 1;
        }
    }
    cleaned.finish(report)
}

/// A closure makes each row one key; the keys go into a set.
pub fn by_apply(table: &Frame) -> Cleaning {
    let mut seen = HashSet::new();
    let keys = apply(table.rows(), &|i| key_of(table, i));
    let kept = (0_u32..).zip(keys).filter_map(|(i, key)| seen.insert(key).then_some(i));
    keep::<Serial>(table, &kept.collect::<Vec<u32>>())
}

/// Typed columns: hashes of rows gathered column by column.
pub fn columns(table: &Frame) -> Cleaning {
    keep::<Serial>(table, &first_of_equals::<Serial>(table))
}

/// The same with rows hashed in pieces, and columns gathered side by side.
pub fn with_rayon(table: &Frame) -> Cleaning {
    keep::<Parallel>(table, &first_of_equals::<Parallel>(table))
}

/// The rows kept, as columns that can be shared.
fn keep<S: Schedule>(table: &Frame, kept: &[u32]) -> Cleaning {
    let columns = S::map(table.columns().len(), |at| {
        let (name, column) = &table.columns()[at];
        let rows = kept.iter().map(|&row| row as usize);
        let column = match column {
            Column::Numbers(numbers) => {
                Shared::Numbers(Arc::new(rows.map(|row| numbers[row]).collect()))
            }
            Column::Integers(integers) => {
                Shared::Numbers(Arc::new(rows.map(|row| integers[row] as f64).collect()))
            }
            Column::Text(text) => {
                let words = encode_rows::<S>(text, kept.len(), |i| kept[i] as usize);
                Shared::Words(Arc::new(words))
            }
        };
        (name.as_str().into(), column)
    });
    let duplicates_removed = count(table.rows() - kept.len());
    Cleaning { columns, report: Report { duplicates_removed, ..Report::default() } }
}
