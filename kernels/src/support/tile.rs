//! The innermost loop of a matrix product: a tile of sums that stays in registers.

use super::lanes::{LANES, Lanes, mul_add};

/// Sums over k of `left[k][first + r] * right[p][k][l]`, for `DOWN` rows r and `ACROSS` panels p.
///
/// `DOWN * ACROSS` lanes of sums should fill the caller's registers: 8 x 2 suits the 32 of
/// AVX-512, 4 x 1 the 16 of AVX2.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
pub fn products<const FUSED: bool, const DOWN: usize, const ACROSS: usize>(
    left: &[Lanes],
    first: usize,
    right: [&[Lanes]; ACROSS],
) -> [[Lanes; DOWN]; ACROSS] {
    let mut sums = [[[0.0; LANES]; DOWN]; ACROSS];
    for (k, left) in left.iter().enumerate() {
        for (sums, right) in sums.iter_mut().zip(right) {
            for (down, sums) in sums.iter_mut().enumerate() {
                for l in 0..LANES {
                    sums[l] = mul_add::<FUSED>(left[first + down], right[k][l], sums[l]);
                }
            }
        }
    }
    sums
}
