//! A new column of a table by a condition on another (exercise C.7).

#[cfg(feature = "polars")]
mod with_polars;

use std::hint::select_unpredictable;

use amdahl::{Bound, Cost, Exchange, ExchangeError, Exchanged, Kernel, Rng, Rung, Sizes, Timed};
use multiversion::multiversion;
use rayon::prelude::*;

use crate::support::table::{Cell, Row, apply, same_length};
use crate::support::with_polars::with_polars;

/// A table of numbers: the two columns that count, and others that a row carries along.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// The condition's column.
    pub x: Vec<f64>,
    /// The value's column.
    pub y: Vec<f64>,
    /// Columns that the result does not depend on.
    pub others: Vec<(String, Vec<f64>)>,
}

/// Each column crosses under its name; any besides `x` and `y` is one of the others.
impl Exchange for Numbers {
    fn to_exchanged(&self) -> Exchanged {
        let others = self.others.iter().map(|(name, values)| (name.as_str(), values.into()));
        Exchanged::named(
            [("x", (&self.x).into()), ("y", (&self.y).into())].into_iter().chain(others),
        )
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let x: Vec<f64> = exchanged.take_as("x")?;
        let y: Vec<f64> = exchanged.take_as("y")?;
        let names: Vec<String> = match &exchanged {
            Exchanged::Values(values) => values.iter().map(|(name, _)| name.clone()).collect(),
            Exchanged::Error(_) => Vec::new(),
        };
        let mut others = Vec::new();
        for name in names {
            let values = exchanged.take_as(&name)?;
            others.push((name, values));
        }
        let lengths =
            others.iter().map(|(name, values): &(String, Vec<f64>)| (name.as_str(), values.len()));
        same_length([("x", x.len()), ("y", y.len())].into_iter().chain(lengths))?;
        Ok(Self { x, y, others })
    }
}

/// Columns of the exercise's table besides `x` and `y`.
const OTHERS: usize = 8;

fn input(rows: usize, rng: &mut Rng) -> Numbers {
    // One value in a thousand is missing.
    let mut column = || -> Vec<f64> {
        let mut value = || if rng.index(1_000) == 0 { f64::NAN } else { rng.normal() };
        (0..rows).map(|_| value()).collect()
    };
    let (x, y) = (column(), column());
    Numbers { x, y, others: (0..OTHERS).map(|i| (format!("other{i}"), column())).collect() }
}

/// A column by a condition: y where x > 0, else -y.
///
/// The exercise compares iterating over rows, applying a function to each, and one operation on
/// whole columns. Compiled, the row still costs: it has ten cells, and two of them count.
///
/// A missing number is NaN, in the neutral form too. A missing x is not above 0, so it gives -y; a
/// missing y stays missing. Negation turns the sign of zeros and infinities, as it does anywhere.
pub fn kernel() -> Kernel {
    let kernel =
        Kernel::new("conditional_column", "y where x > 0, else -y, in a table of ten columns, f64")
            .exercise("C.7")
            .sizes(Sizes::smoke([0, 1, 7, 1_009, 100_003]).measured([10_000, 1_000_000]))
            .input(|&rows, rng| input(rows, rng))
            .cost(|&rows| Cost { flops: 0.0, bytes: 24.0 * rows as f64 })
            .bound_by(Bound::Copy)
            // A predictor of branches remembers part of a shorter column, in each process another part.
            .gate(100_003)
            .growing(|n| n)
            .reference("rows", rows)
            .variant("apply", by_apply)
            .rung(Rung::Algorithm)
            .variant("columns", columns)
            .rung(Rung::Vectorize)
            .variant("fused", fused)
            .rung(Rung::Vectorize)
            .variant("preallocated", preallocated)
            .parallel_variant("rayon", with_rayon);
    with_polars!(kernel, with_polars::run).build()
}

fn rows(table: &Numbers) -> Timed<'_, Vec<f64>> {
    let row = |i: usize| {
        let others = table.others.iter().map(|(name, values)| (name.as_str(), values));
        let columns = [("x", &table.x), ("y", &table.y)].into_iter().chain(others);
        Row(columns.map(|(name, values)| (name, Cell::number(values[i]))).collect())
    };
    Timed::returning(move || {
        let mut out = Vec::new();
        for i in 0..table.x.len() {
            let row = row(i);
            let y = row.cell("y").as_number();
            out.push(match row.cell("x") {
                Cell::Number(x) if *x > 0.0 => y,
                _ => -y,
            });
        }
        out
    })
}

fn by_apply(table: &Numbers) -> Timed<'_, Vec<f64>> {
    let (x, y) = (&table.x, &table.y);
    Timed::returning(move || apply(x.len(), &|i| if x[i] > 0.0 { y[i] } else { -y[i] }))
}

/// One operation after another, each with a column for its result, as a data frame works.
fn columns(table: &Numbers) -> Timed<'_, Vec<f64>> {
    let (x, y) = (&table.x, &table.y);
    Timed::returning(move || {
        let positive: Vec<bool> = x.iter().map(|x| *x > 0.0).collect();
        let negated: Vec<f64> = y.iter().map(|y| -y).collect();
        let values = positive.iter().zip(y.iter().zip(&negated));
        // Signs cannot be predicted, and a wrong guess costs more than both values.
        values
            .map(|(positive, (y, negated))| select_unpredictable(*positive, *y, *negated))
            .collect()
    })
}

/// All operations in one pass.
fn fused(table: &Numbers) -> Timed<'_, Vec<f64>> {
    Timed::returning(move || {
        let mut out = vec![0.0; table.x.len()];
        choose(&table.x, &table.y, &mut out);
        out
    })
}

fn preallocated(table: &Numbers) -> Timed<'_, Vec<f64>> {
    Timed::in_place(
        vec![0.0; table.x.len()],
        move |out| choose(&table.x, &table.y, out),
        Vec::clone,
    )
}

/// Values one task takes: enough to outweigh the hand-over, few enough to balance.
const VALUES_PER_TASK: usize = 32 * 1024;

fn with_rayon(table: &Numbers) -> Timed<'_, Vec<f64>> {
    Timed::in_place(
        vec![0.0; table.x.len()],
        move |out: &mut Vec<f64>| {
            let (x, y) = (table.x.par_chunks(VALUES_PER_TASK), table.y.par_chunks(VALUES_PER_TASK));
            let tasks = out.par_chunks_mut(VALUES_PER_TASK).zip(x).zip(y);
            tasks.for_each(|((out, x), y)| choose(x, y, out));
        },
        Vec::clone,
    )
}

#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2+fma", "aarch64+neon"))]
fn choose(x: &[f64], y: &[f64], out: &mut [f64]) {
    for ((out, x), y) in out.iter_mut().zip(x).zip(y) {
        *out = if *x > 0.0 { *y } else { -y };
    }
}
