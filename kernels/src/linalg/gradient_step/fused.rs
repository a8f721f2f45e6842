//! The gradient in one pass: a few rows at a time, their residuals first, then the residuals times
//! the rows, which are in the cache by then.

use multiversion::multiversion;
use multiversion::target::match_target;

use crate::support::lanes::{LANES, Lanes, mul_add};

/// Rows taken together: as many sums that wait for no other, and one pass over the gradient for
/// all of them.
const ROWS: usize = 4;

/// The sum over some samples of residual times row.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient(Vec<f64>);

impl Gradient {
    /// Of no samples, in `d` columns.
    pub fn new(d: usize) -> Self {
        Self(vec![0.0; d])
    }

    /// Forgets all samples.
    pub fn clear(&mut self) {
        self.0.fill(0.0);
    }

    /// Adds samples: rows in row-major order, the weights, a target for each row.
    pub fn add(&mut self, rows: &[f64], w: &[f64], y: &[f64]) {
        add(&mut self.0, rows, w, y);
    }

    /// Joins samples that were summed apart.
    pub fn merge(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own += other;
        }
    }

    /// Writes the mean over `n` samples.
    pub fn mean_into(&self, n: usize, out: &mut [f64]) {
        for (out, sum) in out.iter_mut().zip(&self.0) {
            *out = sum / n as f64;
        }
    }
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
fn add(sums: &mut [f64], rows: &[f64], w: &[f64], y: &[f64]) {
    match_target! {
        "x86_64+avx512f" => add_rows::<true>(sums, rows, w, y),
        "x86_64+avx2+fma" => add_rows::<true>(sums, rows, w, y),
        "aarch64+neon" => add_rows::<true>(sums, rows, w, y),
        _ => add_rows::<false>(sums, rows, w, y),
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn add_rows<const FUSED: bool>(sums: &mut [f64], rows: &[f64], w: &[f64], y: &[f64]) {
    let d = w.len();
    if d == 0 {
        return;
    }
    let blocks = rows.chunks_exact(ROWS * d);
    let (targets, targets_left) = y.as_chunks::<ROWS>();
    let left = blocks.remainder().chunks_exact(d);
    for (block, y) in blocks.zip(targets) {
        let mut residuals = [0.0; ROWS];
        for ((residual, row), y) in residuals.iter_mut().zip(block.chunks_exact(d)).zip(y) {
            *residual = dot::<FUSED>(row, w) - y;
        }
        let (upper, lower) = block.split_at(2 * d);
        let ((first, second), (third, fourth)) = (upper.split_at(d), lower.split_at(d));
        let values = first.iter().zip(second).zip(third.iter().zip(fourth));
        for (sum, ((first, second), (third, fourth))) in sums.iter_mut().zip(values) {
            let upper = mul_add::<FUSED>(residuals[1], *second, residuals[0] * first);
            let lower = mul_add::<FUSED>(residuals[3], *fourth, residuals[2] * third);
            *sum += upper + lower;
        }
    }
    for (row, y) in left.zip(targets_left) {
        let residual = dot::<FUSED>(row, w) - y;
        for (sum, x) in sums.iter_mut().zip(row) {
            *sum = mul_add::<FUSED>(residual, *x, *sum);
        }
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn dot<const FUSED: bool>(x: &[f64], w: &[f64]) -> f64 {
    let ((x, x_rest), (w, w_rest)) = (x.as_chunks::<LANES>(), w.as_chunks::<LANES>());
    let mut sums: Lanes = [0.0; LANES];
    for (x, w) in x.iter().zip(w) {
        for l in 0..LANES {
            sums[l] = mul_add::<FUSED>(x[l], w[l], sums[l]);
        }
    }
    let rest: f64 = x_rest.iter().zip(w_rest).map(|(x, w)| x * w).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_without_fused_operations_gives_the_same_gradient() {
        let (n, d) = (11, 21);
        let mut rng = amdahl::Rng::new(1);
        let (x, w, y) = (rng.vector(n * d), rng.vector(d), rng.vector(n));
        let [mut fused, mut plain] = [[0.0; 21]; 2];
        add_rows::<true>(&mut fused, &x, &w, &y);
        add_rows::<false>(&mut plain, &x, &w, &y);
        for (fused, plain) in fused.iter().zip(plain) {
            assert!((fused - plain).abs() < 1e-12, "{fused} and {plain}");
        }
    }
}
