//! Mean, median, deviation, skewness and kurtosis of each column (exercise C.1).

mod moments;

use amdahl::{
    Agree, Bound, Cost, Exchange, ExchangeError, Exchanged, Kernel, Matrix, Rung, Sizes, Timed,
    Tolerance,
};
use ndarray::Axis;
use rayon::prelude::*;

use crate::support::convert;
use crate::support::lanes::LANES;
use crate::support::median::{median_by_bracket, median_by_selection, median_by_sorting};
use moments::{PowerSums, power_sums};

/// Mean, median, standard deviation, skewness and excess kurtosis of each column.
///
/// The exercise loops over columns and values; the moments vectorise at once, and then the median
/// is nearly all of the time. A sort answers more than was asked: selection needs one element in
/// place, and a sample tells beforehand which few candidates are worth a look.
///
/// Deviation with divisor n, skewness and kurtosis biased (`scipy.stats`' defaults). NaN in a column makes
/// all five NaN. An infinity makes the mean infinite (NaN with both signs) and all but the median
/// of the rest NaN. A constant column has deviation 0 and no skewness or kurtosis: NaN, as where
/// the variance is below the rounding of the mean (`scipy.stats`' rule). No row at all gives NaN.
pub fn kernel() -> Kernel {
    Kernel::new("column_statistics", "mean, median, std, skewness and kurtosis of each column, f64")
        .exercise("C.1")
        .sizes(
            Sizes::smoke([(0, 2), (3, 0), (1, 1), (2, 3), (7, 5), (64, 9), (4_099, 3)])
                .measured([(10_000, 5), (100_000, 50)]),
        )
        .input(|&(n, d), rng| rng.matrix(n, d))
        .cost(|&(n, d)| {
            let values = (n * d) as f64;
            // An addition for the mean; a difference, a product and three multiply-adds for the
            // powers; two comparisons for the median.
            Cost { flops: 11.0 * values, bytes: 8.0 * values }
        })
        .bound_by(Bound::Read)
        // Sums of n terms of either sign, of values and powers near 1: n roundings of their
        // magnitudes, 16 covering the powers' conditioning and the division.
        .agree_within(|&(n, _)| {
            let roundings = 16.0 * (n as f64 + 8.0) * f64::EPSILON;
            Tolerance::relative(roundings).plus_absolute(roundings)
        })
        .growing(|n| (n, 5))
        .gate((10_000, 5))
        .reference("naive", naive)
        .variant("select", select)
        .rung(Rung::Algorithm)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("bracket", bracket)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .without(
            "faer",
            "faer knows means and variances but no higher moments and no order statistics.",
        )
        .build()
}

/// Five numbers for each column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnStatistics {
    /// Arithmetic means.
    pub mean: Vec<f64>,
    /// Medians; of an even count, the mean of the middle two.
    pub median: Vec<f64>,
    /// Standard deviations, divisor n.
    pub std: Vec<f64>,
    /// Skewness, m3 / m2^1.5.
    pub skewness: Vec<f64>,
    /// Excess kurtosis, m4 / m2² - 3.
    pub kurtosis: Vec<f64>,
}

impl ColumnStatistics {
    fn of_columns(columns: usize) -> Self {
        let nans = || vec![f64::NAN; columns];
        Self { mean: nans(), median: nans(), std: nans(), skewness: nans(), kurtosis: nans() }
    }

    fn set(&mut self, column: usize, median: f64, sums: &PowerSums) {
        let spread = sums.spread();
        self.median[column] = median;
        self.mean[column] = sums.mean;
        self.std[column] = spread.std;
        self.skewness[column] = spread.skewness;
        self.kurtosis[column] = spread.kurtosis;
    }
}

impl Exchange for ColumnStatistics {
    fn to_exchanged(&self) -> Exchanged {
        let value = amdahl::Value::vector;
        Exchanged::named([
            ("mean", value(&self.mean)),
            ("median", value(&self.median)),
            ("std", value(&self.std)),
            ("skewness", value(&self.skewness)),
            ("kurtosis", value(&self.kurtosis)),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let mut vector = |name| Vec::from_exchanged(Exchanged::single(exchanged.take(name)?));
        Ok(Self {
            mean: vector("mean")?,
            median: vector("median")?,
            std: vector("std")?,
            skewness: vector("skewness")?,
            kurtosis: vector("kurtosis")?,
        })
    }
}

impl Agree for ColumnStatistics {}

fn naive(x: &Matrix) -> Timed<'_, ColumnStatistics> {
    Timed::returning(move || by_loops(x, median_by_sorting))
}

fn select(x: &Matrix) -> Timed<'_, ColumnStatistics> {
    Timed::returning(move || by_loops(x, median_by_selection))
}

fn by_loops(x: &Matrix, median: fn(&mut [f64]) -> f64) -> ColumnStatistics {
    let mut out = ColumnStatistics::of_columns(x.cols());
    if x.rows() == 0 {
        return out;
    }
    let count = x.rows() as f64;
    for j in 0..x.cols() {
        // Differences from the first value make the mean of a constant column exact.
        let first = x[(0, j)];
        let (mut plain, mut shifted) = (0.0, 0.0);
        for i in 0..x.rows() {
            plain += x[(i, j)];
            shifted += x[(i, j)] - first;
        }
        let mean = moments::mean(first, shifted, plain, count);
        let mut powers = [0.0; 3];
        for i in 0..x.rows() {
            let difference = x[(i, j)] - mean;
            powers[0] += difference.powi(2);
            powers[1] += difference.powi(3);
            powers[2] += difference.powi(4);
        }
        let mut column: Vec<f64> = (0..x.rows()).map(|i| x[(i, j)]).collect();
        out.set(j, median(&mut column), &PowerSums { count, mean, powers });
    }
    out
}

fn with_ndarray(x: &Matrix) -> Timed<'_, ColumnStatistics> {
    let x = convert::ndarray_view(x);
    Timed::returning(move || {
        let mut out = ColumnStatistics::of_columns(x.ncols());
        if x.nrows() == 0 {
            return out;
        }
        let count = x.nrows() as f64;
        let plain = x.sum_axis(Axis(0));
        let shifted = (&x - &x.row(0)).sum_axis(Axis(0));
        let mean = ndarray::Zip::from(x.row(0))
            .and(&shifted)
            .and(&plain)
            .map_collect(|&first, &shifted, &plain| moments::mean(first, shifted, plain, count));
        let centred = &x - &mean;
        let squares = &centred * &centred;
        let m2 = squares.sum_axis(Axis(0));
        let m3 = (centred * &squares).sum_axis(Axis(0));
        let m4 = (&squares * &squares).sum_axis(Axis(0));
        for (j, column) in x.columns().into_iter().enumerate() {
            let sums = PowerSums { count, mean: mean[j], powers: [m2[j], m3[j], m4[j]] };
            out.set(j, median_by_selection(&mut column.to_vec()), &sums);
        }
        out
    })
}

fn with_nalgebra(x: &Matrix) -> Timed<'_, ColumnStatistics> {
    let x = convert::to_nalgebra(x);
    Timed::returning(move || {
        let mut out = ColumnStatistics::of_columns(x.ncols());
        if x.nrows() == 0 {
            return out;
        }
        let count = x.nrows() as f64;
        for (j, column) in x.column_iter().enumerate() {
            let shifted = column.add_scalar(-column[0]).sum();
            let mean = moments::mean(column[0], shifted, column.sum(), count);
            let centred = column.add_scalar(-mean);
            let squares = centred.component_mul(&centred);
            let powers = [squares.sum(), squares.dot(&centred), squares.norm_squared()];
            let median = median_by_selection(column.clone_owned().as_mut_slice());
            out.set(j, median, &PowerSums { count, mean, powers });
        }
        out
    })
}

/// Columns side by side in one cache line of a row: what is copied out together.
const GROUP: usize = LANES;

/// Copies columns from `first` on, as many as `out` has room for, one after the other.
fn gather(x: &Matrix, first: usize, out: &mut [f64]) {
    // Rows at a time, so that the lines written to stay in L1.
    const ROWS: usize = 64;
    let (n, width) = (x.rows(), out.len() / x.rows());
    for top in (0..n).step_by(ROWS) {
        let bottom = n.min(top + ROWS);
        for (j, out) in out.chunks_exact_mut(n).enumerate().take(width) {
            for (i, out) in (top..bottom).zip(&mut out[top..bottom]) {
                *out = x.as_slice()[i * x.cols() + first + j];
            }
        }
    }
}

fn bracket(x: &Matrix) -> Timed<'_, ColumnStatistics> {
    Timed::returning(move || {
        let mut out = ColumnStatistics::of_columns(x.cols());
        let mut columns = vec![0.0; x.rows() * GROUP];
        let mut candidates = vec![0.0; x.rows()];
        summarize(x, &mut columns, &mut candidates, &mut out);
        out
    })
}

fn preallocated(x: &Matrix) -> Timed<'_, ColumnStatistics> {
    let columns = vec![0.0; x.rows() * GROUP];
    let candidates = vec![0.0; x.rows()];
    let out = ColumnStatistics::of_columns(x.cols());
    Timed::in_place(
        (columns, candidates, out),
        move |(columns, candidates, out)| summarize(x, columns, candidates, out),
        |(_, _, out)| out.clone(),
    )
}

fn summarize(x: &Matrix, columns: &mut [f64], candidates: &mut [f64], out: &mut ColumnStatistics) {
    let n = x.rows();
    if n == 0 {
        return;
    }
    for first in (0..x.cols()).step_by(GROUP) {
        let width = GROUP.min(x.cols() - first);
        gather(x, first, &mut columns[..width * n]);
        for (j, column) in (first..).zip(columns.chunks_exact(n).take(width)) {
            out.set(j, median_by_bracket(column, candidates), &power_sums(column));
        }
    }
}

fn with_rayon(x: &Matrix) -> Timed<'_, ColumnStatistics> {
    let columns = vec![0.0; x.rows() * x.cols()];
    let out = ColumnStatistics::of_columns(x.cols());
    Timed::in_place(
        (columns, out),
        move |(columns, out)| {
            let n = x.rows();
            if n == 0 {
                return;
            }
            let groups = columns.par_chunks_mut(n * GROUP).enumerate();
            groups.for_each(|(group, columns)| gather(x, group * GROUP, columns));
            let results: Vec<(f64, PowerSums)> = columns
                .par_chunks_exact(n)
                .map_init(
                    || vec![0.0; n],
                    |candidates, column| {
                        (median_by_bracket(column, candidates), power_sums(column))
                    },
                )
                .collect();
            for (j, (median, sums)) in results.iter().enumerate() {
                out.set(j, *median, sums);
            }
        },
        |(_, out)| out.clone(),
    )
}
