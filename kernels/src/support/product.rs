//! A matrix product in blocks that fit the caches and tiles that fit the registers.
//!
//! The scheme is that of Goto and van de Geijn ("Anatomy of high-performance matrix
//! multiplication", 2008): a slab of the right matrix and a block of the left one are copied into
//! the order in which the innermost loop reads them, padded with zeros to whole tiles.

use multiversion::multiversion;
use multiversion::target::match_target;

use super::real::Real;

/// Rows of a group of the left matrix.
const DOWN: usize = 8;
/// Columns of a panel of the right matrix: two AVX-512 registers of doubles.
const ACROSS: usize = 16;
/// Terms of the sums taken at once: a panel of as many rows is 32 KiB of doubles, within any L1.
const DEPTH: usize = 256;
/// Rows of a block of the left matrix: with [`DEPTH`] columns 256 KiB of doubles, within any L2.
const HEIGHT: usize = 128;

/// Extents of a product, m x k times k x n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extents {
    /// Rows of the left matrix.
    pub m: usize,
    /// Columns of the left matrix, rows of the right one.
    pub k: usize,
    /// Columns of the right matrix.
    pub n: usize,
}

/// Room for the copies, for products of the extents it was made for or smaller ones.
#[derive(Debug, Clone)]
pub struct Workspace<T> {
    left: Vec<[T; DOWN]>,
    right: Vec<[T; ACROSS]>,
}

impl<T: Real> Workspace<T> {
    /// Room for products of these extents.
    pub fn new(extents: Extents) -> Self {
        let Extents { m, k, n } = extents;
        let depth = k.min(DEPTH);
        Self {
            left: vec![[T::default(); DOWN]; m.min(HEIGHT).div_ceil(DOWN) * depth],
            right: vec![[T::default(); ACROSS]; n.div_ceil(ACROSS) * depth],
        }
    }

    /// Writes the product of `a` and `b` to `out`, all three in row-major order.
    pub fn multiply(&mut self, extents: Extents, a: &[T], b: &[T], out: &mut [T]) {
        multiply(self, extents, a, b, out);
    }
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
fn multiply<T: Real>(
    workspace: &mut Workspace<T>,
    extents: Extents,
    a: &[T],
    b: &[T],
    out: &mut [T],
) {
    match_target! {
        "x86_64+avx512f" => blocks::<T, true, 8>(workspace, extents, a, b, out),
        "x86_64+avx2+fma" => blocks::<T, true, 2>(workspace, extents, a, b, out),
        "aarch64+neon" => blocks::<T, true, 2>(workspace, extents, a, b, out),
        _ => blocks::<T, false, 1>(workspace, extents, a, b, out),
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn blocks<T: Real, const FUSED: bool, const ROWS: usize>(
    workspace: &mut Workspace<T>,
    extents: Extents,
    a: &[T],
    b: &[T],
    out: &mut [T],
) {
    let Extents { m, k, n } = extents;
    out.fill(T::default());
    for first in (0..k).step_by(DEPTH) {
        let depth = DEPTH.min(k - first);
        let right = &mut workspace.right[..n.div_ceil(ACROSS) * depth];
        for (panel, right) in right.chunks_exact_mut(depth).enumerate() {
            let left_edge = panel * ACROSS;
            for (l, right) in right.iter_mut().enumerate() {
                copy_padded(&b[(first + l) * n..][..n][left_edge..], right);
            }
        }
        for top in (0..m).step_by(HEIGHT) {
            let rows = &a[top * k..m.min(top + HEIGHT) * k];
            let left = &mut workspace.left[..(rows.len() / k).div_ceil(DOWN) * depth];
            for (group, rows) in left.chunks_exact_mut(depth).zip(rows.chunks(DOWN * k)) {
                interleave(rows, k, first, group);
            }
            let out = &mut out[top * n..m.min(top + HEIGHT) * n];
            for (panel, right) in right.chunks_exact(depth).enumerate() {
                for (left, out) in left.chunks_exact(depth).zip(out.chunks_mut(DOWN * n)) {
                    for row in (0..DOWN).step_by(ROWS) {
                        let sums = tile::<T, FUSED, ROWS>(left, row, right);
                        for (out, sums) in out.chunks_exact_mut(n).skip(row).zip(sums) {
                            add_within(&sums, &mut out[panel * ACROSS..]);
                        }
                    }
                }
            }
        }
    }
}

/// Copies as many values as there are, and zeros after them.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn copy_padded<T: Real>(values: &[T], out: &mut [T; ACROSS]) {
    if let Some(values) = values.first_chunk() {
        *out = *values;
    } else {
        *out = [T::default(); ACROSS];
        out[..values.len()].copy_from_slice(values);
    }
}

/// Adds as many sums as there is room for.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn add_within<T: Real>(sums: &[T; ACROSS], out: &mut [T]) {
    if let Some(out) = out.first_chunk_mut::<ACROSS>() {
        for l in 0..ACROSS {
            out[l] += sums[l];
        }
    } else {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out += *sum;
        }
    }
}

/// Copies up to [`DOWN`] rows of `k` values, from column `first` on, column by column.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn interleave<T: Real>(rows: &[T], k: usize, first: usize, out: &mut [[T; DOWN]]) {
    if rows.len() < DOWN * k {
        out.fill([T::default(); DOWN]);
    }
    for (r, row) in rows.chunks_exact(k).enumerate() {
        for (out, value) in out.iter_mut().zip(&row[first..]) {
            out[r] = *value;
        }
    }
}

/// The products of `ROWS` rows from `top` on with a panel.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn tile<T: Real, const FUSED: bool, const ROWS: usize>(
    left: &[[T; DOWN]],
    top: usize,
    right: &[[T; ACROSS]],
) -> [[T; ACROSS]; ROWS] {
    let mut sums = [[T::default(); ACROSS]; ROWS];
    for (left, right) in left.iter().zip(right) {
        for (r, sums) in sums.iter_mut().enumerate() {
            for l in 0..ACROSS {
                sums[l] = if FUSED {
                    left[top + r].fused(right[l], sums[l])
                } else {
                    left[top + r] * right[l] + sums[l]
                };
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tile_shape_and_the_code_without_fused_operations_give_the_same_product() {
        let extents = Extents { m: 137, k: 259, n: 37 };
        let mut rng = amdahl::Rng::new(1);
        let (a, b) = (rng.vector(extents.m * extents.k), rng.vector(extents.k * extents.n));
        let mut workspace = Workspace::new(extents);
        let [mut wide, mut narrow, mut plain] = [const { [0.0; 137 * 37] }; 3];
        blocks::<_, true, 8>(&mut workspace, extents, &a, &b, &mut wide);
        blocks::<_, true, 2>(&mut workspace, extents, &a, &b, &mut narrow);
        blocks::<_, false, 1>(&mut workspace, extents, &a, &b, &mut plain);
        assert_eq!(wide, narrow);
        for (wide, plain) in wide.iter().zip(plain) {
            assert!((wide - plain).abs() < 1e-11, "{wide} and {plain}");
        }
    }
}
