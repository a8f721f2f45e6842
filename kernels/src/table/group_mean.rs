//! Mean of a quotient by group (exercise B.4).

#[cfg(feature = "polars")]
mod with_polars;

use std::cmp::Ordering;
use std::collections::HashMap;

use amdahl::{
    Agree, Bound, Cost, Exchange, ExchangeError, Exchanged, Kernel, Rng, Rung, Sizes, Timed,
    Tolerance,
};

use crate::support::dictionary::{self, Dictionary};
use crate::support::groups::{self, Sums};
use crate::support::schedule::{Parallel, Schedule, Serial};
use crate::support::table::{Cell, Row, apply, same_length};
use crate::support::text::Text;
use crate::support::with_polars::with_polars;
use crate::support::words::Words;

/// A row for each employee; all columns have one length.
#[derive(Debug, Clone)]
pub struct Employees {
    /// The department; missing where it is not known.
    pub department: Text,
    /// Pay.
    pub salary: Vec<f64>,
    /// Years of service.
    pub years: Vec<f64>,
}

impl Exchange for Employees {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("department", (&self.department).into()),
            ("salary", (&self.salary).into()),
            ("years", (&self.years).into()),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let department: Text = exchanged.take_as("department")?;
        let salary: Vec<f64> = exchanged.take_as("salary")?;
        let years: Vec<f64> = exchanged.take_as("years")?;
        same_length([
            ("department", department.rows()),
            ("salary", salary.len()),
            ("years", years.len()),
        ])?;
        Ok(Self { department, salary, years })
    }
}

/// A row for each department, the largest mean first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Means {
    /// The departments.
    pub department: Vec<Option<String>>,
    /// Their means.
    pub mean: Vec<f64>,
}

impl Exchange for Means {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([("department", (&self.department).into()), ("mean", (&self.mean).into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Self { department: exchanged.take_as("department")?, mean: exchanged.take_as("mean")? })
    }
}

impl Agree for Means {}

/// A table of `rows` employees in about `departments` departments.
fn input(rows: usize, departments: usize, rng: &mut Rng) -> Employees {
    let department = groups::keys(rows, departments, rng);
    let salary = (0..rows).map(|_| 40_000.0 + 1_000.0 * rng.index(160) as f64).collect();
    // Now and then somebody has just begun.
    let mut year = || if rng.index(5_000) == 0 { 0.0 } else { 1.0 + rng.index(30) as f64 };
    Employees { department, salary, years: (0..rows).map(|_| year()).collect() }
}

/// Mean of salary / years by department, sorted by mean, the largest first, ties by name.
///
/// Grouping is hashing, and the keys' form decides: a million strings in an object column are
/// a million visits to the heap, the same bytes end to end are read in order, and codes of
/// a dictionary made beforehand (`codes`) need no hash at all.
///
/// A quotient that is NaN (0/0, or a missing number) is skipped; years of 0 give an infinite mean.
/// A missing department is no group. A department without any quotient has the mean NaN and stands
/// last. Sums of magnitudes near the largest double may overflow in one order and not in another.
pub fn kernel() -> Kernel {
    let kernel = Kernel::new("group_mean", "mean of salary / years by department, sorted")
        .exercise("B.4")
        .sizes(
            Sizes::smoke([(0, 3), (1, 1), (7, 2), (97, 5), (1_009, 31)])
                .measured([(100_000, 1_000), (1_000_000, 1_000)]),
        )
        .input(|&(rows, departments), rng| input(rows, departments, rng))
        .cost(|&(rows, _)| {
            let rows = rows as f64;
            // A division and an addition; two numbers, and a key of 11 bytes with its place.
            Cost { flops: 2.0 * rows, bytes: (16.0 + 11.0 + 5.0) * rows }
        })
        .bound_by(Bound::Read)
        // Each of a group's additions rounds once on either side; groups have at most all rows.
        .agree_within(|&(rows, _)| Tolerance::relative(2.0 * (rows as f64 + 2.0) * f64::EPSILON))
        .growing(|n| (n, 1_000))
        .gate((10_000, 1_000))
        .reference("rows", rows)
        .variant("apply", by_apply)
        .rung(Rung::Algorithm)
        .variant("columns", columns)
        .rung(Rung::Vectorize)
        .variant("hash", hash)
        .rung(Rung::Algorithm)
        .variant("preallocated", preallocated)
        .variant("codes", codes)
        .rung(Rung::Algorithm)
        .parallel_variant("rayon", with_rayon);
    with_polars!(kernel, with_polars::run).build()
}

/// The larger mean first, NaN last, ties by name.
fn order(a: (f64, &str), b: (f64, &str)) -> Ordering {
    let by_mean = match (a.0.is_nan(), b.0.is_nan()) {
        (false, false) => b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal),
        (a, b) => a.cmp(&b),
    };
    by_mean.then_with(|| a.1.cmp(b.1))
}

fn sorted(mut means: Vec<(f64, &str)>) -> Means {
    means.sort_unstable_by(|a, b| order(*a, *b));
    Means {
        department: means.iter().map(|(_, name)| Some((*name).to_owned())).collect(),
        mean: means.iter().map(|(mean, _)| *mean).collect(),
    }
}

fn rows(table: &Employees) -> Timed<'_, Means> {
    Timed::returning(move || {
        let mut sums: HashMap<String, (f64, f64)> = HashMap::new();
        for i in 0..table.salary.len() {
            let row = Row(vec![
                ("department", Cell::text(table.department.get(i))),
                ("salary", Cell::number(table.salary[i])),
                ("years", Cell::number(table.years[i])),
            ]);
            let Some(department) = row.cell("department").as_text() else { continue };
            let (sum, count) = sums.entry(department.to_owned()).or_default();
            let quotient = row.cell("salary").as_number() / row.cell("years").as_number();
            if !quotient.is_nan() {
                *sum += quotient;
                *count += 1.0;
            }
        }
        sorted(sums.iter().map(|(name, (sum, count))| (sum / count, name.as_str())).collect())
    })
}

fn by_apply(table: &Employees) -> Timed<'_, Means> {
    Timed::returning(move || {
        let quotients = apply(table.salary.len(), &|i| table.salary[i] / table.years[i]);
        let mut groups: HashMap<&str, Vec<f64>> = HashMap::new();
        for (i, quotient) in quotients.into_iter().enumerate() {
            if let Some(department) = table.department.get(i) {
                groups.entry(department).or_default().push(quotient);
            }
        }
        let mean = |values: &[f64]| {
            let values = values.iter().filter(|value| !value.is_nan());
            values.clone().sum::<f64>() / values.count() as f64
        };
        sorted(groups.iter().map(|(name, values)| (mean(values), *name)).collect())
    })
}

/// One operation after another, each with a column for its result, as a data frame works.
fn columns(table: &Employees) -> Timed<'_, Means> {
    Timed::returning(move || {
        let quotients: Vec<f64> =
            table.salary.iter().zip(&table.years).map(|(salary, years)| salary / years).collect();
        let words = dictionary::encode::<Serial>(&table.department);
        let mut sums = Sums::new(words.names.len());
        for (code, quotient) in words.codes.iter().zip(quotients) {
            sums.add(*code, quotient);
        }
        of_words(&sums, &words)
    })
}

fn of_words(sums: &Sums, words: &Words) -> Means {
    sorted(sums.means().zip(words.names.iter().map(String::as_str)).collect())
}

/// Each row's department found and its quotient added in one pass.
fn hash(table: &Employees) -> Timed<'_, Means> {
    Timed::returning(move || {
        let mut dictionary = Dictionary::new(&table.department);
        let mut sums = Sums::default();
        gather(table, 0, table.salary.len(), &mut dictionary, &mut sums);
        sorted(named(&sums, &dictionary).collect())
    })
}

fn named<'t>(sums: &Sums, known: &Dictionary<'t>) -> impl Iterator<Item = (f64, &'t str)> {
    sums.means().enumerate().map(|(code, mean)| (mean, known.name(code)))
}

/// Rows whose departments are found together, before their quotients are added.
const BLOCK: usize = 1_024;

/// Adds rows to the sums of their departments.
fn gather(table: &Employees, first: usize, end: usize, known: &mut Dictionary, sums: &mut Sums) {
    let mut codes = [0; BLOCK];
    for first in (first..end).step_by(BLOCK) {
        let rows = first..end.min(first + BLOCK);
        let codes = &mut codes[..rows.len()];
        known.codes(|i| first + i, codes);
        sums.grow(known.firsts().len());
        let values = table.salary[rows.clone()].iter().zip(&table.years[rows]);
        for (code, (salary, years)) in codes.iter().zip(values) {
            sums.add(*code, salary / years);
        }
    }
}

/// Buffers that have held the same groups before: none of them grows again.
fn preallocated(table: &Employees) -> Timed<'_, Means> {
    let rows = table.salary.len();
    let (mut dictionary, mut sums) = (Dictionary::new(&table.department), Sums::default());
    gather(table, 0, rows, &mut dictionary, &mut sums);
    let means: Vec<(f64, &str)> = Vec::with_capacity(dictionary.firsts().len());
    Timed::in_place(
        (dictionary, sums, means),
        move |(dictionary, sums, means)| {
            dictionary.clear();
            sums.clear();
            means.clear();
            gather(table, 0, rows, dictionary, sums);
            means.extend(named(sums, dictionary));
            means.sort_unstable_by(|a, b| order(*a, *b));
        },
        |(_, _, means)| sorted(means.clone()),
    )
}

/// The department's column by dictionary, made beforehand, as a categorical column is.
fn codes(table: &Employees) -> Timed<'_, Means> {
    let words = dictionary::encode::<Serial>(&table.department);
    Timed::returning(move || {
        let mut sums = Sums::new(words.names.len());
        let values = table.salary.iter().zip(&table.years);
        for (code, (salary, years)) in words.codes.iter().zip(values) {
            sums.add(*code, salary / years);
        }
        of_words(&sums, &words)
    })
}

/// Rows one task takes: fixed, so that sums do not depend on the threads.
const ROWS_PER_TASK: usize = 1 << 16;

fn with_rayon(table: &Employees) -> Timed<'_, Means> {
    let rows = table.salary.len();
    Timed::returning(move || {
        let parts = Parallel::map(rows.div_ceil(ROWS_PER_TASK), |task| {
            let first = task * ROWS_PER_TASK;
            let mut dictionary = Dictionary::new(&table.department);
            let mut sums = Sums::default();
            gather(table, first, rows.min(first + ROWS_PER_TASK), &mut dictionary, &mut sums);
            (dictionary.into_firsts(), sums)
        });
        let mut whole = Dictionary::new(&table.department);
        let mut sums = Sums::default();
        for (firsts, part) in parts {
            for (code, row) in firsts.into_iter().enumerate() {
                let code_in_whole = whole.code(row as usize);
                sums.grow(whole.firsts().len());
                sums.merge(code_in_whole, &part, code);
            }
        }
        sorted(named(&sums, &whole).collect())
    })
}
