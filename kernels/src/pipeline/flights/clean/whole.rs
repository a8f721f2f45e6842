//! Cleaning by whole columns, on one thread and on many.

use super::{BOUNDED, Changes, Cleaned, CleanedTables, FILLED, is_tidied, tidy};
use crate::pipeline::flights::load::Loaded;
use crate::pipeline::flights::table::{
    AIRLINES, Column, FLIGHTS, PLANES, Schema, Table, Tables, Words,
};
use crate::support::duplicates::{Rows, first_of_equals};
use crate::support::hash::pair;
use crate::support::schedule::{Parallel, Schedule, Serial};
use crate::support::summary::{Range, median};

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
            Column::Words(Words::recode(codes, &words.names, tidy))
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
            Column::Words(Words::recode(words.codes.iter().copied(), &words.names, tidy))
        }
        other => other.clone(),
    });
    Table { columns: columns.collect() }
}

/// Equal rows are those that print alike: the zeros are told apart.
impl Rows for Table {
    fn count(&self) -> usize {
        self.rows()
    }

    fn hash(&self, first: usize, hashes: &mut [u64]) {
        for column in &self.columns {
            match column {
                Column::Numbers(numbers) => {
                    for (hash, number) in hashes.iter_mut().zip(&numbers[first..]) {
                        *hash = pair(*hash, number_bits(*number));
                    }
                }
                Column::Words(words) => {
                    for (hash, code) in hashes.iter_mut().zip(&words.codes[first..]) {
                        *hash = pair(*hash, u64::from(*code));
                    }
                }
            }
        }
    }

    fn equal(&self, a: usize, b: usize) -> bool {
        self.columns.iter().all(|column| match column {
            Column::Numbers(numbers) => number_bits(numbers[a]) == number_bits(numbers[b]),
            Column::Words(words) => words.codes[a] == words.codes[b],
        })
    }
}

/// Bits that are equal where numbers are: one NaN, and the zeros told apart as printing does.
fn number_bits(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
}
