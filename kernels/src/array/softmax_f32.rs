//! Softmax of each row of a matrix in single precision (the chapter's takeaways).

use amdahl::{Bound, Cost, Kernel, Matrix, Rung, Sizes, Timed, Tolerance};
use multiversion::multiversion;
use multiversion::target::match_target;

use super::softmax::{naive, softmax_row, with_nalgebra, with_ndarray};
use crate::support::by_rows;
use crate::support::exp_f32::exp_f32;

/// Softmax of each row in f32: exp(x - max) over its sum.
///
/// The chapter takes single precision for half the memory. Half the bytes are also twice as many
/// values in a register, and the exponential needs half the terms of its series, so that compiled
/// code gains more than memory; the loops are those of `softmax`, for the other type.
///
/// -inf gives 0. A row that holds +inf or NaN, or nothing but -inf, is NaN throughout (inf - inf).
/// An empty row stays empty.
pub fn kernel() -> Kernel {
    Kernel::new("softmax_f32", "softmax of each row, f32")
        .exercise("takeaways")
        .sizes(
            Sizes::smoke([(0, 3), (3, 0), (1, 1), (7, 5), (5, 67)])
                .measured([(100, 1_000), (1_000, 1_000)]),
        )
        .input(|&(n, d), rng| {
            #[allow(clippy::cast_possible_truncation, reason = "values of single precision")]
            Matrix::from_fn(n, d, |_, _| rng.normal() as f32)
        })
        .cost(|&(n, d)| {
            let values = (n * d) as f64;
            // Difference, exponential (10 multiply-adds and 3 more, see `support::exp_f32`), sum, scaling.
            Cost { flops: values * (1.0 + 23.0 + 1.0 + 1.0), bytes: 8.0 * values }
        })
        .bound_by(Bound::SingleArithmetic)
        // An ulp for the exponential, one for the scaling, d for the sum, each on either side.
        .agree_within(|&(_, d)| {
            Tolerance::relative(2.0 * (d as f64 + 4.0) * f64::from(f32::EPSILON))
        })
        .growing(|n| (n, 1_000))
        .reference("naive", naive::<f32>)
        .variant("ndarray", with_ndarray::<f32>)
        .variant("nalgebra", with_nalgebra::<f32>)
        .variant("simd", simd)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .without("faer", "faer is linear algebra alone: it has no elementwise exponential.")
        .build()
}

fn simd(x: &Matrix<f32>) -> Timed<'_, Matrix<f32>> {
    by_rows::returning(x, softmax_rows)
}

fn preallocated(x: &Matrix<f32>) -> Timed<'_, Matrix<f32>> {
    by_rows::preallocated(x, softmax_rows)
}

/// Values one task takes: enough to outweigh the hand-over, few enough to balance.
const VALUES_PER_TASK: usize = 32 * 1024;

fn with_rayon(x: &Matrix<f32>) -> Timed<'_, Matrix<f32>> {
    by_rows::parallel(x, VALUES_PER_TASK, softmax_rows)
}

/// Sixteen floats fill a register of AVX-512.
const LANES: usize = 16;

#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2+fma", "aarch64+neon"))]
fn softmax_rows(x: &[f32], out: &mut [f32], cols: usize) {
    let rows = x.chunks_exact(cols.max(1)).zip(out.chunks_exact_mut(cols.max(1)));
    for (x, out) in rows {
        match_target! {
            "x86_64+avx512f" => softmax_row::<f32, LANES>(x, out, exp_f32::<true>),
            "x86_64+avx2+fma" => softmax_row::<f32, LANES>(x, out, exp_f32::<true>),
            "aarch64+neon" => softmax_row::<f32, LANES>(x, out, exp_f32::<true>),
            _ => softmax_row::<f32, LANES>(x, out, exp_f32::<false>),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_without_fused_operations_gives_the_same_rows() {
        #[allow(clippy::cast_possible_truncation, reason = "values of single precision")]
        let x: Vec<f32> =
            amdahl::Rng::new(1).vector(67).iter().map(|&value| value as f32).collect();
        let [mut fused, mut plain] = [[0.0; 67]; 2];
        softmax_row::<f32, LANES>(&x, &mut fused, exp_f32::<true>);
        softmax_row::<f32, LANES>(&x, &mut plain, exp_f32::<false>);
        for (fused, plain) in fused.iter().zip(plain) {
            assert!((fused - plain).abs() <= 4.0 * f32::EPSILON * fused, "{fused} and {plain}");
        }
    }
}
