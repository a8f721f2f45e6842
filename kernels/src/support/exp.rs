//! The exponential function in a form that vectorises.
//!
//! `f64::exp` calls the C library for one value at a time. Here one expression without branches
//! serves every finite and infinite argument, so that a loop over it becomes SIMD. The method is
//! the textbook one (Muller, "Elementary Functions"): x = k·ln 2 + r with
//! |r| ≤ ln 2 / 2, a polynomial for eʳ, and 2ᵏ put together from bits. The coefficients are
//! Taylor's, 1/i!; the first term left out, r¹⁴/14!, is below 5·10⁻¹⁸, a fiftieth of a rounding
//! error. Against the C library the result is within 1 ulp (2 without fused operations) where it is
//! normal.

use super::lanes::mul_add;

/// ln 2 in two parts, the first with 21 trailing zero bits so that k times it is exact
/// (fdlibm, `e_exp.c`).
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
/// The rest of ln 2 (fdlibm, `e_exp.c`).
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// 1.5 · 2⁵²: adding it rounds to an integer, which then stands in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// Below this the result is 0, above [`HIGHEST`] it is infinite.
const LOWEST: f64 = -746.0;
const HIGHEST: f64 = 710.0;

/// 1/i! for i from 13 down to 2, as Horner's scheme takes them.
const COEFFICIENTS: [f64; 12] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    1.0 / 2.0,
];

/// eˣ; -inf gives 0, overflow gives infinity, NaN gives NaN, and small results underflow gradually.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
pub fn exp<const FUSED: bool>(x: f64) -> f64 {
    // Comparisons, not `clamp`: they pass NaN on and vectorise.
    let x = if x < LOWEST { LOWEST } else { x };
    let x = if x > HIGHEST { HIGHEST } else { x };
    let rounded = mul_add::<FUSED>(x, std::f64::consts::LOG2_E, ROUND);
    let k = rounded - ROUND;
    let r = mul_add::<FUSED>(k, -LN_2_HIGH, x);
    let r = mul_add::<FUSED>(k, -LN_2_LOW, r);
    let mut sum = COEFFICIENTS[0];
    for coefficient in &COEFFICIENTS[1..] {
        sum = mul_add::<FUSED>(sum, r, *coefficient);
    }
    sum = mul_add::<FUSED>(sum, r, 1.0);
    sum = mul_add::<FUSED>(sum, r, 1.0);
    // 2ᵏ as two factors, since 2¹⁰²⁴ and 2⁻¹⁰⁷⁵ are no doubles; the bias keeps the shift unsigned.
    let k = rounded.to_bits().wrapping_sub(ROUND.to_bits());
    let half = (k.wrapping_add(2_048) >> 1).wrapping_sub(1_024);
    let other = k.wrapping_sub(half);
    sum * power_of_two(half) * power_of_two(other)
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn power_of_two(exponent: u64) -> f64 {
    f64::from_bits(exponent.wrapping_add(1_023) << 52)
}

#[cfg(test)]
mod tests {
    use super::exp;

    /// Distance in units of the last place; both must be positive and normal.
    fn ulps(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
    }

    #[test]
    fn it_is_within_one_ulp_of_the_c_library_over_the_normal_range() {
        for step in 0..1_000_000_u32 {
            let x = -708.0 + f64::from(step) * 1.417_3e-3;
            let want = x.exp();
            assert!(ulps(exp::<true>(x), want) <= 1, "exp({x}) fused");
            assert!(ulps(exp::<false>(x), want) <= 2, "exp({x}) not fused");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_those_of_the_definition() {
        for x in [f64::NEG_INFINITY, -1e308, -746.0, -745.2] {
            assert_eq!(exp::<true>(x), 0.0, "exp({x})");
        }
        for x in [f64::INFINITY, 1e308, 709.8] {
            assert_eq!(exp::<true>(x), f64::INFINITY, "exp({x})");
        }
        assert!(exp::<true>(f64::NAN).is_nan());
        assert_eq!(exp::<true>(0.0), 1.0);
        assert_eq!(exp::<true>(-0.0), 1.0);
        assert!(exp::<true>(709.7).is_finite());
    }

    #[test]
    fn results_below_the_normal_range_underflow_gradually() {
        for x in [-709.0_f64, -720.5, -740.0, -744.9] {
            let smallest = f64::from_bits(1);
            assert!((exp::<true>(x) - x.exp()).abs() <= 2.0 * smallest, "exp({x})");
        }
    }
}
