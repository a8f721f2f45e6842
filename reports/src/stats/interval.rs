//! An estimate with the interval that covers the truth with a stated confidence.

/// The confidence every interval of a report asks for, as a fraction.
pub const CONFIDENCE: f64 = 0.95;

/// An estimate between two bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The estimate itself.
    pub estimate: f64,
    /// The upper bound.
    pub high: f64,
    /// How often such an interval covers the truth, as a fraction. Few samples cannot reach
    /// [`CONFIDENCE`]: then this is what they do reach, 0 for a single one.
    pub confidence: f64,
}

impl Interval {
    /// A value known exactly.
    pub const fn exact(value: f64) -> Self {
        Self { low: value, estimate: value, high: value, confidence: 1.0 }
    }

    /// Whether `value` lies within the bounds, these included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether the whole interval lies above `value`.
    pub fn is_above(&self, value: f64) -> bool {
        self.low > value
    }

    /// Whether the whole interval lies below `value`.
    pub fn is_below(&self, value: f64) -> bool {
        self.high < value
    }

    /// Whether the two have a value in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }

    /// Whether the samples sufficed for [`CONFIDENCE`].
    pub fn is_trustworthy(&self) -> bool {
        self.confidence >= CONFIDENCE
    }

    /// Half the width, as a fraction of the estimate.
    pub fn relative_half_width(&self) -> f64 {
        (self.high - self.low) / (2.0 * self.estimate.abs())
    }

    /// The interval of an increasing function of the quantity.
    pub fn map_increasing(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { low: f(self.low), estimate: f(self.estimate), high: f(self.high), ..*self }
    }

    /// The interval of a decreasing function of the quantity.
    pub fn map_decreasing(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { low: f(self.high), estimate: f(self.estimate), high: f(self.low), ..*self }
    }

    /// The interval of a function of two quantities that is monotone in each: its range over both
    /// intervals. It holds where both hold, so its confidence is what is left of 1 after the doubts
    /// of the two (Bonferroni's inequality; Miller 1981, section 1.1).
    pub fn combine(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let corners = [
            f(self.low, other.low),
            f(self.low, other.high),
            f(self.high, other.low),
            f(self.high, other.high),
        ];
        Self {
            low: corners.into_iter().fold(f64::INFINITY, f64::min),
            estimate: f(self.estimate, other.estimate),
            high: corners.into_iter().fold(f64::NEG_INFINITY, f64::max),
            confidence: (self.confidence + other.confidence - 1.0).max(0.0),
        }
    }

    /// The interval of the reciprocal of a positive quantity.
    pub fn reciprocal(&self) -> Self {
        self.map_decreasing(f64::recip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const I: Interval = Interval { low: 0.8, estimate: 1.0, high: 1.25, confidence: 0.95 };

    #[test]
    fn an_interval_knows_what_it_contains_and_on_which_side_the_rest_lies() {
        assert!(I.contains(0.8) && I.contains(1.25) && !I.contains(1.3));
        assert!(I.is_above(0.7) && !I.is_above(0.8));
        assert!(I.is_below(1.3) && !I.is_below(1.25));
    }

    #[test]
    fn the_reciprocal_swaps_the_bounds() {
        assert_eq!(
            I.reciprocal(),
            Interval { low: 0.8, estimate: 1.0, high: 1.25, confidence: 0.95 }
        );
    }

    #[test]
    fn a_difference_takes_the_far_corners_and_both_doubts() {
        let other = Interval { low: 0.25, estimate: 0.5, high: 0.75, confidence: 0.9 };
        let difference = I.combine(&other, |a, b| a - b);
        assert_eq!((difference.low, difference.high), (0.8 - 0.75, 1.25 - 0.25));
        assert_eq!(difference.estimate, 0.5);
        assert!((difference.confidence - 0.85).abs() < 1e-12);
    }

    #[test]
    fn intervals_that_touch_overlap() {
        let above = Interval { low: 1.25, estimate: 2.0, high: 3.0, confidence: 0.95 };
        assert!(I.overlaps(&above) && above.overlaps(&I));
        assert!(!I.overlaps(&Interval::exact(1.26)));
    }

    #[test]
    fn the_half_width_is_relative_to_the_estimate() {
        assert!((I.relative_half_width() - 0.225).abs() < 1e-15);
    }
}
