//! The gradient of a least-squares loss (the chapter's takeaways).

mod fused;

use amdahl::count::{Counted, Scalar};
use amdahl::{
    Bound, Cost, Exchange, ExchangeError, Exchanged, Kernel, Matrix, Rung, Sizes, Timed, Tolerance,
};
use faer::{Accum, ColMut, ColRef, MatRef, Par};
use nalgebra::{DMatrixView, DVectorView};
use ndarray::ArrayView1;
use rayon::prelude::*;

use crate::support::convert;
use fused::Gradient;

/// The gradient Xᵀ(Xw - y)/n of half the mean squared error of a linear model.
///
/// Each value of X takes part in two multiply-adds, so memory is the limit, and the two products of
/// the formula read all of X twice. The same sum taken sample by sample (a residual, then the
/// residual times the row that is still in the cache) reads it once.
///
/// A residual takes part in every component: a NaN anywhere makes all of them NaN, and an infinity
/// makes each infinite, or NaN against a zero or an opposite infinity. No rows give NaN (0/0), no
/// columns an empty gradient. Vectors that do not fit X are refused.
pub fn kernel() -> Kernel {
    Kernel::new("gradient_step", "the least-squares gradient X^T(Xw - y)/n, f64")
        .exercise("takeaways")
        .sizes(
            Sizes::smoke([(0, 3), (3, 0), (1, 1), (2, 3), (7, 5), (67, 16), (1_031, 37)])
                .measured([(10_000, 50), (100_000, 50)]),
        )
        .input(|&(n, d), rng| Samples { x: rng.matrix(n, d), w: rng.vector(d), y: rng.vector(n) })
        .cost(|&(n, d)| {
            let (n, d) = (n as f64, d as f64);
            // A multiply-add a value for the residual, another for the gradient; a difference a row.
            Cost { flops: 4.0 * n * d + n, bytes: 8.0 * (n * d + n + 2.0 * d) }
        })
        .bound_by(Bound::Read)
        .agree_within(|&(n, d)| tolerance(n, d))
        .growing(|n| (n, 50))
        .reference("naive", naive::<f64>)
        .counted(Samples::counted, naive::<Counted>)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("fused", fused)
        .rung(Rung::Algorithm)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

/// How far two gradients of standard normal samples may differ.
///
/// A residual is a sum of d + 1 terms, about √(d + 1) large, off by λ√(d + 1)/2 epsilons of the sum
/// of their magnitudes, which is near d + 1; a component is a sum of n products of such residuals
/// with values, off by that much and by λ√n/2 epsilons of √(d + 1) each. λ = 8 is all but certain
/// with rounding errors of random sign (Higham and Mary, "A new approach to probabilistic rounding
/// error analysis", 2019). The division by n takes the number of terms out; both sides err.
fn tolerance(n: usize, d: usize) -> Tolerance {
    let (n, terms) = (n as f64, d as f64 + 1.0);
    let residual = terms.sqrt() * terms;
    Tolerance::EXACT.plus_absolute(8.0 * f64::EPSILON * (residual + n.sqrt() * terms.sqrt()))
}

/// Samples with what they should give, and the weights of a linear model.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples<T = f64> {
    /// A sample a row, n x d.
    pub x: Matrix<T>,
    /// A weight a column, d.
    pub w: Vec<T>,
    /// A target a row, n.
    pub y: Vec<T>,
}

impl Samples {
    /// The same samples over a scalar that counts.
    fn counted(&self) -> Samples<Counted> {
        Samples {
            x: Counted::matrix(&self.x),
            w: Counted::vector(&self.w),
            y: Counted::vector(&self.y),
        }
    }
}

impl Exchange for Samples {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("x", (&self.x).into()),
            ("w", (&self.w).into()),
            ("y", (&self.y).into()),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let x: Matrix = exchanged.take_as("x")?;
        let w: Vec<f64> = exchanged.take_as("w")?;
        let y: Vec<f64> = exchanged.take_as("y")?;
        let mismatch = |name: &str, want, got: usize| {
            Err(ExchangeError::Mismatch {
                name: name.to_owned(),
                want,
                got: format!("{got} values"),
            })
        };
        if w.len() != x.cols() {
            return mismatch("w", "a vector of as many values as `x` has columns", w.len());
        }
        if y.len() != x.rows() {
            return mismatch("y", "a vector of as many values as `x` has rows", y.len());
        }
        Ok(Self { x, w, y })
    }
}

fn naive<T: Scalar>(samples: &Samples<T>) -> Timed<'_, Vec<T>> {
    let Samples { x, w, y } = samples;
    Timed::returning(move || {
        let mut residuals = vec![T::default(); x.rows()];
        for i in 0..x.rows() {
            let mut sum = T::default();
            for j in 0..x.cols() {
                sum += x[(i, j)] * w[j];
            }
            residuals[i] = sum - y[i];
        }
        let mut out = vec![T::default(); x.cols()];
        for j in 0..x.cols() {
            let mut sum = T::default();
            for i in 0..x.rows() {
                sum += x[(i, j)] * residuals[i];
            }
            out[j] = sum / T::from_f64(x.rows() as f64);
        }
        out
    })
}

fn with_ndarray(samples: &Samples) -> Timed<'_, Vec<f64>> {
    let x = convert::ndarray_view(&samples.x);
    let (w, y) = (ArrayView1::from(&samples.w), ArrayView1::from(&samples.y));
    Timed::returning(move || {
        let residuals = x.dot(&w) - y;
        x.t().dot(&residuals) / x.nrows() as f64
    })
    .seen_as(|out| out.to_vec())
}

/// A column of nalgebra's layout is a sample, so the same memory serves both.
fn with_nalgebra(samples: &Samples) -> Timed<'_, Vec<f64>> {
    let Samples { x, w, y } = samples;
    let x = DMatrixView::from_slice(x.as_slice(), x.cols(), x.rows());
    let (w, y) = (DVectorView::from_slice(w, w.len()), DVectorView::from_slice(y, y.len()));
    Timed::returning(move || {
        let residuals = x.tr_mul(&w) - y;
        x * residuals / y.len() as f64
    })
    .seen_as(|out| out.as_slice().to_vec())
}

fn with_faer(samples: &Samples) -> Timed<'_, Vec<f64>> {
    let Samples { x, w, y } = samples;
    let x = MatRef::from_row_major_slice(x.as_slice(), x.rows(), x.cols());
    let (w, y) = (ColRef::from_slice(w), ColRef::from_slice(y));
    let multiply = |out: ColMut<'_, f64>, a: MatRef<'_, f64>, x: ColRef<'_, f64>, factor: f64| {
        let (out, x) = (out.as_mat_mut(), x.as_mat());
        faer::linalg::matmul::matmul(out, Accum::Replace, a, x, factor, Par::Seq);
    };
    Timed::returning(move || {
        let mut residuals = faer::Col::zeros(y.nrows());
        multiply(residuals.as_mut(), x, w, 1.0);
        residuals -= y;
        let mut out = faer::Col::zeros(w.nrows());
        multiply(out.as_mut(), x.transpose(), residuals.as_ref(), 1.0);
        // A factor of 1/n in the product would make 0 times infinity of no rows: 0/0 either way.
        out / faer::Scale(y.nrows() as f64)
    })
    .seen_as(|out: faer::Col<f64>| out.iter().copied().collect())
}

fn fused(samples: &Samples) -> Timed<'_, Vec<f64>> {
    let Samples { x, w, y } = samples;
    Timed::returning(move || {
        let mut gradient = Gradient::new(w.len());
        gradient.add(x.as_slice(), w, y);
        let mut out = vec![0.0; w.len()];
        gradient.mean_into(y.len(), &mut out);
        out
    })
}

fn preallocated(samples: &Samples) -> Timed<'_, Vec<f64>> {
    let Samples { x, w, y } = samples;
    Timed::in_place(
        (Gradient::new(w.len()), vec![0.0; w.len()]),
        move |(gradient, out)| {
            gradient.clear();
            gradient.add(x.as_slice(), w, y);
            gradient.mean_into(y.len(), out);
        },
        |(_, out)| out.clone(),
    )
}

/// Rows whose gradients one task sums: fixed, so that the result does not depend on the threads.
const ROWS_PER_TASK: usize = 1_024;

fn with_rayon(samples: &Samples) -> Timed<'_, Vec<f64>> {
    let Samples { x, w, y } = samples;
    let tasks = vec![Gradient::new(w.len()); y.len().div_ceil(ROWS_PER_TASK)];
    Timed::in_place(
        (tasks, Gradient::new(w.len()), vec![0.0; w.len()]),
        move |(tasks, total, out)| {
            tasks.par_iter_mut().zip(y.par_chunks(ROWS_PER_TASK)).enumerate().for_each(
                |(task, (gradient, y))| {
                    let first = task * ROWS_PER_TASK * w.len();
                    gradient.clear();
                    gradient.add(&x.as_slice()[first..first + y.len() * w.len()], w, y);
                },
            );
            total.clear();
            for gradient in tasks.iter() {
                total.merge(gradient);
            }
            total.mean_into(y.len(), out);
        },
        |(_, _, out)| out.clone(),
    )
}
