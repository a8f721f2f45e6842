//! The third stage: text in lower case.

use std::sync::Arc;

use super::state::{Cleaning, Shared, count};
use crate::support::schedule::{Parallel, Schedule, Serial};
use crate::support::table::{Cell, apply};
use crate::support::words::Words;

/// One dynamically typed row at a time.
pub fn rows(table: &Cleaning) -> Cleaning {
    let (mut lowered, mut report) = (table.builder(), table.report);
    for i in 0..table.rows() {
        let lower = |(_, cell)| match cell {
            Cell::Text(text) => {
                let lower = text.to_lowercase();
                report.lowercased += i64::from(lower != text);
                Cell::Text(lower)
            }
            other => other,
        };
        lowered.push(table.row(i).0.into_iter().map(lower).collect());
    }
    lowered.finish(report)
}

/// A closure a cell, over typed columns.
pub fn by_apply(table: &Cleaning) -> Cleaning {
    lowered::<Serial>(table, |words| {
        let lower = |i: usize| words.get(i).map(str::to_lowercase);
        let cells = apply(words.codes.len(), &lower);
        let changed = (0..cells.len()).filter(|&i| cells[i].as_deref() != words.get(i)).count();
        (cells.into_iter().collect(), changed)
    })
}

/// Typed columns, one after the other; each distinct word is changed once.
pub fn columns(table: &Cleaning) -> Cleaning {
    lowered::<Serial>(table, lower_names)
}

/// Typed columns side by side.
pub fn with_rayon(table: &Cleaning) -> Cleaning {
    lowered::<Parallel>(table, lower_names)
}

/// The words in lower case, and how many cells that changes.
fn lower_names(words: &Words) -> (Words, usize) {
    let is_changed = |name: &String| name.to_lowercase() != *name;
    let is_changed: Vec<bool> = words.names.iter().map(is_changed).collect();
    let changed = |code: &&u32| is_changed.get(**code as usize).copied().unwrap_or(false);
    let changed = words.codes.iter().filter(changed).count();
    (Words::recode(words.codes.iter().copied(), &words.names, str::to_lowercase), changed)
}

fn lowered<S: Schedule>(table: &Cleaning, lower: fn(&Words) -> (Words, usize)) -> Cleaning {
    let (mut lowered, counts) = table.each_column::<S, _>(|column| match column {
        Shared::Numbers(_) => (column.clone(), 0),
        Shared::Words(words) => {
            let (lowered, changed) = lower(words);
            if changed == 0 {
                return (column.clone(), 0);
            }
            (Shared::Words(Arc::new(lowered)), changed)
        }
    });
    lowered.report.lowercased += count(counts.into_iter().sum());
    lowered
}
