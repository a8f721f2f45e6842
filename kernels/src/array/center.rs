//! Columns moved to mean zero (the chapter's takeaways).

use amdahl::count::{Counted, Scalar};
use amdahl::{Bound, Cost, Kernel, Matrix, Rung, Sizes, Timed, Tolerance};
use faer::MatRef;
use multiversion::multiversion;
use nalgebra::DMatrixView;
use ndarray::Axis;
use rayon::prelude::*;

use crate::support::{convert, sums};

/// Each value minus the mean of its column.
///
/// The chapter writes it as one broadcast, `X - X.mean(axis=0)`; what it does not say is that the
/// mean must be complete before the first difference, so the matrix crosses memory twice. The two
/// passes are also what keeps a large mean from costing digits.
///
/// A column that holds a NaN, or infinities of both signs, becomes NaN throughout; one infinity
/// makes its own place NaN and the finite values infinite of the other sign. A single row becomes
/// zeros. A column whose sum overflows has an infinite mean.
pub fn kernel() -> Kernel {
    Kernel::new("center", "columns moved to mean zero, f64")
        .exercise("takeaways")
        .sizes(
            Sizes::smoke([(0, 3), (3, 0), (1, 1), (2, 3), (7, 5), (67, 19), (1_031, 257)])
                .measured([(1_000, 32), (10_000, 100)]),
        )
        .input(|&(n, d), rng| rng.matrix(n, d))
        .cost(|&(n, d)| {
            let (n, d) = (n as f64, d as f64);
            // A sum and a difference a value; two reads and one write.
            Cost { flops: 2.0 * n * d, bytes: 8.0 * (2.0 * n * d + n * d) }
        })
        .working_set(|&(n, d)| 16.0 * (n * d) as f64)
        .bound_by(Bound::Copy)
        // A mean of n values is within n + 1 roundings of the largest of them, which is below 8 in
        // any sample that will ever be drawn; the difference rounds once more. Both sides have it.
        .agree_within(|&(n, _)| {
            Tolerance::relative(0.0).plus_absolute(8.0 * (n as f64 + 2.0) * f64::EPSILON)
        })
        .growing(|n| (n, 100))
        .reference("naive", naive::<f64>)
        .counted(Counted::matrix, naive::<Counted>)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("simd", simd)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

fn naive<T: Scalar>(x: &Matrix<T>) -> Timed<'_, Matrix<T>> {
    Timed::returning(move || {
        let mut out = x.clone();
        for j in 0..x.cols() {
            let mut sum = T::default();
            for i in 0..x.rows() {
                sum += x[(i, j)];
            }
            let mean = sum / T::from_f64(x.rows() as f64);
            for i in 0..x.rows() {
                out[(i, j)] = x[(i, j)] - mean;
            }
        }
        out
    })
}

fn with_ndarray(x: &Matrix) -> Timed<'_, Matrix> {
    let x = convert::ndarray_view(x);
    Timed::returning(move || &x - &(x.sum_axis(Axis(0)) / x.nrows() as f64))
        .seen_as(convert::from_ndarray)
}

/// A column of nalgebra's layout is a row of ours, so the same memory serves both.
fn with_nalgebra(x: &Matrix) -> Timed<'_, Matrix> {
    let view = DMatrixView::from_slice(x.as_slice(), x.cols(), x.rows());
    Timed::returning(move || {
        let mean = view.column_sum() / view.ncols() as f64;
        let mut out = view.into_owned();
        for mut row in out.column_iter_mut() {
            row -= &mean;
        }
        out
    })
    .seen_as(|out| Matrix::from_vec(x.rows(), x.cols(), out.as_slice().to_vec()))
}

/// A column of faer's layout is a row of ours, so the same memory serves both.
fn with_faer(x: &Matrix) -> Timed<'_, Matrix> {
    let view = MatRef::from_column_major_slice(x.as_slice(), x.cols(), x.rows());
    Timed::returning(move || {
        let mut mean = faer::Col::<f64>::zeros(view.nrows());
        view.col_iter().for_each(|row| mean += row);
        let n = view.ncols() as f64;
        mean.iter_mut().for_each(|sum| *sum /= n);
        let mut out = view.to_owned();
        out.col_iter_mut().for_each(|mut row| row -= &mean);
        out
    })
    .seen_as(|out| convert::from_faer_transposed(&out))
}

fn simd(x: &Matrix) -> Timed<'_, Matrix> {
    Timed::returning(move || {
        let mut mean = vec![0.0; x.cols()];
        let mut out = Matrix::zeros(x.rows(), x.cols());
        center(x, &mut mean, &mut out);
        out
    })
}

fn preallocated(x: &Matrix) -> Timed<'_, Matrix> {
    Timed::in_place(
        (vec![0.0; x.cols()], Matrix::zeros(x.rows(), x.cols())),
        move |(mean, out)| center(x, mean, out),
        |(_, out)| out.clone(),
    )
}

fn center(x: &Matrix, mean: &mut [f64], out: &mut Matrix) {
    mean_of_rows(x.as_slice(), x.rows(), mean);
    subtract(x.as_slice(), mean, out.as_mut_slice());
}

/// The sums of the columns of `x`, divided by `n`.
fn mean_of_rows(x: &[f64], n: usize, mean: &mut [f64]) {
    mean.fill(0.0);
    add_rows(x, mean);
    for sum in mean {
        *sum /= n as f64;
    }
}

/// Values one task takes: enough to outweigh the hand-over, few enough to balance; fixed, so that
/// the result does not depend on the threads.
const VALUES_PER_TASK: usize = 256 * 1024;

fn with_rayon(x: &Matrix) -> Timed<'_, Matrix> {
    let cols = x.cols().max(1);
    let values = VALUES_PER_TASK.div_ceil(cols) * cols;
    let tasks = x.as_slice().len().div_ceil(values);
    let partial = vec![0.0; tasks * x.cols()];
    Timed::in_place(
        (partial, vec![0.0; x.cols()], Matrix::zeros(x.rows(), x.cols())),
        move |(partial, mean, out)| {
            let tasks = x.as_slice().par_chunks(values).zip(partial.par_chunks_mut(cols));
            tasks.for_each(|(x, sums)| {
                sums.fill(0.0);
                add_rows(x, sums);
            });
            mean_of_rows(partial, x.rows(), mean);
            let out = out.as_mut_slice().par_chunks_mut(values);
            x.as_slice().par_chunks(values).zip(out).for_each(|(x, out)| subtract(x, mean, out));
        },
        |(_, _, out)| out.clone(),
    )
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn add_rows(x: &[f64], sums: &mut [f64]) {
    sums::add_columns(x, sums.len(), sums);
}

/// Values that the differences take at a time, from the end: a fraction of the second cache.
const VALUES_PER_BLOCK: usize = 8 * 1024;

/// Subtracts from the last rows to the first, so that what the sums have just read is met while it
/// is still in a cache.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn subtract(x: &[f64], mean: &[f64], out: &mut [f64]) {
    let cols = mean.len().max(1);
    let block = VALUES_PER_BLOCK.div_ceil(cols) * cols;
    for (x, out) in x.rchunks(block).zip(out.rchunks_mut(block)) {
        for (x, out) in x.chunks_exact(cols).zip(out.chunks_exact_mut(cols)) {
            for ((out, x), mean) in out.iter_mut().zip(x).zip(mean) {
                *out = x - mean;
            }
        }
    }
}
