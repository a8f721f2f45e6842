//! Hodges and Lehmann's estimators of location and shift.
//!
//! They cost a pass over all pairs, so callers bring hundreds of samples, not millions.

use super::describe::sorted;
use super::normal::normal_tail;
use super::wilcoxon::{EXACT_UP_TO, sign_patterns};
use super::{Interval, median};

/// The median of all means of two samples, each with itself too (Hodges and Lehmann 1963): a
/// location estimate nearly as efficient as the mean and as robust as a rank test. `None` where
/// there are no samples.
pub fn hodges_lehmann(samples: &[f64]) -> Option<f64> {
    median(&walsh_averages(samples))
}

/// The estimate of [`hodges_lehmann`] with the interval that belongs to Wilcoxon's signed-rank test:
/// every location that the test would not reject (Tukey 1949; Hollander, Wolfe and Chicken 2014,
/// section 3.3). It covers the centre of any continuous symmetric distribution at least as often as
/// `confidence` says, a fraction; the interval states how often. Its upper bound alone is one-sided at
/// `(1 + confidence) / 2`. `None` where so few samples cannot reach the confidence.
pub fn hodges_lehmann_interval(samples: &[f64], confidence: f64) -> Option<Interval> {
    let averages = sorted(&walsh_averages(samples));
    let (left_out, confidence) = left_out(samples.len(), confidence)?;
    Some(Interval {
        low: averages[left_out],
        estimate: median(&averages)?,
        high: averages[averages.len() - 1 - left_out],
        confidence,
    })
}

/// The means of two samples, each with itself too.
fn walsh_averages(samples: &[f64]) -> Vec<f64> {
    let pairs = samples.iter().enumerate();
    pairs.flat_map(|(i, a)| samples[i..].iter().map(move |b| f64::midpoint(*a, *b))).collect()
}

/// How many averages to leave out on either side, and the confidence of what remains: the tail of
/// the signed-rank statistic, exact up to [`EXACT_UP_TO`] samples and normal with a continuity
/// correction above.
fn left_out(n: usize, confidence: f64) -> Option<(usize, f64)> {
    let allowed = (1.0 - confidence) / 2.0;
    let largest = n * (n + 1) / 2;
    let mut tails: Box<dyn Iterator<Item = f64>> = if n <= EXACT_UP_TO {
        let all = (n as f64).exp2();
        let cumulative = sign_patterns(n).into_iter().scan(0.0, move |sum, ways| {
            *sum += ways / all;
            Some(*sum)
        });
        Box::new(cumulative)
    } else {
        let (count, mean) = (n as f64, largest as f64 / 2.0);
        let deviation = (count * (count + 1.0) * (2.0 * count + 1.0) / 24.0).sqrt();
        Box::new((0..=largest).map(move |sum| normal_tail((mean - sum as f64 - 0.5) / deviation)))
    };
    let mut reached = None;
    for left_out in 0..largest.div_ceil(2) {
        let tail = tails.next()?;
        if tail > allowed {
            break;
        }
        reached = Some((left_out, 1.0 - 2.0 * tail));
    }
    reached
}

/// The median of all differences `x - y` between two independent sets (Hodges and Lehmann
/// 1963): by how much `xs` is shifted from `ys`. `None` where either is empty.
pub fn hodges_lehmann_shift(xs: &[f64], ys: &[f64]) -> Option<f64> {
    let differences: Vec<f64> = xs.iter().flat_map(|x| ys.iter().map(move |y| x - y)).collect();
    median(&differences)
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

    // The same example: the ordered averages 6 and 40 of 45 bound the shift at 96.1 %.
    #[test]
    #[expect(clippy::approx_constant, reason = "a score of 3.14, not pi")]
    fn the_published_interval_is_found() {
        let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
        let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
        let change: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
        let interval = hodges_lehmann_interval(&change, 0.96).expect("nine samples reach 96 %");
        assert!((interval.low + 0.786).abs() < 1e-9, "{interval:?}");
        assert!((interval.high + 0.010).abs() < 1e-9, "{interval:?}");
        assert!((interval.confidence - 0.961).abs() < 5e-4, "{interval:?}");
    }

    #[test]
    fn the_interval_covers_as_often_as_it_says_and_few_samples_have_none() {
        const TRIALS: usize = 3_000;
        for n in [8_u64, 16, 24, 60] {
            let mut draws = normals(n);
            let (mut covered, mut above, mut stated) = (0, 0, 0.0);
            for _ in 0..TRIALS {
                let samples: Vec<f64> = (0..n).map(|_| draws.next_normal()).collect();
                let interval = hodges_lehmann_interval(&samples, 0.98).expect("enough samples");
                covered += usize::from(interval.contains(0.0));
                above += usize::from(interval.is_below(0.0));
                stated = interval.confidence;
            }
            let coverage = covered as f64 / TRIALS as f64;
            assert!(stated >= 0.98 - 2e-3, "n = {n}: {stated}");
            // Three standard errors of a proportion of 0.98 over 3,000 trials are 0.0077.
            assert!((coverage - stated).abs() < 0.0077, "n = {n}: {coverage}, stated {stated}");
            assert!(above as f64 / (TRIALS as f64) < 0.0177, "n = {n}: the bound fails too often");
        }
        assert_eq!(hodges_lehmann_interval(&[1.0; 6], 0.98), None);
        assert_eq!(hodges_lehmann_interval(&[], 0.5), None);
    }

    #[test]
    fn a_pure_shift_is_found_and_an_empty_side_has_none() {
        let xs = [1.0, 5.0, 2.0, 8.0];
        let shifted: Vec<f64> = xs.iter().map(|x| x + 0.25).collect();
        assert_eq!(hodges_lehmann_shift(&shifted, &xs), Some(0.25));
        assert_eq!(hodges_lehmann_shift(&[], &xs), None);
        assert_eq!(hodges_lehmann(&[]), None);
    }
}
