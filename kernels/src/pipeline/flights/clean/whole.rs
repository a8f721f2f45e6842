//! Cleaning by whole columns, on one thread and on many.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{BOUNDED, Changes, Cleaned, CleanedTables, FILLED, Range, is_tidied, median, tidy};
use crate::pipeline::flights::load::Loaded;
use crate::pipeline::flights::table::{
    AIRLINES, Column, FLIGHTS, MISSING, PLANES, Schema, Table, Tables, Words,
};

/// Typed columns, one after the other.
///
/// # Errors
/// That of the stage before.
pub fn columns(loaded: &Loaded) -> Cleaned {
    clean::<Serial>(loaded)
}

/// Typed columns side by side; rows in pieces of a fixed length.
///
/// # Errors
/// That of the stage before.
pub fn with_rayon(loaded: &Loaded) -> Cleaned {
    clean::<Parallel>(loaded)
}

/// How independent pieces of work are done: in turn or at once, always with the same result.
trait Schedule {
    /// The results for 0, 1, … in order.
    fn map<R: Send>(count: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R>;
}

struct Serial;
struct Parallel;

impl Schedule for Serial {
    fn map<R: Send>(count: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
        (0..count).map(work).collect()
    }
}

impl Schedule for Parallel {
    fn map<R: Send>(count: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
        (0..count).into_par_iter().map(work).collect()
    }
}

fn clean<S: Schedule>(loaded: &Loaded) -> Cleaned {
    let tables = loaded.as_ref().map_err(Clone::clone)?;
    let flights = &tables.flights;
    let mut kept = first_of_equals::<S>(flights);
    let duplicates = flights.rows() - kept.len();

    let values = |name| flights.numbers(&FLIGHTS, name);
    let fills = S::map(FILLED.len(), |at| {
        let values = values(FILLED[at]);
        median(kept.iter().map(|&i| values[i as usize]).filter(|value| !value.is_nan()).collect())
    });
    let fill_of = |name: &str| {
        let at = FILLED.iter().position(|filled| *filled == name);
        at.map_or(f64::NAN, |at| fills[at])
    };

    let ranges =
        S::map(BOUNDED.len(), |at| range(values(BOUNDED[at]), &kept, fill_of(BOUNDED[at])));
    let before = kept.len();
    let bounds: Vec<(&[f64], f64, Range)> = BOUNDED
        .iter()
        .zip(ranges)
        .map(|(name, range)| (values(name), fill_of(name), range))
        .collect();
    let mut filled = 0;
    let counted: Vec<(&[f64], f64)> = FILLED
        .iter()
        .map(|name| (values(name), fill_of(name)))
        .filter(|(_, fill)| !fill.is_nan())
        .collect();
    kept.retain(|&i| {
        let i = i as usize;
        // Filled cells count even in rows that then turn out to be outliers.
        filled += counted.iter().filter(|(values, _)| values[i].is_nan()).count();
        !bounds.iter().any(|(values, fill, range)| range.excludes(or(values[i], *fill)))
    });
    let outliers = before - kept.len();

    let columns = S::map(FLIGHTS.columns.len(), |at| match &flights.columns[at] {
        Column::Numbers(numbers) => {
            let fill = fill_of(FLIGHTS.columns[at].0);
            Column::Numbers(kept.iter().map(|&i| or(numbers[i as usize], fill)).collect())
        }
        Column::Words(words) => {
            let codes = kept.iter().map(|&i| words.codes[i as usize]);
            Column::Words(recode(codes, &words.names, tidy))
        }
    });
    let count = |count: usize| i64::try_from(count).expect("fewer than 2^63 cells");
    Ok(CleanedTables {
        tables: Tables {
            flights: Table { columns },
            planes: tidied(&tables.planes, &PLANES),
            airlines: tidied(&tables.airlines, &AIRLINES),
        },
        changes: Changes {
            duplicates: count(duplicates),
            filled: count(filled),
            outliers: count(outliers),
        },
    })
}

fn or(value: f64, fill: f64) -> f64 {
    if value.is_nan() { fill } else { value }
}

fn range(values: &[f64], kept: &[u32], fill: f64) -> Range {
    let values = || kept.iter().map(|&i| or(values[i as usize], fill));
    let mean = values().sum::<f64>() / kept.len() as f64;
    let squares = values().map(|value| (value - mean) * (value - mean)).sum();
    Range::new(kept.len(), mean, squares)
}

fn tidied(table: &Table, schema: &Schema) -> Table {
    let columns = table.columns.iter().enumerate().map(|(at, column)| match column {
        Column::Words(words) if is_tidied(schema, at) => {
            Column::Words(recode(words.codes.iter().copied(), &words.names, tidy))
        }
        other => other.clone(),
    });
    Table { columns: columns.collect() }
}

/// Words of some rows, changed: each distinct word is changed once, and those that become equal
/// share a code.
fn recode(
    codes: impl ExactSizeIterator<Item = u32>,
    names: &[String],
    change: fn(&str) -> String,
) -> Words {
    let mut recoded = Words { codes: Vec::with_capacity(codes.len()), names: Vec::new() };
    let mut new_codes = vec![MISSING; names.len()];
    let mut known: HashMap<String, u32> = HashMap::new();
    for code in codes {
        let new = match new_codes.get_mut(code as usize) {
            None => MISSING,
            Some(new) => {
                if *new == MISSING {
                    let name = change(&names[code as usize]);
                    let next = u32::try_from(recoded.names.len()).expect("fewer than 2^32 words");
                    *new = *known.entry(name.clone()).or_insert(next);
                    if *new == next {
                        recoded.names.push(name);
                    }
                }
                *new
            }
        };
        recoded.codes.push(new);
    }
    recoded
}

/// Rows hashed by one task: fixed, so that the work does not depend on the threads.
const ROWS_PER_TASK: usize = 1 << 14;

/// Parts that duplicates are looked for in; rows that are equal fall into one part.
const PARTS: usize = 16;

/// The rows that no earlier one equals, in order.
fn first_of_equals<S: Schedule>(table: &Table) -> Vec<u32> {
    let rows = table.rows();
    let hashes: Vec<u64> = S::map(rows.div_ceil(ROWS_PER_TASK), |task| {
        let first = task * ROWS_PER_TASK;
        hash_rows(table, first, rows.min(first + ROWS_PER_TASK))
    })
    .concat();
    let repeated = S::map(PARTS, |part| repeated_rows(table, &hashes, part)).concat();
    let mut is_repeated = vec![false; rows];
    for i in repeated {
        is_repeated[i as usize] = true;
    }
    let rows = u32::try_from(rows).expect("fewer than 2^32 rows");
    (0..rows).filter(|&i| !is_repeated[i as usize]).collect()
}

/// A hash for each of some rows, gathered column by column.
fn hash_rows(table: &Table, first: usize, end: usize) -> Vec<u64> {
    // 2^64 over the golden ratio, odd (Knuth, volume 3, section 6.4).
    let mix =
        |hash: u64, bits: u64| (hash.rotate_left(23) ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut hashes = vec![0; end - first];
    for column in &table.columns {
        match column {
            Column::Numbers(numbers) => {
                for (hash, number) in hashes.iter_mut().zip(&numbers[first..end]) {
                    *hash = mix(*hash, number_bits(*number));
                }
            }
            Column::Words(words) => {
                for (hash, code) in hashes.iter_mut().zip(&words.codes[first..end]) {
                    *hash = mix(*hash, u64::from(*code));
                }
            }
        }
    }
    hashes
}

/// Bits that are equal where numbers are: one NaN, and the zeros told apart as printing does.
fn number_bits(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
}

/// The rows of one part that equal an earlier one, by open addressing.
fn repeated_rows(table: &Table, hashes: &[u64], part: usize) -> Vec<u32> {
    // The highest bits choose the part, the ones below them the slot.
    let own = |hash: u64| (hash >> 60) as usize % PARTS == part;
    let count = hashes.iter().filter(|hash| own(**hash)).count();
    let slots = (2 * count).next_power_of_two();
    let mut first_rows = vec![MISSING; slots];
    let mut repeated = Vec::new();
    for (row, &hash) in (0_u32..).zip(hashes).filter(|(_, hash)| own(**hash)) {
        #[allow(clippy::cast_possible_truncation, reason = "any bits will do for a first slot")]
        let mut slot = (hash >> 20) as usize & (slots - 1);
        loop {
            let other = first_rows[slot];
            if other == MISSING {
                first_rows[slot] = row;
                break;
            }
            if hashes[other as usize] == hash && equal_rows(table, row, other) {
                repeated.push(row);
                break;
            }
            slot = (slot + 1) & (slots - 1);
        }
    }
    repeated
}

fn equal_rows(table: &Table, a: u32, b: u32) -> bool {
    let (a, b) = (a as usize, b as usize);
    table.columns.iter().all(|column| match column {
        Column::Numbers(numbers) => number_bits(numbers[a]) == number_bits(numbers[b]),
        Column::Words(words) => words.codes[a] == words.codes[b],
    })
}
