//! Hodges and Lehmann's estimators of location and shift.
//!
//! They cost a pass over all pairs, so callers bring hundreds of samples, not millions.

use super::describe::{median, quantile_of_sorted, sorted};
use super::wilcoxon::lower_rank_sum;
use super::{Interval, normal_quantile};

/// The confidence of an interval from which an effect is judged, as a fraction: one false alarm in a
/// hundred comparisons of a thing with itself.
pub const EFFECT_CONFIDENCE: f64 = 0.99;

/// How often an effect of the size called the smallest must be seen, as a fraction.
pub const POWER: f64 = 0.9;

/// The median of all means of two samples, each with itself too (Hodges and Lehmann 1963): a
/// location estimate nearly as efficient as the mean and as robust as a rank test. `None` where
/// there are no samples.
pub fn hodges_lehmann(samples: &[f64]) -> Option<f64> {
    median(&walsh_averages(samples))
}

/// The means of every two samples, each with itself too.
fn walsh_averages(samples: &[f64]) -> Vec<f64> {
    let pairs = samples.iter().enumerate();
    pairs.flat_map(|(i, a)| samples[i..].iter().map(move |b| f64::midpoint(*a, *b))).collect()
}

/// [`hodges_lehmann`] with the interval of Wilcoxon's signed-rank test turned round: the centres
/// that the test would not reject (Tukey; Hollander, Wolfe and Chicken 2014, section 3.3). It states
/// the confidence it reaches: few samples cannot give 99 %. `None` where there are no samples.
pub fn hodges_lehmann_interval(samples: &[f64], confidence: f64) -> Option<Interval> {
    let averages = sorted(&walsh_averages(samples));
    let estimate = quantile_of_sorted(&averages, 0.5)?;
    let (rank, tail) = lower_rank_sum(samples.len(), (1.0 - confidence) / 2.0);
    Some(Interval {
        low: averages[rank - 1],
        estimate,
        high: averages[averages.len() - rank],
        confidence: 1.0 - 2.0 * tail,
    })
}

/// The smallest true effect that as many samples with as much scatter show with a chance of
/// [`POWER`], where these samples have none: `differences` are of a thing with itself, such as the
/// logarithms of ratios, and so is the result.
///
/// Half the width of the interval at [`EFFECT_CONFIDENCE`] is `z_c` standard errors; an effect is
/// seen with that chance if it is `z_c + z_power` of them (Lehmann and D'Abrera 1975, section 4.2).
/// What the samples differ by although nothing does is added. `None` below the samples that the
/// confidence takes.
pub fn smallest_effect(differences: &[f64]) -> Option<f64> {
    let interval = hodges_lehmann_interval(differences, EFFECT_CONFIDENCE)?;
    if interval.confidence < EFFECT_CONFIDENCE {
        return None;
    }
    let z = normal_quantile(f64::midpoint(1.0, EFFECT_CONFIDENCE));
    let standard_error = (interval.high - interval.low) / 2.0 / z;
    Some(interval.estimate.abs() + (z + normal_quantile(POWER)) * standard_error)
}

#[cfg(test)]
mod tests {
    use super::super::normal::normals;
    use super::*;

    // Hollander, Wolfe and Chicken 2014, example 3.1 (depression scores): estimate -0.46.
    #[test]
    #[expect(clippy::approx_constant, reason = "a score of 3.14, not pi")]
    fn the_published_estimate_is_found() {
        let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
        let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
        let change: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
        let estimate = hodges_lehmann(&change).expect("samples");
        assert!((estimate + 0.46).abs() < 0.0051, "{estimate}");
    }

    // The same example, section 3.3: the interval of confidence 96.1 % is (-0.786, -0.010).
    #[test]
    #[expect(clippy::approx_constant, reason = "a score of 3.14, not pi")]
    fn the_published_interval_is_found() {
        let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
        let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
        let change: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
        let interval = hodges_lehmann_interval(&change, 0.95).expect("samples");
        assert!((interval.low + 0.786).abs() < 1e-9, "{interval:?}");
        assert!((interval.high + 0.010).abs() < 1e-9, "{interval:?}");
        assert!((interval.confidence - 0.961).abs() < 5e-4, "{interval:?}");
    }

    #[test]
    fn an_interval_of_few_samples_states_what_it_reaches() {
        let interval = hodges_lehmann_interval(&[1.0, 2.0, 4.0], 0.99).expect("samples");
        assert_eq!((interval.low, interval.high), (1.0, 4.0));
        assert!((interval.confidence - 0.75).abs() < 1e-12, "{interval:?}");
        assert_eq!(hodges_lehmann_interval(&[], 0.99), None);
        assert_eq!(smallest_effect(&[0.1, -0.1, 0.0]), None);
    }

    /// What is called the smallest effect is seen as often as it says, on either side of the sample
    /// size at which the exact distribution gives way to the normal one.
    #[test]
    fn the_smallest_effect_is_seen_in_nine_of_ten_trials() {
        const TRIALS: usize = 200;
        for n in [20_usize, 60] {
            let mut draws = normals(n as u64);
            let mut sample = |shift: f64| -> Vec<f64> {
                (0..n).map(|_| shift + 0.02 * draws.next_normal()).collect()
            };
            let sizes: Vec<f64> =
                (0..TRIALS).filter_map(|_| smallest_effect(&sample(0.0))).collect();
            let effect = median(&sizes).expect("sizes");
            let seen = |shift, sample: &mut dyn FnMut(f64) -> Vec<f64>| {
                let intervals = (0..TRIALS)
                    .filter_map(|_| hodges_lehmann_interval(&sample(shift), EFFECT_CONFIDENCE));
                intervals.filter(|interval| !interval.contains(0.0)).count() as f64 / TRIALS as f64
            };
            // Four standard errors of a share of 0.9 over the trials are 0.085; the offset that is
            // added for the samples' own difference can only raise the share.
            assert!(seen(effect, &mut sample) > POWER - 0.085, "n = {n}");
            // Four standard errors of 0.01 are 0.028.
            assert!(seen(0.0, &mut sample) < 0.04, "n = {n}");
        }
    }

    #[test]
    fn no_samples_have_no_estimate() {
        assert_eq!(hodges_lehmann(&[]), None);
    }
}
