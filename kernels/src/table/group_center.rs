//! Values less their group's mean, in row order (a `GroupBy` transform).

#[cfg(feature = "polars")]
mod with_polars;

use std::collections::HashMap;

use amdahl::{
    Bound, Cost, Exchange, ExchangeError, Exchanged, Kernel, Rng, Rung, Sizes, Timed, Tolerance,
};
use rayon::prelude::*;

use crate::support::dictionary::{self, Dictionary};
use crate::support::groups::{self, Sums};
use crate::support::schedule::{Parallel, Schedule, Serial};
use crate::support::table::{Cell, Row, apply, same_length};
use crate::support::text::Text;
use crate::support::with_polars::with_polars;

/// A row for each employee; both columns have one length.
#[derive(Debug, Clone)]
pub struct Salaries {
    /// The department; missing where it is not known.
    pub department: Text,
    /// Pay.
    pub salary: Vec<f64>,
}

impl Exchange for Salaries {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("department", (&self.department).into()),
            ("salary", (&self.salary).into()),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let department: Text = exchanged.take_as("department")?;
        let salary: Vec<f64> = exchanged.take_as("salary")?;
        same_length([("department", department.rows()), ("salary", salary.len())])?;
        Ok(Self { department, salary })
    }
}

fn input(rows: usize, departments: usize, rng: &mut Rng) -> Salaries {
    let department = groups::keys(rows, departments, rng);
    Salaries { department, salary: (0..rows).map(|_| 60_000.0 + 9_000.0 * rng.normal()).collect() }
}

/// Salary less the mean salary of its department, in row order.
///
/// A transform needs its groups twice: for the mean, and to give it back to every row. Keeping each
/// row's group as a code between the passes saves the second hash of a million keys.
///
/// A missing salary (NaN) is skipped in the mean and stays missing. A row of no department is in no
/// group: its result is missing. An infinite salary makes its department's results infinite or NaN.
pub fn kernel() -> Kernel {
    let kernel = Kernel::new("group_center", "salary less its department's mean, in row order")
        .exercise("GroupBy transform")
        .sizes(
            Sizes::smoke([(0, 3), (1, 1), (7, 2), (97, 5), (1_009, 31)])
                .measured([(100_000, 1_000), (1_000_000, 1_000)]),
        )
        .input(|&(rows, departments), rng| input(rows, departments, rng))
        .cost(|&(rows, _)| {
            let rows = rows as f64;
            // An addition and a subtraction; a number in and out, a key of 11 bytes with its place.
            Cost { flops: 2.0 * rows, bytes: (16.0 + 11.0 + 5.0) * rows }
        })
        .bound_by(Bound::Read)
        // Each of a group's additions rounds once on either side, and so does the difference. The
        // largest result is at least a hundredth of the mean wherever salaries differ as here.
        .agree_within(|&(rows, _)| {
            Tolerance::relative(200.0 * (rows as f64 + 2.0) * f64::EPSILON).plus_absolute(1e-9)
        })
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

fn rows(table: &Salaries) -> Timed<'_, Vec<f64>> {
    let row = |i: usize| {
        Row(vec![
            ("department", Cell::text(table.department.get(i))),
            ("salary", Cell::number(table.salary[i])),
        ])
    };
    Timed::returning(move || {
        let mut sums: HashMap<String, (f64, f64)> = HashMap::new();
        for i in 0..table.salary.len() {
            let row = row(i);
            if let (Some(department), Cell::Number(salary)) =
                (row.cell("department").as_text(), row.cell("salary"))
            {
                let (sum, count) = sums.entry(department.to_owned()).or_default();
                *sum += salary;
                *count += 1.0;
            }
        }
        let mut out = Vec::new();
        for i in 0..table.salary.len() {
            let row = row(i);
            let group = row.cell("department").as_text().and_then(|name| sums.get(name));
            out.push(match group {
                Some((sum, count)) => row.cell("salary").as_number() - sum / count,
                None => f64::NAN,
            });
        }
        out
    })
}

fn by_apply(table: &Salaries) -> Timed<'_, Vec<f64>> {
    Timed::returning(move || {
        let mut sums: HashMap<&str, (f64, f64)> = HashMap::new();
        for (i, salary) in table.salary.iter().enumerate() {
            if let Some(department) = table.department.get(i)
                && !salary.is_nan()
            {
                let (sum, count) = sums.entry(department).or_default();
                *sum += salary;
                *count += 1.0;
            }
        }
        apply(table.salary.len(), &|i| {
            let group = table.department.get(i).and_then(|department| sums.get(department));
            group.map_or(f64::NAN, |(sum, count)| table.salary[i] - sum / count)
        })
    })
}

/// One operation after another, each with a column for its result, as a data frame works.
fn columns(table: &Salaries) -> Timed<'_, Vec<f64>> {
    Timed::returning(move || {
        let words = dictionary::encode::<Serial>(&table.department);
        let mut sums = Sums::new(words.names.len());
        for (code, salary) in words.codes.iter().zip(&table.salary) {
            sums.add(*code, *salary);
        }
        let means: Vec<f64> = sums.means().collect();
        let mean = |code: &u32| means.get(*code as usize).copied().unwrap_or(f64::NAN);
        let of_row: Vec<f64> = words.codes.iter().map(mean).collect();
        table.salary.iter().zip(of_row).map(|(salary, mean)| salary - mean).collect()
    })
}

/// What one pass leaves to the next.
struct Work<'t> {
    dictionary: Dictionary<'t>,
    sums: Sums,
    codes: Vec<u32>,
    means: Vec<f64>,
}

impl<'t> Work<'t> {
    /// Nothing gathered yet, of so many rows.
    fn new(table: &'t Salaries, rows: usize) -> Self {
        Self {
            dictionary: Dictionary::new(&table.department),
            sums: Sums::default(),
            codes: Vec::with_capacity(rows),
            means: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.dictionary.clear();
        self.sums.clear();
        self.codes.clear();
        self.means.clear();
    }

    /// Codes and sums of some rows.
    fn gather(&mut self, first: usize, salaries: &[f64]) {
        self.codes.resize(salaries.len(), 0);
        self.dictionary.codes(|i| first + i, &mut self.codes);
        self.sums.grow(self.dictionary.firsts().len());
        for (code, salary) in self.codes.iter().zip(salaries) {
            self.sums.add(*code, *salary);
        }
    }

    fn run(&mut self, table: &Salaries, out: &mut [f64]) {
        self.gather(0, &table.salary);
        self.means.extend(self.sums.means());
        subtract(&table.salary, &self.codes, &self.means, out);
    }
}

fn subtract(salaries: &[f64], codes: &[u32], means: &[f64], out: &mut [f64]) {
    for ((out, salary), code) in out.iter_mut().zip(salaries).zip(codes) {
        *out = means.get(*code as usize).map_or(f64::NAN, |mean| salary - mean);
    }
}

/// Each row's department found and its salary added in one pass, given back in a second.
fn hash(table: &Salaries) -> Timed<'_, Vec<f64>> {
    Timed::returning(move || {
        let mut out = vec![0.0; table.salary.len()];
        Work::new(table, table.salary.len()).run(table, &mut out);
        out
    })
}

/// Buffers that have held the same groups before: none of them grows again.
fn preallocated(table: &Salaries) -> Timed<'_, Vec<f64>> {
    let mut out = vec![0.0; table.salary.len()];
    let mut work = Work::new(table, table.salary.len());
    work.run(table, &mut out);
    Timed::in_place(
        (work, out),
        move |(work, out)| {
            work.clear();
            work.run(table, out);
        },
        |(_, out)| out.clone(),
    )
}

/// The department's column by dictionary, made beforehand, as a categorical column is.
fn codes(table: &Salaries) -> Timed<'_, Vec<f64>> {
    let words = dictionary::encode::<Serial>(&table.department);
    Timed::returning(move || {
        let mut sums = Sums::new(words.names.len());
        for (code, salary) in words.codes.iter().zip(&table.salary) {
            sums.add(*code, *salary);
        }
        let means: Vec<f64> = sums.means().collect();
        let mut out = vec![0.0; table.salary.len()];
        subtract(&table.salary, &words.codes, &means, &mut out);
        out
    })
}

/// Rows one task takes: fixed, so that sums do not depend on the threads.
const ROWS_PER_TASK: usize = 1 << 16;

fn with_rayon(table: &Salaries) -> Timed<'_, Vec<f64>> {
    let parts: Vec<&[f64]> = table.salary.chunks(ROWS_PER_TASK).collect();
    let out = vec![0.0; table.salary.len()];
    let work = move |out: &mut Vec<f64>| {
        let mut works = Parallel::map(parts.len(), |task| {
            let mut work = Work::new(table, parts[task].len());
            work.gather(task * ROWS_PER_TASK, parts[task]);
            work
        });
        let mut whole = Dictionary::new(&table.department);
        let mut sums = Sums::default();
        for work in &works {
            for (code, &row) in work.dictionary.firsts().iter().enumerate() {
                let code_in_whole = whole.code(row as usize);
                sums.grow(whole.firsts().len());
                sums.merge(code_in_whole, &work.sums, code);
            }
        }
        let means: Vec<f64> = sums.means().collect();
        for work in &mut works {
            let codes = work.dictionary.firsts().iter().map(|&row| whole.code(row as usize));
            work.means = codes.map(|code| means[code as usize]).collect();
        }
        let tasks = out.par_chunks_mut(ROWS_PER_TASK).zip(&parts).zip(works);
        tasks.for_each(|((out, salaries), work)| subtract(salaries, &work.codes, &work.means, out));
    };
    Timed::in_place(out, work, Vec::clone)
}
