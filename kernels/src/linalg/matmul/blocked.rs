//! The exchanged loops with what they read kept in the caches.
//!
//! Each step adds a few rows of the right matrix, times a factor each, to a part of a row of the
//! product: the part is loaded and stored once for all of them. The blocks around it are the idea
//! of Goto and van de Geijn ("Anatomy of high-performance matrix multiplication", 2008) without
//! their copies into the order of reading.

use amdahl::Matrix;
use multiversion::multiversion;
use multiversion::target::match_target;

use crate::support::real::Real;

/// Rows of the right matrix added together.
const TOGETHER: usize = 8;
/// Columns of a block: of [`TOGETHER`] rows 16 KiB of doubles, within any L1.
const ACROSS: usize = 256;
/// Rows of the product in a block: with [`ACROSS`] columns 128 KiB of doubles, within any L2.
const DOWN: usize = 64;

/// Adds the product of `a` and `b` to `out`.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
pub fn add_product<T: Real>(a: &Matrix<T>, b: &Matrix<T>, out: &mut Matrix<T>) {
    match_target! {
        "x86_64+avx512f" => add_blocks::<T, true>(a, b, out),
        "x86_64+avx2+fma" => add_blocks::<T, true>(a, b, out),
        "aarch64+neon" => add_blocks::<T, true>(a, b, out),
        _ => add_blocks::<T, false>(a, b, out),
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn add_blocks<T: Real, const FUSED: bool>(a: &Matrix<T>, b: &Matrix<T>, out: &mut Matrix<T>) {
    let (m, k, n) = (a.rows(), a.cols(), b.cols());
    for left in (0..n).step_by(ACROSS) {
        let columns = left..n.min(left + ACROSS);
        for top in (0..m).step_by(DOWN) {
            let rows = top..m.min(top + DOWN);
            let part = |l: usize| &b.row(l)[columns.clone()];
            for first in (0..k - k % TOGETHER).step_by(TOGETHER) {
                let mut parts = [part(first); TOGETHER];
                for (r, own) in parts.iter_mut().enumerate() {
                    *own = part(first + r);
                }
                for i in rows.clone() {
                    let out = &mut out.row_mut(i)[columns.clone()];
                    add_rows::<T, FUSED, TOGETHER>(out, &a.row(i)[first..], parts);
                }
            }
            for l in k - k % TOGETHER..k {
                for i in rows.clone() {
                    let out = &mut out.row_mut(i)[columns.clone()];
                    add_rows::<T, FUSED, 1>(out, &a.row(i)[l..], [part(l)]);
                }
            }
        }
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn add_rows<T: Real, const FUSED: bool, const ROWS: usize>(
    out: &mut [T],
    factors: &[T],
    mut rows: [&[T]; ROWS],
) {
    let factors: &[T; ROWS] = factors.first_chunk().expect("as many factors as rows");
    for row in &mut rows {
        *row = &row[..out.len()];
    }
    for (j, out) in out.iter_mut().enumerate() {
        let mut sum = *out;
        for r in 0..ROWS {
            sum = if FUSED {
                factors[r].fused(rows[r][j], sum)
            } else {
                factors[r] * rows[r][j] + sum
            };
        }
        *out = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_without_fused_operations_gives_the_same_product() {
        let mut rng = amdahl::Rng::new(1);
        let (a, b) = (rng.matrix(67, 37), rng.matrix(37, 261));
        let mut fused = Matrix::zeros(67, 261);
        let mut plain = fused.clone();
        add_blocks::<f64, true>(&a, &b, &mut fused);
        add_blocks::<f64, false>(&a, &b, &mut plain);
        for (fused, plain) in fused.as_slice().iter().zip(plain.as_slice()) {
            assert!((fused - plain).abs() < 1e-12, "{fused} and {plain}");
        }
    }
}
