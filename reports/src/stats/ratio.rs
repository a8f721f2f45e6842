//! How many times one set of timings is another: paired where the two were taken in turn.

use super::bootstrap::bootstrap_ratio_of_medians;
use super::{CONFIDENCE, Interval, median_interval_at};

/// The typical ratio `top[i] / bottom[i]` of samples taken in turn, as the exponential of the
/// median log-ratio with its exact interval (see [`super::median_interval`]); what drifts during a run
/// moves both sides of a pair and cancels.
///
/// Samples are aligned by index up to the shorter side; pairs that are not both positive and
/// finite have no ratio and are left out. `None` where no pair is left.
pub fn paired_ratio(top: &[f64], bottom: &[f64]) -> Option<Interval> {
    paired_ratio_at(top, bottom, CONFIDENCE)
}

/// The same for another confidence than [`CONFIDENCE`], as a fraction.
pub fn paired_ratio_at(top: &[f64], bottom: &[f64], confidence: f64) -> Option<Interval> {
    let logs: Vec<f64> = top
        .iter()
        .zip(bottom)
        .map(|(top, bottom)| (top / bottom).ln())
        .filter(|log| log.is_finite())
        .collect();
    Some(median_interval_at(&logs, confidence)?.map_increasing(f64::exp))
}

/// The ratio of the medians of two independent sets, with a bootstrap interval. `None` where
/// either set is empty.
///
/// It does not know how much the machine drifted between the two: prefer [`paired_ratio`].
pub fn unpaired_ratio(top: &[f64], bottom: &[f64]) -> Option<Interval> {
    bootstrap_ratio_of_medians(top, bottom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_that_moves_both_sides_cancels_in_pairs() {
        let drift: Vec<f64> = (0..40).map(|i| 1.0 + 0.02 * f64::from(i)).collect();
        let slow: Vec<f64> = drift.iter().map(|d| 3.0 * d).collect();
        let ratio = paired_ratio(&slow, &drift).expect("pairs");
        assert!((ratio.estimate - 3.0).abs() < 1e-12);
        assert!(ratio.high - ratio.low < 1e-12);
        let unpaired = unpaired_ratio(&slow, &drift).expect("samples");
        assert!(unpaired.high - unpaired.low > 0.3);
    }

    #[test]
    fn pairs_without_a_ratio_are_left_out() {
        let ratio = paired_ratio(&[2.0, 0.0, f64::NAN, 4.0, 9.0], &[1.0, 1.0, 1.0, 2.0]);
        let ratio = ratio.expect("two pairs are left");
        assert!((ratio.estimate - 2.0).abs() < 1e-12);
        assert!((ratio.confidence - 0.5).abs() < 1e-12);
        assert_eq!(paired_ratio(&[], &[1.0]), None);
    }
}
