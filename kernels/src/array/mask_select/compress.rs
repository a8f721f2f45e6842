//! The values above the threshold, moved together without a branch.
//!
//! A branch on random data is guessed wrongly half of the time, at some twenty cycles each. Without
//! one, every value is written and the place to write to moves on by the comparison's result.
//! AVX-512 has an instruction that does it for eight values; no compiler finds it in the plain
//! loop, so it is called by name, in safe code.

use multiversion::multiversion;
use multiversion::target::match_target;

use super::THRESHOLD;
use crate::support::lanes::{LANES, Lanes};

/// Writes the selected values of `x` to the beginning of `out` and returns how many they are.
///
/// What lies behind them in `out` is overwritten with anything.
///
/// # Panics
/// Where `out` has neither as many places as `x` has values, nor [`LANES`] more than are selected.
#[multiversion(targets("x86_64+avx512f+popcnt", "x86_64+avx2", "aarch64+neon"))]
pub fn compress(x: &[f64], out: &mut [f64]) -> usize {
    let (whole, rest) = x.as_chunks::<LANES>();
    let mut count = 0;
    for x in whole {
        let (out, _) = out[count..].split_first_chunk_mut().expect("room for eight values");
        count += match_target! {
            "x86_64+avx512f+popcnt" => avx512::compress_lanes(x, out),
            _ => compress_lanes(x, out),
        };
    }
    for x in rest {
        out[count] = *x;
        count += usize::from(*x > THRESHOLD);
    }
    count
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn compress_lanes(x: &Lanes, out: &mut Lanes) -> usize {
    let mut count = 0;
    for x in x {
        // The count is below eight here; the mask tells the compiler.
        out[count % LANES] = *x;
        count += usize::from(*x > THRESHOLD);
    }
    count
}

/// How many values of `x` are selected.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
pub fn count(x: &[f64]) -> usize {
    x.iter().filter(|x| **x > THRESHOLD).count()
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{
        _CMP_GT_OQ, _mm_cvtsd_f64, _mm_unpackhi_pd, _mm256_castpd256_pd128, _mm256_extractf128_pd,
        _mm512_castpd512_pd256, _mm512_cmp_pd_mask, _mm512_extractf64x4_pd,
        _mm512_maskz_compress_pd, _mm512_set1_pd, _mm512_setr_pd,
    };

    use super::{Lanes, THRESHOLD};

    /// Writes all of `out`: the selected values, then zeros.
    #[inline]
    #[target_feature(enable = "avx512f,popcnt")]
    pub fn compress_lanes(x: &Lanes, out: &mut Lanes) -> usize {
        let [a, b, c, d, e, f, g, h] = *x;
        let x = _mm512_setr_pd(a, b, c, d, e, f, g, h);
        let selected = _mm512_cmp_pd_mask::<_CMP_GT_OQ>(x, _mm512_set1_pd(THRESHOLD));
        let together = _mm512_maskz_compress_pd(selected, x);
        // Loads and stores through pointers would be unsafe; the compiler makes one of each of this.
        let halves = [_mm512_castpd512_pd256(together), _mm512_extractf64x4_pd::<1>(together)];
        for (half, out) in halves.into_iter().zip(out.as_chunks_mut::<4>().0) {
            let (low, high) = (_mm256_castpd256_pd128(half), _mm256_extractf128_pd::<1>(half));
            let [low_2, high_2] = [_mm_unpackhi_pd(low, low), _mm_unpackhi_pd(high, high)];
            *out = [low, low_2, high, high_2].map(|value| _mm_cvtsd_f64(value));
        }
        selected.count_ones() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_code_selects_what_the_instruction_does() {
        let mut rng = amdahl::Rng::new(1);
        for _ in 0..1_000 {
            let x: Lanes = std::array::from_fn(|_| rng.uniform(0.0, 1.0));
            let [mut plain, mut dispatched] = [[0.0; LANES]; 2];
            let count = compress_lanes(&x, &mut plain);
            assert_eq!(compress(&x, &mut dispatched), count);
            assert_eq!(plain[..count], dispatched[..count]);
        }
    }
}
