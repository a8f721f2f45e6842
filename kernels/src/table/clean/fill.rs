//! The second stage: missing numbers become their column's median, missing text its mode.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::state::{Cleaning, Shared, count};
use crate::support::schedule::{Parallel, Schedule, Serial};
use crate::support::summary::median;
use crate::support::table::{Cell, apply};
use crate::support::words::{MISSING, Words};

/// One dynamically typed row at a time.
pub fn rows(table: &Cleaning) -> Cleaning {
    let mut numbers: Vec<Vec<f64>> = vec![Vec::new(); table.columns.len()];
    let mut words: Vec<BTreeMap<String, usize>> = vec![BTreeMap::new(); table.columns.len()];
    for i in 0..table.rows() {
        for (at, (_, cell)) in table.row(i).0.into_iter().enumerate() {
            match cell {
                Cell::Number(number) => numbers[at].push(number),
                Cell::Text(text) => *words[at].entry(text).or_default() += 1,
                _ => {}
            }
        }
    }
    let fills: Vec<Cell> = numbers
        .into_iter()
        .zip(words)
        .map(|(mut numbers, words)| {
            numbers.sort_by(f64::total_cmp);
            let most = words.values().max();
            match (words.iter().find(|(_, count)| Some(*count) == most), numbers.len()) {
                (Some((word, _)), _) => Cell::Text(word.clone()),
                (None, 0) => Cell::Missing,
                (None, n) => Cell::number(f64::midpoint(numbers[(n - 1) / 2], numbers[n / 2])),
            }
        })
        .collect();

    let (mut filled, mut report) = (table.builder(), table.report);
    for i in 0..table.rows() {
        let fill = |((_, cell), fill): ((&str, Cell), &Cell)| {
            if cell != Cell::Missing {
                return cell;
            }
            match fill {
                Cell::Number(_) => report.numeric_filled += 1,
                Cell::Text(_) => report.categorical_filled += 1,
                _ => {}
            }
            fill.clone()
        };
        filled.push(table.row(i).0.into_iter().zip(&fills).map(fill).collect());
    }
    filled.finish(report)
}

/// A closure a cell, over typed columns.
pub fn by_apply(table: &Cleaning) -> Cleaning {
    filled::<Serial>(table, |numbers, fill| {
        apply(numbers.len(), &|i| if numbers[i].is_nan() { fill } else { numbers[i] })
    })
}

/// Typed columns, one after the other.
pub fn columns(table: &Cleaning) -> Cleaning {
    filled::<Serial>(table, fill_numbers)
}

/// Typed columns side by side.
pub fn with_rayon(table: &Cleaning) -> Cleaning {
    filled::<Parallel>(table, fill_numbers)
}

fn fill_numbers(numbers: &[f64], fill: f64) -> Vec<f64> {
    numbers.iter().map(|number| if number.is_nan() { fill } else { *number }).collect()
}

fn filled<S: Schedule>(table: &Cleaning, fill_numbers: fn(&[f64], f64) -> Vec<f64>) -> Cleaning {
    let (mut filled, counts) = table.each_column::<S, _>(|column| match column {
        Shared::Numbers(numbers) => {
            let known: Vec<f64> = numbers.iter().copied().filter(|value| !value.is_nan()).collect();
            let missing = numbers.len() - known.len();
            let fill = if missing == 0 { f64::NAN } else { median(known) };
            if fill.is_nan() {
                return (column.clone(), (0, 0));
            }
            (Shared::Numbers(Arc::new(fill_numbers(numbers, fill))), (missing, 0))
        }
        Shared::Words(words) => {
            let missing = words.codes.iter().filter(|code| **code == MISSING).count();
            match mode(words) {
                Some(mode) if missing > 0 => {
                    let fill = |code: &u32| if *code == MISSING { mode } else { *code };
                    let codes = words.codes.iter().map(fill).collect();
                    let words = Words { codes, names: words.names.clone() };
                    (Shared::Words(Arc::new(words)), (0, missing))
                }
                _ => (column.clone(), (0, 0)),
            }
        }
    });
    for (numbers, words) in counts {
        filled.report.numeric_filled += count(numbers);
        filled.report.categorical_filled += count(words);
    }
    filled
}

/// The code of the commonest word, of several the one of the lowest code points.
fn mode(words: &Words) -> Option<u32> {
    let mut counts = vec![0_usize; words.names.len()];
    for code in &words.codes {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    }
    let name = |code: u32| &words.names[code as usize];
    let used = (0_u32..).zip(counts).filter(|(_, count)| *count > 0);
    used.max_by(|(a, count_a), (b, count_b)| {
        count_a.cmp(count_b).then_with(|| name(*b).cmp(name(*a)))
    })
    .map(|(code, _)| code)
}
