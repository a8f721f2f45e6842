//! The logarithm of the sum of exponentials of each row of a matrix (the chapter's takeaways).

use amdahl::{Bound, Cost, Kernel, Matrix, Rung, Sizes, Timed, Tolerance};
use multiversion::multiversion;
use multiversion::target::match_target;
use nalgebra::DMatrixView;
use ndarray::Axis;
use rayon::prelude::*;

use crate::support::convert;
use crate::support::exp::exp;
use crate::support::lanes::{LANES, Lanes};

/// ln Σ exp(x) of each row, in log space: max + ln Σ exp(x - max).
///
/// The sum itself overflows from 710 on and vanishes below -745; moved by the row's maximum, its
/// largest term is 1. The exponentials are nearly all of the work, so what is left to gain is, as
/// with softmax, an exponential on whole registers, here without an output as large as the input.
///
/// -inf counts nothing, and a row of nothing but -inf gives -inf, as does an empty one (an empty
/// sum is 0, as in `numpy.logaddexp.reduce`). +inf gives +inf. A NaN gives NaN, whatever stands
/// beside it.
pub fn kernel() -> Kernel {
    Kernel::new("log_sum_exp", "log of the sum of exponentials of each row, f64")
        .exercise("takeaways")
        .sizes(
            Sizes::smoke([(0, 3), (3, 0), (1, 1), (7, 5), (5, 67)])
                .measured([(100, 1_000), (1_000, 1_000)]),
        )
        .input(|&(n, d), rng| rng.matrix(n, d))
        .cost(|&(n, d)| {
            let (rows, values) = (n as f64, (n * d) as f64);
            // Difference, exponential (16 multiply-adds and 3 more, as in `support::exp`), sum.
            Cost { flops: values * (1.0 + 35.0 + 1.0), bytes: 8.0 * (values + rows) }
        })
        .bound_by(Bound::Arithmetic)
        // The sum is off by an ulp of each exponential and d roundings of itself, which the
        // logarithm makes absolute; it and the final addition round once each, on either side.
        .agree_within(|&(_, d)| {
            let sum = 2.0 * (d as f64 + 4.0) * f64::EPSILON;
            Tolerance::relative(4.0 * f64::EPSILON).plus_absolute(sum)
        })
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

/// What a row is moved by: its maximum, or nothing where that is infinite and inf - inf would be
/// NaN. Unmoved, exp and ln carry the infinities through by themselves.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn shift(max: f64) -> f64 {
    if max.is_finite() { max } else { 0.0 }
}

fn naive(x: &Matrix) -> Timed<'_, Vec<f64>> {
    Timed::returning(move || {
        let mut out = vec![0.0; x.rows()];
        for (i, out) in out.iter_mut().enumerate() {
            let mut max = f64::NEG_INFINITY;
            for j in 0..x.cols() {
                if x[(i, j)] > max {
                    max = x[(i, j)];
                }
            }
            let mut sum = 0.0;
            for j in 0..x.cols() {
                sum += (x[(i, j)] - shift(max)).exp();
            }
            *out = shift(max) + sum.ln();
        }
        out
    })
}

fn with_ndarray(x: &Matrix) -> Timed<'_, Vec<f64>> {
    let x = convert::ndarray_view(x);
    Timed::returning(move || {
        let max = x.fold_axis(Axis(1), f64::NEG_INFINITY, |max, value| max.max(*value));
        let shift = max.mapv_into(shift).insert_axis(Axis(1));
        let mut terms = &x - &shift;
        terms.mapv_inplace(f64::exp);
        terms.sum_axis(Axis(1)).mapv_into(f64::ln) + shift.remove_axis(Axis(1))
    })
    .seen_as(|out| out.to_vec())
}

/// A column of nalgebra's layout is a row of ours, so the same memory serves both.
fn with_nalgebra(x: &Matrix) -> Timed<'_, Vec<f64>> {
    let view = DMatrixView::from_slice(x.as_slice(), x.cols(), x.rows());
    Timed::returning(move || {
        let row = |row: nalgebra::DVectorView<'_, f64>| {
            let shift = shift(row.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            shift + row.map(|value| (value - shift).exp()).sum().ln()
        };
        view.column_iter().map(row).collect()
    })
}

fn simd(x: &Matrix) -> Timed<'_, Vec<f64>> {
    Timed::returning(move || {
        let mut out = vec![0.0; x.rows()];
        log_sum_exp_rows(x.as_slice(), &mut out, x.cols());
        out
    })
}

fn preallocated(x: &Matrix) -> Timed<'_, Vec<f64>> {
    Timed::in_place(
        vec![0.0; x.rows()],
        move |out| log_sum_exp_rows(x.as_slice(), out, x.cols()),
        Vec::clone,
    )
}

/// Values one task takes: enough to outweigh the hand-over, few enough to balance.
const VALUES_PER_TASK: usize = 16 * 1024;

fn with_rayon(x: &Matrix) -> Timed<'_, Vec<f64>> {
    let cols = x.cols();
    let rows = VALUES_PER_TASK.div_ceil(cols.max(1));
    Timed::in_place(
        vec![0.0; x.rows()],
        move |out| {
            out.par_chunks_mut(rows).enumerate().for_each(|(task, out)| {
                let x = &x.as_slice()[task * rows * cols..][..out.len() * cols];
                log_sum_exp_rows(x, out, cols);
            });
        },
        Vec::clone,
    )
}

#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2+fma", "aarch64+neon"))]
fn log_sum_exp_rows(x: &[f64], out: &mut [f64], cols: usize) {
    for (i, out) in out.iter_mut().enumerate() {
        let x = &x[i * cols..][..cols];
        *out = match_target! {
            "x86_64+avx512f" => log_sum_exp_row::<true>(x),
            "x86_64+avx2+fma" => log_sum_exp_row::<true>(x),
            "aarch64+neon" => log_sum_exp_row::<true>(x),
            _ => log_sum_exp_row::<false>(x),
        };
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn log_sum_exp_row<const FUSED: bool>(x: &[f64]) -> f64 {
    let (whole, rest) = x.as_chunks::<LANES>();
    let larger = |a: f64, b: f64| if b > a { b } else { a };
    let mut maxima: Lanes = [f64::NEG_INFINITY; LANES];
    for x in whole {
        for l in 0..LANES {
            maxima[l] = larger(maxima[l], x[l]);
        }
    }
    let shift = shift(maxima.iter().chain(rest).copied().fold(f64::NEG_INFINITY, larger));

    let mut sums: Lanes = [0.0; LANES];
    for x in whole {
        for l in 0..LANES {
            sums[l] += exp::<FUSED>(x[l] - shift);
        }
    }
    let rest: f64 = rest.iter().map(|x| exp::<FUSED>(x - shift)).sum();
    shift + (sums.iter().sum::<f64>() + rest).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_without_fused_operations_gives_the_same_sum() {
        let x = amdahl::Rng::new(1).vector(67);
        let (fused, plain) = (log_sum_exp_row::<true>(&x), log_sum_exp_row::<false>(&x));
        assert!((fused - plain).abs() <= 8.0 * f64::EPSILON * fused, "{fused} and {plain}");
    }
}
