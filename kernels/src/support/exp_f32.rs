//! The exponential function of [`super::exp`] in single precision, sixteen to a register of AVX-512.
//!
//! The method is the same; a polynomial of degree 7 is enough here: the first term left out,
//! r⁸/8!, is below 6·10⁻⁹, a tenth of a rounding error. Against the C library the result is within
//! 1 ulp (2 without fused operations) where it is normal.

use std::f32::consts::LOG2_E;

/// ln 2 in two parts, the first with 15 trailing zero bits so that k times it is exact
/// (Cephes, `expf.c`).
const LN_2_HIGH: f32 = 355.0 / 512.0;
/// The rest of ln 2 (Cephes, `expf.c`).
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// 1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits.
const ROUND: f32 = 12_582_912.0;

/// Below this the result is 0, above [`HIGHEST`] it is infinite.
const LOWEST: f32 = -105.0;
const HIGHEST: f32 = 89.0;

/// 1/i! for i from 7 down to 2, as Horner's scheme takes them.
const COEFFICIENTS: [f32; 6] =
    [1.0 / 5_040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 1.0 / 2.0];

/// eˣ; -inf gives 0, overflow gives infinity, NaN gives NaN, and small results underflow gradually.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
pub fn exp_f32<const FUSED: bool>(x: f32) -> f32 {
    // Comparisons, not `clamp`: they pass NaN on and vectorise.
    let x = if x < LOWEST { LOWEST } else { x };
    let x = if x > HIGHEST { HIGHEST } else { x };
    let rounded = mul_add::<FUSED>(x, LOG2_E, ROUND);
    let k = rounded - ROUND;
    let r = mul_add::<FUSED>(k, -LN_2_HIGH, x);
    let r = mul_add::<FUSED>(k, -LN_2_LOW, r);
    let mut sum = COEFFICIENTS[0];
    for coefficient in &COEFFICIENTS[1..] {
        sum = mul_add::<FUSED>(sum, r, *coefficient);
    }
    sum = mul_add::<FUSED>(sum, r, 1.0);
    sum = mul_add::<FUSED>(sum, r, 1.0);
    // 2ᵏ as two factors, since 2¹²⁸ and 2⁻¹⁵⁰ are no floats; the bias keeps the shift unsigned.
    let k = rounded.to_bits().wrapping_sub(ROUND.to_bits());
    let half = (k.wrapping_add(512) >> 1).wrapping_sub(256);
    let other = k.wrapping_sub(half);
    sum * power_of_two(half) * power_of_two(other)
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn power_of_two(exponent: u32) -> f32 {
    f32::from_bits(exponent.wrapping_add(127) << 23)
}

/// See [`super::lanes::mul_add`].
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn mul_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[cfg(test)]
mod tests {
    use super::exp_f32;

    /// Distance in units of the last place; both must be positive and normal.
    fn ulps(a: f32, b: f32) -> u32 {
        a.to_bits().abs_diff(b.to_bits())
    }

    #[test]
    fn it_is_within_one_ulp_of_the_c_library_over_the_normal_range() {
        for step in 0..1_000_000_u32 {
            #[allow(clippy::cast_possible_truncation, reason = "an argument of single precision")]
            let x = (-87.0 + f64::from(step) * 1.757e-4) as f32;
            let want = x.exp();
            assert!(ulps(exp_f32::<true>(x), want) <= 1, "exp({x}) fused");
            assert!(ulps(exp_f32::<false>(x), want) <= 2, "exp({x}) not fused");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_those_of_the_definition() {
        for x in [f32::NEG_INFINITY, -3e38, -105.0, -104.0] {
            assert_eq!(exp_f32::<true>(x), 0.0, "exp({x})");
        }
        for x in [f32::INFINITY, 3e38, 88.73] {
            assert_eq!(exp_f32::<true>(x), f32::INFINITY, "exp({x})");
        }
        assert!(exp_f32::<true>(f32::NAN).is_nan());
        assert_eq!(exp_f32::<true>(0.0), 1.0);
        assert_eq!(exp_f32::<true>(-0.0), 1.0);
        assert!(exp_f32::<true>(88.72).is_finite());
    }

    #[test]
    fn results_below_the_normal_range_underflow_gradually() {
        for x in [-87.5_f32, -90.25, -100.0, -103.2] {
            let smallest = f32::from_bits(1);
            assert!((exp_f32::<true>(x) - x.exp()).abs() <= 2.0 * smallest, "exp({x})");
        }
    }
}
