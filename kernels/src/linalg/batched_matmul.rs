//! The products of many small pairs of matrices (the chapter's `einsum`).

use amdahl::count::{Counted, Scalar};
use amdahl::{Array, Bound, Cost, Exchange, ExchangeError, Exchanged, Kernel, Sizes, Timed};
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::{DMatrixView, DMatrixViewMut};
use ndarray::{Array3, ArrayView3, Zip};
use rayon::prelude::*;

use super::matmul::tolerance;

/// The product of each pair of matrices of two batches: `einsum("bij,bjk->bik")`.
///
/// One product of 64 x 64 matrices takes microseconds, so what a library does before it multiplies
/// (checks, packing, buffers) weighs as much as the product. Nor can threads share a product so
/// small: they share the batch.
///
/// An inner extent of 0 gives zeros, an empty batch an empty one. NaN and infinities stay within
/// their own pair and there do what they do in `matmul`. Batches that differ in length or in the
/// inner extent are refused.
pub fn kernel() -> Kernel {
    Kernel::new("batched_matmul", "the products of pairs of small matrices, f64")
        .exercise("einsum")
        .sizes(
            Sizes::smoke([
                (0, 2, 3, 4),
                (2, 0, 3, 4),
                (2, 3, 0, 4),
                (2, 3, 4, 0),
                (1, 1, 1, 1),
                (3, 7, 5, 11),
                (5, 17, 37, 19),
                (3, 61, 67, 71),
            ])
            .measured([(64, 16, 16, 16), (64, 64, 64, 64)]),
        )
        .input(|&(batch, i, j, k), rng| Batches {
            a: Array { shape: vec![batch, i, j], data: rng.vector(batch * i * j) },
            b: Array { shape: vec![batch, j, k], data: rng.vector(batch * j * k) },
        })
        .cost(|&(batch, i, j, k)| {
            let (batch, i, j, k) = (batch as f64, i as f64, j as f64, k as f64);
            Cost { flops: 2.0 * batch * i * j * k, bytes: 8.0 * batch * (i * j + j * k + i * k) }
        })
        .bound_by(Bound::Arithmetic)
        .agree_within(|&(_, _, j, _)| tolerance::<f64>(j))
        .growing(|n| (64, n, n, n))
        .reference("naive", naive::<f64>)
        .counted(Batches::counted, naive::<Counted>)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

/// The matrices to multiply, one pair for each index of the first axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Batches<T = f64> {
    /// The left matrices, batch x i x j.
    pub a: Array<T>,
    /// The right ones, batch x j x k.
    pub b: Array<T>,
}

impl Exchange for Batches {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([("a", (&self.a).into()), ("b", (&self.b).into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let a: Array<f64> = exchanged.take_as("a")?;
        let b: Array<f64> = exchanged.take_as("b")?;
        let mismatch = |name: &str, want, got: &Array<f64>| {
            let got = format!("of shape {:?}", got.shape);
            Err(ExchangeError::Mismatch { name: name.to_owned(), want, got })
        };
        let &[batch, _, inner] = a.shape.as_slice() else {
            return mismatch("a", "an array of three axes", &a);
        };
        let &[b_batch, b_inner, _] = b.shape.as_slice() else {
            return mismatch("b", "an array of three axes", &b);
        };
        if b_batch != batch {
            return mismatch("b", "as many matrices as `a`", &b);
        }
        if b_inner != inner {
            return mismatch("b", "matrices of as many rows as those of `a` have columns", &b);
        }
        Ok(Self { a, b })
    }
}

/// The extents of each product: m x k times k x n.
#[derive(Debug, Clone, Copy)]
struct Extents {
    m: usize,
    k: usize,
    n: usize,
}

impl Batches {
    /// The same matrices over a scalar that counts.
    fn counted(&self) -> Batches<Counted> {
        let array =
            |x: &Array<f64>| Array { shape: x.shape.clone(), data: Counted::vector(&x.data) };
        Batches { a: array(&self.a), b: array(&self.b) }
    }
}

impl<T: Scalar> Batches<T> {
    /// The extents of each product.
    fn extents(&self) -> Extents {
        Extents { m: self.a.shape[1], k: self.a.shape[2], n: self.b.shape[2] }
    }

    /// An array for the products, of zeros.
    fn zeros(&self) -> Array<T> {
        let Extents { m, n, .. } = self.extents();
        let batch = self.a.shape[0];
        Array { shape: vec![batch, m, n], data: vec![T::default(); batch * m * n] }
    }

    /// Runs `multiply` for each pair whose product has room in `out`, from pair `first` on.
    fn each(
        &self,
        first: usize,
        out: &mut [T],
        mut multiply: impl FnMut(Extents, &[T], &[T], &mut [T]),
    ) {
        let extents = self.extents();
        let Extents { m, k, n } = extents;
        if m * n == 0 {
            return;
        }
        for (at, out) in (first..).zip(out.chunks_exact_mut(m * n)) {
            let (a, b) = (&self.a.data[at * m * k..][..m * k], &self.b.data[at * k * n..][..k * n]);
            multiply(extents, a, b, out);
        }
    }
}

fn naive<T: Scalar>(batches: &Batches<T>) -> Timed<'_, Array<T>> {
    Timed::returning(move || {
        let mut out = batches.zeros();
        batches.each(0, &mut out.data, |Extents { m, k, n }, a, b, out| {
            for i in 0..m {
                for j in 0..n {
                    let mut sum = T::default();
                    for l in 0..k {
                        sum += a[i * k + l] * b[l * n + j];
                    }
                    out[i * n + j] = sum;
                }
            }
        });
        out
    })
}

fn ndarray_view(array: &Array<f64>) -> ArrayView3<'_, f64> {
    let shape = (array.shape[0], array.shape[1], array.shape[2]);
    ArrayView3::from_shape(shape, &array.data).expect("an array holds what its shape says")
}

fn with_ndarray(batches: &Batches) -> Timed<'_, Array<f64>> {
    let (a, b) = (ndarray_view(&batches.a), ndarray_view(&batches.b));
    Timed::returning(move || {
        let mut out = Array3::zeros((a.dim().0, a.dim().1, b.dim().2));
        Zip::from(out.outer_iter_mut())
            .and(a.outer_iter())
            .and(b.outer_iter())
            .for_each(|mut out, a, b| ndarray::linalg::general_mat_mul(1.0, &a, &b, 0.0, &mut out));
        out
    })
    .seen_as(|out| {
        let (batch, m, n) = out.dim();
        Array { shape: vec![batch, m, n], data: out.into_raw_vec_and_offset().0 }
    })
}

/// A column of nalgebra's layout is a row of ours, so the same memory holds the transposes, and
/// the product of the transposes in reverse order is the transpose of the product.
fn with_nalgebra(batches: &Batches) -> Timed<'_, Array<f64>> {
    Timed::returning(move || {
        let mut out = batches.zeros();
        batches.each(0, &mut out.data, |Extents { m, k, n }, a, b, out| {
            let (a, b) = (DMatrixView::from_slice(a, k, m), DMatrixView::from_slice(b, n, k));
            DMatrixViewMut::from_slice(out, n, m).gemm(1.0, &b, &a, 0.0);
        });
        out
    })
}

fn with_faer(batches: &Batches) -> Timed<'_, Array<f64>> {
    Timed::returning(move || {
        let mut out = batches.zeros();
        batches.each(0, &mut out.data, by_faer);
        out
    })
}

fn by_faer(Extents { m, k, n }: Extents, a: &[f64], b: &[f64], out: &mut [f64]) {
    let (a, b) = (MatRef::from_row_major_slice(a, m, k), MatRef::from_row_major_slice(b, k, n));
    let out = MatMut::from_row_major_slice_mut(out, m, n);
    faer::linalg::matmul::matmul(out, Accum::Replace, a, b, 1.0, Par::Seq);
}

fn preallocated(batches: &Batches) -> Timed<'_, Array<f64>> {
    Timed::in_place(
        batches.zeros(),
        move |out| batches.each(0, &mut out.data, by_faer),
        Array::clone,
    )
}

/// Multiply-adds one task takes: some ten microseconds, enough to outweigh the hand-over.
const PRODUCTS_PER_TASK: usize = 512 * 1024;

fn with_rayon(batches: &Batches) -> Timed<'_, Array<f64>> {
    let Extents { m, k, n } = batches.extents();
    let pairs = PRODUCTS_PER_TASK.div_ceil((m * k * n).max(1));
    Timed::in_place(
        batches.zeros(),
        move |out| {
            let tasks = out.data.par_chunks_mut((pairs * m * n).max(1));
            tasks.enumerate().for_each(|(task, out)| batches.each(task * pairs, out, by_faer));
        },
        Array::clone,
    )
}
