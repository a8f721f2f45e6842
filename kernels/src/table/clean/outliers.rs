//! The last stage: rows with a number too far from its column's mean are dropped.

use std::sync::Arc;

use super::state::{Cleaning, Shared, count};
use crate::support::lanes::{LANES, Lanes};
use crate::support::schedule::{Parallel, Schedule, Serial};
use crate::support::summary::Range;
use crate::support::table::{Cell, apply};
use crate::support::words::Words;

/// One dynamically typed row at a time.
pub fn rows(table: &Cleaning) -> Cleaning {
    let names = table.columns.iter().map(|(name, _)| name);
    let ranges: Vec<Range> = names
        .map(|name| {
            let mut values = Vec::new();
            for i in 0..table.rows() {
                values.push(table.row(i).cell(name).as_number());
            }
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let squares = values.iter().map(|value| (value - mean).powi(2)).sum();
            Range::new(values.len(), mean, squares)
        })
        .collect();
    let (mut kept, mut report) = (table.builder(), table.report);
    for i in 0..table.rows() {
        let row: Vec<Cell> = table.row(i).0.into_iter().map(|(_, cell)| cell).collect();
        if row.iter().zip(&ranges).any(|(cell, range)| range.excludes(cell.as_number())) {
            report.outliers_removed += 1;
        } else {
            kept.push(row);
        }
    }
    kept.finish(report)
}

/// A closure a row, over typed columns.
pub fn by_apply(table: &Cleaning) -> Cleaning {
    let bounds: Vec<(&[f64], Range)> =
        numbers(table).map(|values| (values, range(values))).collect();
    let is_kept = |i: usize| !bounds.iter().any(|(values, range)| range.excludes(values[i]));
    keep::<Serial>(table, &apply(table.rows(), &is_kept))
}

/// Typed columns, one after the other.
pub fn columns(table: &Cleaning) -> Cleaning {
    within::<Serial>(table)
}

/// Typed columns side by side.
pub fn with_rayon(table: &Cleaning) -> Cleaning {
    within::<Parallel>(table)
}

fn numbers(table: &Cleaning) -> impl Iterator<Item = &[f64]> {
    table.columns.iter().filter_map(|(_, column)| match column {
        Shared::Numbers(numbers) => Some(numbers.as_slice()),
        Shared::Words(_) => None,
    })
}

fn within<S: Schedule>(table: &Cleaning) -> Cleaning {
    let columns: Vec<&[f64]> = numbers(table).collect();
    let ranges = S::map(columns.len(), |at| range(columns[at]));
    let mut is_kept = vec![true; table.rows()];
    for (values, range) in columns.into_iter().zip(ranges) {
        for (is_kept, value) in is_kept.iter_mut().zip(values) {
            *is_kept &= !range.excludes(*value);
        }
    }
    keep::<S>(table, &is_kept)
}

/// From sums in eight lanes: an addition need not wait for the one before.
fn range(values: &[f64]) -> Range {
    let mean = sum(values, |value| value) / values.len() as f64;
    Range::new(values.len(), mean, sum(values, |value| (value - mean) * (value - mean)))
}

fn sum(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let (whole, rest) = values.as_chunks::<LANES>();
    let mut sums: Lanes = [0.0; LANES];
    for values in whole {
        for l in 0..LANES {
            sums[l] += term(values[l]);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|value| term(*value)).sum::<f64>()
}

fn keep<S: Schedule>(table: &Cleaning, is_kept: &[bool]) -> Cleaning {
    let kept: Vec<usize> = (0..is_kept.len()).filter(|&i| is_kept[i]).collect();
    let removed = is_kept.len() - kept.len();
    if removed == 0 {
        return table.clone();
    }
    let (mut cleaned, _) = table.each_column::<S, ()>(|column| {
        let column = match column {
            Shared::Numbers(numbers) => {
                Shared::Numbers(Arc::new(kept.iter().map(|&i| numbers[i]).collect()))
            }
            Shared::Words(words) => {
                let codes = kept.iter().map(|&i| words.codes[i]).collect();
                Shared::Words(Arc::new(Words { codes, names: words.names.clone() }))
            }
        };
        (column, ())
    });
    cleaned.report.outliers_removed += count(removed);
    cleaned
}
