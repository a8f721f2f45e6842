//! The exact interval of a median, from order statistics.
//!
//! It assumes nothing about the distribution but continuity, costs one sort, and states the
//! confidence it really has: five samples cannot give 95 %, and it says so.

use super::describe::{quantile_of_sorted, sorted};
use super::{CONFIDENCE, Interval};

/// The median with the narrowest symmetric pair of order statistics that covers the true median
/// with at least [`CONFIDENCE`]: `[x_(k), x_(n+1-k)]` has confidence `1 - 2 P(Bin(n, 1/2) < k)`
/// (Conover 1999, section 3.2). Below six samples it is the whole range, with the confidence that
/// has. `None` where there are no samples.
pub fn median_interval(samples: &[f64]) -> Option<Interval> {
    median_interval_at(samples, CONFIDENCE)
}

/// The same for another confidence than [`CONFIDENCE`], as a fraction: several intervals that are to
/// hold together each need a higher one.
pub fn median_interval_at(samples: &[f64], confidence: f64) -> Option<Interval> {
    let sorted = sorted(samples);
    let estimate = quantile_of_sorted(&sorted, 0.5)?;
    let (rank, confidence) = outer_rank(sorted.len(), confidence);
    Some(Interval {
        low: sorted[rank],
        estimate,
        high: sorted[sorted.len() - 1 - rank],
        confidence,
    })
}

/// How many samples to leave out on either side, and the confidence of what remains.
fn outer_rank(n: usize, wanted: f64) -> (usize, f64) {
    let mut log_mass = -(n as f64) * std::f64::consts::LN_2;
    let mut tail = log_mass.exp();
    let mut rank = 0;
    while rank + 1 < n.div_ceil(2) {
        log_mass += ((n - rank) as f64 / (rank + 1) as f64).ln();
        let next = tail + log_mass.exp();
        if 1.0 - 2.0 * next < wanted {
            break;
        }
        tail = next;
        rank += 1;
    }
    (rank, (1.0 - 2.0 * tail).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::super::normal::normals;
    use super::*;

    // Conover 1999, table A3, and scipy.stats.quantile_test(x, q=0.5).confidence_interval(0.95),
    // SciPy 1.17.1, which give the same ranks (1-based): n = 6: 1 and 6; 10: 2 and 9; 25: 8 and 18;
    // 100: 40 and 61.
    #[test]
    fn the_ranks_are_the_published_ones() {
        for (n, low, high) in [(6, 1, 6), (10, 2, 9), (25, 8, 18), (100, 40, 61)] {
            let samples: Vec<f64> = (1..=n).map(f64::from).collect();
            let interval = median_interval(&samples).expect("samples");
            assert_eq!((interval.low, interval.high), (f64::from(low), f64::from(high)), "n = {n}");
            assert!(interval.is_trustworthy());
        }
    }

    // The same table and function at 0.99: n = 25: 6 and 20; 100: 37 and 64.
    #[test]
    fn a_higher_confidence_takes_a_wider_pair() {
        for (n, low, high) in [(25, 6, 20), (100, 37, 64)] {
            let samples: Vec<f64> = (1..=n).map(f64::from).collect();
            let interval = median_interval_at(&samples, 0.99).expect("samples");
            assert_eq!((interval.low, interval.high), (f64::from(low), f64::from(high)), "n = {n}");
            assert!(interval.confidence >= 0.99);
        }
    }

    #[test]
    fn few_samples_state_the_confidence_they_really_have() {
        for (n, confidence) in [(1, 0.0), (2, 0.5), (3, 0.75), (4, 0.875), (5, 0.9375)] {
            let samples: Vec<f64> = (1..=n).map(f64::from).collect();
            let interval = median_interval(&samples).expect("samples");
            assert_eq!((interval.low, interval.high), (1.0, f64::from(n)));
            assert!((interval.confidence - confidence).abs() < 1e-12, "n = {n}");
            assert!(!interval.is_trustworthy());
        }
        assert_eq!(median_interval(&[]), None);
    }

    #[test]
    fn thousands_of_samples_do_not_underflow() {
        let samples: Vec<f64> = (0..5_000).map(f64::from).collect();
        let interval = median_interval(&samples).expect("samples");
        assert!((interval.low - 2430.0).abs() < 3.0, "{interval:?}");
        assert!((interval.confidence - CONFIDENCE).abs() < 0.003);
    }

    /// Samples as timings have them: log-normal, skewed, true median 1.
    #[test]
    fn skewed_samples_are_covered_as_often_as_stated() {
        const TRIALS: usize = 4_000;
        for n in [5_u64, 6, 10, 20, 50, 100] {
            let mut draws = normals(n);
            let mut covered = 0;
            let mut stated = 0.0;
            for _ in 0..TRIALS {
                let samples: Vec<f64> = (0..n).map(|_| (0.6 * draws.next_normal()).exp()).collect();
                let interval = median_interval(&samples).expect("samples");
                covered += usize::from(interval.contains(1.0));
                stated = interval.confidence;
            }
            let coverage = covered as f64 / TRIALS as f64;
            // Three standard errors of a proportion near 0.95 over 4,000 trials are 0.0104.
            assert!((coverage - stated).abs() < 0.0104, "n = {n}: {coverage}, stated {stated}");
        }
    }
}
