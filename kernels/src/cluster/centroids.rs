//! The mean of the points of each cluster (exercise C.6c).

use amdahl::{Bound, Cost, Exchange, ExchangeError, Exchanged, Kernel, Matrix, Rung, Sizes, Timed};
use multiversion::multiversion;
use nalgebra::{DMatrix, DMatrixView};
use ndarray::Array2;
use rayon::prelude::*;

use super::assign::label::{index_of, label_of};
use crate::support::convert;

/// The mean of the rows of `x` that have the same label, a row for each of `k` labels.
///
/// Selecting each cluster's rows by a mask reads all points once for every cluster; adding each row
/// to its label's sum reads them once. Then nothing is left but reading the points, and a stripe of
/// columns is the share of a thread whose sums stay in its own cache.
///
/// Rows are added in their order in every variant, so that all agree to the last bit. A label that
/// no row has is a row of NaN (0 / 0). NaN and infinities stay in their cluster and column. A label
/// that is negative or not below `k`, and a negative `k`, are errors.
pub fn kernel() -> Kernel {
    Kernel::new("centroids", "mean of the points of each of k clusters, f64")
        .exercise("C.6c")
        .sizes(
            Sizes::smoke([(0, 3, 2), (0, 2, 0), (2, 0, 3), (1, 1, 1), (7, 5, 11), (67, 37, 19)])
                .measured([(1_000, 64, 32), (10_000, 64, 256)]),
        )
        .input(|&(n, d, k), rng| Labelled {
            x: rng.matrix(n, d),
            labels: (0..n).map(|_| label_of(rng.index(k))).collect(),
            k: label_of(k),
        })
        .cost(|&(n, d, k)| {
            let (n, d, k) = (n as f64, d as f64, k as f64);
            Cost { flops: n * d + k * d, bytes: 8.0 * (n * d + n + k * d) }
        })
        .bound_by(Bound::Read)
        .growing(|n| (n, 64, 32))
        .reference("naive", |input| means(input, naive))
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("simd", |input| means(input, simd))
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

/// Points, a row each, and the cluster of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// The points.
    pub x: Matrix,
    /// The cluster of each point.
    pub labels: Vec<i64>,
    /// How many clusters there are.
    pub k: i64,
}

impl Exchange for Labelled {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("x", (&self.x).into()),
            ("labels", (&self.labels).into()),
            ("k", self.k.into()),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let x: Matrix = exchanged.take_as("x")?;
        let labels: Vec<i64> = exchanged.take_as("labels")?;
        if labels.len() != x.rows() {
            return Err(ExchangeError::Mismatch {
                name: "labels".to_owned(),
                want: "a label for each row of `x`",
                got: format!("{} labels beside {} rows", labels.len(), x.rows()),
            });
        }
        Ok(Self { x, labels, k: exchanged.take_as("k")? })
    }
}

/// Why there are no means.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CentroidsError {
    /// A number of clusters below 0.
    #[error("there cannot be {k} clusters: give a `k` of 0 or more")]
    NegativeCount {
        /// The number given.
        k: i64,
    },
    /// A label that is no cluster's.
    #[error("label {label} of row {row} is no cluster's: give labels from 0 to below k = {k}")]
    OutOfRange {
        /// The label.
        label: i64,
        /// Whose it is.
        row: usize,
        /// The number of clusters.
        k: i64,
    },
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for CentroidsError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}

type Means<M = Matrix> = Result<M, CentroidsError>;

/// The number of clusters, if all labels are below it.
fn clusters(input: &Labelled) -> Means<usize> {
    let Labelled { labels, k, .. } = input;
    let count = usize::try_from(*k).map_err(|_| CentroidsError::NegativeCount { k: *k })?;
    match labels.iter().position(|label| !(0..*k).contains(label)) {
        None => Ok(count),
        Some(row) => Err(CentroidsError::OutOfRange { label: labels[row], row, k: *k }),
    }
}

fn means(input: &Labelled, of: fn(&Matrix, &[i64], usize) -> Matrix) -> Timed<'_, Means> {
    Timed::returning(move || clusters(input).map(|k| of(&input.x, &input.labels, k)))
}

/// The means by the definition's loops; labels are below `k`.
pub fn naive(x: &Matrix, labels: &[i64], k: usize) -> Matrix {
    let mut out = Matrix::zeros(k, x.cols());
    let mut counts = vec![0.0; k];
    for i in 0..x.rows() {
        let label = index_of(labels[i]);
        for j in 0..x.cols() {
            out[(label, j)] += x[(i, j)];
        }
        counts[label] += 1.0;
    }
    for label in 0..k {
        for j in 0..x.cols() {
            out[(label, j)] /= counts[label];
        }
    }
    out
}

fn with_ndarray(input: &Labelled) -> Timed<'_, Means> {
    Timed::returning(move || clusters(input).map(|k| ndarray_means(&input.x, &input.labels, k)))
        .seen_as(|result| result.map(convert::from_ndarray))
}

/// The means with ndarray's rows; labels are below `k`.
pub fn ndarray_means(x: &Matrix, labels: &[i64], k: usize) -> Array2<f64> {
    let x = convert::ndarray_view(x);
    let mut out = Array2::zeros((k, x.ncols()));
    let mut counts = vec![0.0; k];
    for (row, &label) in x.rows().into_iter().zip(labels) {
        let label = index_of(label);
        let mut sum = out.row_mut(label);
        sum += &row;
        counts[label] += 1.0;
    }
    for (mut row, count) in out.rows_mut().into_iter().zip(counts) {
        row /= count;
    }
    out
}

fn with_nalgebra(input: &Labelled) -> Timed<'_, Means> {
    Timed::returning(move || clusters(input).map(|k| nalgebra_means(&input.x, &input.labels, k)))
        .seen_as(|result| result.map(from_nalgebra_transposed))
}

/// The means with nalgebra's columns, which are points; labels are below `k`.
pub fn nalgebra_means(x: &Matrix, labels: &[i64], k: usize) -> DMatrix<f64> {
    let x = DMatrixView::from_slice(x.as_slice(), x.cols(), x.rows());
    let mut out = DMatrix::zeros(x.nrows(), k);
    let mut counts = vec![0.0; k];
    for (column, &label) in x.column_iter().zip(labels) {
        let label = index_of(label);
        let mut sum = out.column_mut(label);
        sum += column;
        counts[label] += 1.0;
    }
    for (mut column, count) in out.column_iter_mut().zip(counts) {
        column /= count;
    }
    out
}

/// The neutral matrix whose rows are nalgebra's columns.
pub fn from_nalgebra_transposed(x: DMatrix<f64>) -> Matrix {
    Matrix::from_vec(x.ncols(), x.nrows(), x.data.into())
}

fn with_faer(input: &Labelled) -> Timed<'_, Means> {
    Timed::returning(move || clusters(input).map(|k| faer_means(&input.x, &input.labels, k)))
        .seen_as(|result| result.map(|out| convert::from_faer_transposed(&out)))
}

/// The means with faer's columns, which are points; labels are below `k`.
pub fn faer_means(x: &Matrix, labels: &[i64], k: usize) -> faer::Mat<f64> {
    let x = faer::MatRef::from_column_major_slice(x.as_slice(), x.cols(), x.rows());
    let mut out = faer::Mat::<f64>::zeros(x.nrows(), k);
    let mut counts = vec![0.0; k];
    for (column, &label) in x.col_iter().zip(labels) {
        let label = index_of(label);
        let mut sum = out.col_mut(label);
        sum += column;
        counts[label] += 1.0;
    }
    for (column, count) in out.col_iter_mut().zip(counts) {
        // Scaling by 1 / count would round twice.
        column.iter_mut().for_each(|sum| *sum /= count);
    }
    out
}

/// The means with wide registers; labels are below `k`.
pub fn simd(x: &Matrix, labels: &[i64], k: usize) -> Matrix {
    let mut out = Matrix::zeros(k, x.cols());
    mean_rows(x, labels, &mut vec![0.0; k], out.as_mut_slice(), 0..x.cols());
    out
}

fn preallocated(input: &Labelled) -> Timed<'_, Means> {
    let buffers = clusters(input).map(|k| (vec![0.0; k], Matrix::zeros(k, input.x.cols())));
    Timed::in_place(
        buffers,
        move |buffers| {
            if let (Ok((counts, out)), Ok(_)) = (buffers, clusters(input)) {
                let all = 0..input.x.cols();
                mean_rows(&input.x, &input.labels, counts, out.as_mut_slice(), all);
            }
        },
        |buffers| buffers.as_ref().map(|(_, out)| out.clone()).map_err(Clone::clone),
    )
}

/// Adds each row's coordinates in `columns` to its label's sum in `out` and divides by the counts.
#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2+fma", "aarch64+neon"))]
fn mean_rows(
    x: &Matrix,
    labels: &[i64],
    counts: &mut [f64],
    out: &mut [f64],
    columns: std::ops::Range<usize>,
) {
    if columns.is_empty() {
        return;
    }
    let width = columns.len();
    out.fill(0.0);
    counts.fill(0.0);
    for (row, &label) in x.as_slice().chunks_exact(x.cols()).zip(labels) {
        let label = index_of(label);
        let sums = &mut out[label * width..][..width];
        sums.iter_mut().zip(&row[columns.clone()]).for_each(|(sum, value)| *sum += value);
        counts[label] += 1.0;
    }
    for (sums, count) in out.chunks_exact_mut(width).zip(counts) {
        for sum in sums {
            *sum /= *count;
        }
    }
}

/// Columns of a stripe: two cache lines, which the processor fetches together.
const COLUMNS_PER_TASK: usize = 16;

/// A stripe of columns: the counts, and the means of its columns.
struct Stripe {
    counts: Vec<f64>,
    means: Vec<f64>,
}

/// Buffers of the stripes of `d` columns.
fn stripes(d: usize, k: usize) -> Vec<Stripe> {
    let stripe = |first| Stripe {
        counts: vec![0.0; k],
        means: vec![0.0; k * COLUMNS_PER_TASK.min(d - first)],
    };
    (0..d).step_by(COLUMNS_PER_TASK).map(stripe).collect()
}

fn with_rayon(input: &Labelled) -> Timed<'_, Means> {
    let d = input.x.cols();
    let buffers = clusters(input).map(|k| (stripes(d, k), Matrix::zeros(k, d)));
    Timed::in_place(
        buffers,
        move |buffers| {
            if let (Ok((stripes, out)), Ok(_)) = (buffers, clusters(input)) {
                mean_stripes(&input.x, &input.labels, stripes, out);
            }
        },
        |buffers| buffers.as_ref().map(|(_, out)| out.clone()).map_err(Clone::clone),
    )
}

/// The means by stripes of columns, on all threads; labels are below `k`.
pub fn parallel(x: &Matrix, labels: &[i64], k: usize) -> Matrix {
    let mut out = Matrix::zeros(k, x.cols());
    mean_stripes(x, labels, &mut stripes(x.cols(), k), &mut out);
    out
}

fn mean_stripes(x: &Matrix, labels: &[i64], stripes: &mut [Stripe], out: &mut Matrix) {
    let d = x.cols();
    stripes.par_iter_mut().enumerate().for_each(|(at, stripe)| {
        let columns = at * COLUMNS_PER_TASK..d.min((at + 1) * COLUMNS_PER_TASK);
        mean_rows(x, labels, &mut stripe.counts, &mut stripe.means, columns);
    });
    for (label, row) in out.as_mut_slice().chunks_exact_mut(d.max(1)).enumerate() {
        for (out, stripe) in row.chunks_mut(COLUMNS_PER_TASK).zip(&*stripes) {
            out.copy_from_slice(&stripe.means[label * out.len()..][..out.len()]);
        }
    }
}
