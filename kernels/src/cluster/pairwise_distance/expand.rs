//! A distance from the expansion of its square, and from its differences where that loses digits.

/// The share of |x|² + |c|² below which a squared distance has lost ten bits to cancellation.
pub const NEAR: f64 = 1.0 / 1_024.0;

/// Sums of squares outside this range may have underflowed or overflowed on the way.
pub const TINY: f64 = 1e-280;
/// See [`TINY`].
pub const HUGE: f64 = 1e300;

/// The terms of |x|² + |c|² - 2x·c.
#[derive(Debug, Clone, Copy)]
pub struct Expansion {
    /// |x|².
    pub x: f64,
    /// |c|².
    pub c: f64,
    /// x·c.
    pub dot: f64,
}

impl Expansion {
    /// The squared distance, and whether it has kept its digits; NaN has not.
    #[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
    #[allow(clippy::needless_bitwise_bool, reason = "a branch would keep this from vectorising")]
    #[inline(always)]
    pub fn squared(self) -> (f64, bool) {
        let sum = self.x + self.c;
        let squared = sum - 2.0 * self.dot;
        let floor = if sum > TINY { sum * NEAR } else { TINY };
        (squared, (squared > floor) & (sum < HUGE))
    }

    /// The distance; `direct` is asked for it where the expansion has lost too many digits.
    #[inline]
    pub fn distance(self, direct: impl FnOnce() -> f64) -> f64 {
        let (squared, kept) = self.squared();
        if kept { squared.sqrt() } else { direct() }
    }
}

/// The distance from the differences.
#[cold]
pub fn direct(x: &[f64], c: &[f64]) -> f64 {
    x.iter().zip(c).map(|(x, c)| (x - c) * (x - c)).sum::<f64>().sqrt()
}
