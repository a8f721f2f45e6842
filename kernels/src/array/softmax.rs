//! Softmax of each row of a matrix (the chapter's takeaways).

use amdahl::{Bound, Cost, Kernel, Matrix, Rung, Sizes, Timed, Tolerance};
use multiversion::multiversion;
use multiversion::target::match_target;
use nalgebra::{DMatrixView, RealField};
use ndarray::{Axis, NdFloat};

use crate::support::exp::exp;
use crate::support::lanes::LANES;
use crate::support::{by_rows, convert};

/// Softmax of each row: exp(x - max) over its sum.
///
/// The chapter claims 800 times from vectorising it in Python; here the loops are compiled
/// already, and what is left to gain is an exponential that works on whole registers. Subtracting
/// the row's maximum changes nothing on paper and keeps large values from overflowing.
///
/// -inf gives 0. A row that holds +inf or NaN, or nothing but -inf, is NaN throughout (inf - inf).
/// An empty row stays empty.
pub fn kernel() -> Kernel {
    Kernel::new("softmax", "softmax of each row, f64")
        .exercise("takeaways")
        .sizes(
            Sizes::smoke([(0, 3), (3, 0), (1, 1), (7, 5), (5, 67)])
                .measured([(100, 1_000), (1_000, 1_000)]),
        )
        .input(|&(n, d), rng| rng.matrix(n, d))
        .cost(|&(n, d)| {
            let values = (n * d) as f64;
            // Difference, exponential (16 multiply-adds and 3 more, as in `support::exp`), sum, scaling.
            Cost { flops: values * (1.0 + 35.0 + 1.0 + 1.0), bytes: 16.0 * values }
        })
        .bound_by(Bound::Arithmetic)
        // An ulp for the exponential, one for the scaling, d for the sum, each on either side.
        .agree_within(|&(_, d)| Tolerance::relative(2.0 * (d as f64 + 4.0) * f64::EPSILON))
        .growing(|n| (n, 1_000))
        .reference("naive", naive)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("simd", simd)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .without("faer", "faer is linear algebra alone: it has no elementwise exponential.")
        .build()
}

pub(super) fn naive<T: NdFloat + Default>(x: &Matrix<T>) -> Timed<'_, Matrix<T>> {
    Timed::returning(move || {
        let mut out = Matrix::zeros(x.rows(), x.cols());
        for i in 0..x.rows() {
            let mut max = T::neg_infinity();
            for j in 0..x.cols() {
                if x[(i, j)] > max {
                    max = x[(i, j)];
                }
            }
            let mut sum = T::zero();
            for j in 0..x.cols() {
                sum += (x[(i, j)] - max).exp();
            }
            for j in 0..x.cols() {
                out[(i, j)] = (x[(i, j)] - max).exp() / sum;
            }
        }
        out
    })
}

pub(super) fn with_ndarray<T: NdFloat>(x: &Matrix<T>) -> Timed<'_, Matrix<T>> {
    let x = convert::ndarray_view(x);
    Timed::returning(move || {
        let max = x.fold_axis(Axis(1), T::neg_infinity(), |max, value| max.max(*value));
        let mut out = &x - &max.insert_axis(Axis(1));
        out.mapv_inplace(T::exp);
        let sum = out.sum_axis(Axis(1)).insert_axis(Axis(1));
        out /= &sum;
        out
    })
    .seen_as(convert::from_ndarray)
}

/// A column of nalgebra's layout is a row of ours, so the same memory serves both.
pub(super) fn with_nalgebra<T: RealField + Copy>(x: &Matrix<T>) -> Timed<'_, Matrix<T>> {
    let view = DMatrixView::from_slice(x.as_slice(), x.cols(), x.rows());
    Timed::returning(move || {
        let mut out = view.into_owned();
        for mut row in out.column_iter_mut() {
            let lowest = nalgebra::convert(f64::NEG_INFINITY);
            let max = row.iter().copied().fold(lowest, T::max);
            row.apply(|value| *value = (*value - max).exp());
            let sum = row.sum();
            row /= sum;
        }
        out
    })
    .seen_as(|out| Matrix::from_vec(x.rows(), x.cols(), out.as_slice().to_vec()))
}

fn simd(x: &Matrix) -> Timed<'_, Matrix> {
    by_rows::returning(x, softmax_rows)
}

fn preallocated(x: &Matrix) -> Timed<'_, Matrix> {
    by_rows::preallocated(x, softmax_rows)
}

/// Values one task takes: enough to outweigh the hand-over, few enough to balance.
const VALUES_PER_TASK: usize = 16 * 1024;

fn with_rayon(x: &Matrix) -> Timed<'_, Matrix> {
    by_rows::parallel(x, VALUES_PER_TASK, softmax_rows)
}

#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2+fma", "aarch64+neon"))]
fn softmax_rows(x: &[f64], out: &mut [f64], cols: usize) {
    let rows = x.chunks_exact(cols.max(1)).zip(out.chunks_exact_mut(cols.max(1)));
    for (x, out) in rows {
        match_target! {
            "x86_64+avx512f" => softmax_row::<f64, LANES>(x, out, exp::<true>),
            "x86_64+avx2+fma" => softmax_row::<f64, LANES>(x, out, exp::<true>),
            "aarch64+neon" => softmax_row::<f64, LANES>(x, out, exp::<true>),
            _ => softmax_row::<f64, LANES>(x, out, exp::<false>),
        }
    }
}

/// One row, `LANES` values at a time, with this exponential function.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
pub(super) fn softmax_row<T: NdFloat, const LANES: usize>(
    x: &[T],
    out: &mut [T],
    exp: impl Fn(T) -> T,
) {
    let (whole, rest) = x.as_chunks::<LANES>();
    let larger = |a: T, b: T| if b > a { b } else { a };
    let mut maxima = [T::neg_infinity(); LANES];
    for x in whole {
        for l in 0..LANES {
            maxima[l] = larger(maxima[l], x[l]);
        }
    }
    let max = maxima.iter().chain(rest).copied().fold(T::neg_infinity(), larger);

    let mut sums = [T::zero(); LANES];
    let (whole_out, rest_out) = out.as_chunks_mut::<LANES>();
    for (x, out) in whole.iter().zip(whole_out) {
        for l in 0..LANES {
            out[l] = exp(x[l] - max);
            sums[l] += out[l];
        }
    }
    let mut sum = sums.into_iter().fold(T::zero(), |sum, value| sum + value);
    for (x, out) in rest.iter().zip(rest_out) {
        *out = exp(*x - max);
        sum += *out;
    }

    let scale = T::one() / sum;
    for out in out {
        *out *= scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_without_fused_operations_gives_the_same_rows() {
        let x = amdahl::Rng::new(1).vector(67);
        let [mut fused, mut plain] = [[0.0; 67]; 2];
        softmax_row::<f64, LANES>(&x, &mut fused, exp::<true>);
        softmax_row::<f64, LANES>(&x, &mut plain, exp::<false>);
        for (fused, plain) in fused.iter().zip(plain) {
            assert!((fused - plain).abs() <= 4.0 * f64::EPSILON * fused, "{fused} and {plain}");
        }
    }
}
