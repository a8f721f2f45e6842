//! Sample covariance of the columns of a matrix (exercise C.4).

mod blocked;

use amdahl::count::{Counted, Scalar};
use amdahl::{Bound, Cost, Kernel, Matrix, Rung, Sizes, Timed, Tolerance};
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, Par};
use nalgebra::DMatrix;
use ndarray::Axis;
use rayon::prelude::*;

use crate::support::convert;
use blocked::Moments;

/// Sample covariance of the columns, divisor n - 1.
///
/// Three nested loops are what the definition says; the exercise shows that the same sum is one
/// product of a centred matrix with itself. Centring comes first, because the textbook shortcut
/// E\[xy\] - E\[x\]E\[y\] loses every digit where the mean is large beside the deviation.
///
/// A single row gives NaN (0 / 0), no row is an error, and a column that holds a NaN or an infinity
/// gives NaN wherever it takes part. A constant column has covariance 0.
pub fn kernel() -> Kernel {
    Kernel::new("covariance", "sample covariance of the columns of X, f64")
        .exercise("C.4")
        .sizes(
            Sizes::smoke([(0, 3), (1, 1), (2, 3), (7, 5), (33, 16), (301, 37)])
                .measured([(1_000, 32), (10_000, 100)]),
        )
        .input(|&(n, d), rng| rng.matrix(n, d))
        .cost(|&(n, d)| {
            let (n, d) = (n as f64, d as f64);
            // A sum and a difference for each value, a fused multiply-add for each pair of columns.
            Cost { flops: n * d * 2.0 + n * d * (d + 1.0), bytes: 8.0 * (n * d + d * d) }
        })
        .bound_by(Bound::Arithmetic)
        // A sum of n products is within n rounding errors of exact in any order; both sides have it.
        .agree_within(|&(n, _)| Tolerance::relative(2.0 * (n as f64 + 8.0) * f64::EPSILON))
        .growing(|n| (n, 100))
        .reference("naive", naive::<f64>)
        .counted(Counted::matrix, naive::<Counted>)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("blocked", blocked)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

/// Why there is no covariance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CovarianceError {
    /// There is nothing to take a mean of.
    #[error("the covariance of no rows is undefined: give at least one row")]
    NoRows,
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for CovarianceError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}

type Covariance<M = Matrix> = Result<M, CovarianceError>;

fn some_rows(n: usize) -> Result<f64, CovarianceError> {
    if n == 0 { Err(CovarianceError::NoRows) } else { Ok(n as f64) }
}

fn naive<T: Scalar>(x: &Matrix<T>) -> Timed<'_, Covariance<Matrix<T>>> {
    Timed::returning(move || {
        let n = some_rows(x.rows())?;
        let d = x.cols();
        let mut mean = vec![T::default(); d];
        for (j, mean) in mean.iter_mut().enumerate() {
            for k in 0..x.rows() {
                *mean += x[(k, j)];
            }
            *mean /= T::from_f64(n);
        }
        let mut out = Matrix::zeros(d, d);
        for i in 0..d {
            for j in 0..d {
                let mut sum = T::default();
                for k in 0..x.rows() {
                    sum += (x[(k, i)] - mean[i]) * (x[(k, j)] - mean[j]);
                }
                out[(i, j)] = sum / T::from_f64(n - 1.0);
            }
        }
        Ok(out)
    })
}

fn with_ndarray(x: &Matrix) -> Timed<'_, Covariance> {
    let x = convert::ndarray_view(x);
    Timed::returning(move || {
        let n = some_rows(x.nrows())?;
        let centred = &x - &(x.sum_axis(Axis(0)) / n);
        Ok(centred.t().dot(&centred) / (n - 1.0))
    })
    .seen_as(|result| result.map(convert::from_ndarray))
}

fn with_nalgebra(x: &Matrix) -> Timed<'_, Covariance> {
    let x = convert::to_nalgebra(x);
    Timed::returning(move || -> Covariance<DMatrix<f64>> {
        let n = some_rows(x.nrows())?;
        let mut centred = x.clone();
        for mut column in centred.column_iter_mut() {
            let mean = column.sum() / n;
            column.add_scalar_mut(-mean);
        }
        // The transpose is stored, since nalgebra's `tr_mul` has no blocked path.
        Ok(centred.transpose() * &centred / (n - 1.0))
    })
    .seen_as(|result| result.map(|result| convert::from_nalgebra(&result)))
}

fn with_faer(x: &Matrix) -> Timed<'_, Covariance> {
    let x = convert::to_faer(x);
    Timed::returning(move || -> Covariance<faer::Mat<f64>> {
        let n = some_rows(x.nrows())?;
        let mut centred = x.clone();
        for column in centred.col_iter_mut() {
            let mean = column.as_ref().sum() / n;
            column
                .try_as_col_major_mut()
                .expect("an owned matrix has contiguous columns")
                .as_slice_mut()
                .iter_mut()
                .for_each(|value| *value -= mean);
        }
        let mut out = faer::Mat::zeros(x.ncols(), x.ncols());
        triangular::matmul(
            out.as_mut(),
            BlockStructure::TriangularLower,
            Accum::Replace,
            centred.transpose(),
            BlockStructure::Rectangular,
            centred.as_ref(),
            BlockStructure::Rectangular,
            1.0,
            Par::Seq,
        );
        for j in 0..x.ncols() {
            for i in j..x.ncols() {
                let value = out[(i, j)] / (n - 1.0);
                out[(i, j)] = value;
                out[(j, i)] = value;
            }
        }
        Ok(out)
    })
    .seen_as(|result| result.map(|result| convert::from_faer(&result)))
}

fn blocked(x: &Matrix) -> Timed<'_, Covariance> {
    Timed::returning(move || {
        some_rows(x.rows())?;
        let mut moments = Moments::new(x.cols());
        moments.add_rows(x.as_slice());
        let mut out = Matrix::zeros(x.cols(), x.cols());
        moments.covariance_into(&mut out);
        Ok(out)
    })
}

fn preallocated(x: &Matrix) -> Timed<'_, Covariance> {
    let buffers = (Moments::new(x.cols()), Matrix::zeros(x.cols(), x.cols()));
    Timed::in_place(
        buffers,
        move |(moments, out)| {
            moments.clear();
            moments.add_rows(x.as_slice());
            moments.covariance_into(out);
        },
        |(_, out)| some_rows(x.rows()).map(|_| out.clone()),
    )
}

/// Rows whose moments one task sums: fixed, so that the result does not depend on the threads.
const ROWS_PER_TASK: usize = 512;

fn with_rayon(x: &Matrix) -> Timed<'_, Covariance> {
    Timed::returning(move || {
        some_rows(x.rows())?;
        let d = x.cols();
        let tasks: Vec<Moments> = x
            .as_slice()
            .par_chunks((ROWS_PER_TASK * d).max(1))
            .map(|rows| {
                let mut moments = Moments::new(d);
                moments.add_rows(rows);
                moments
            })
            .collect();
        let mut total = Moments::new(d);
        for moments in &tasks {
            total.merge(moments);
        }
        let mut out = Matrix::zeros(d, d);
        total.covariance_into(&mut out);
        Ok(out)
    })
}
