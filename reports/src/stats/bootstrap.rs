//! The percentile bootstrap, for a quantity whose interval has no exact form.
//!
//! The generator's seed is a constant: the same samples always give the same interval. The cost is
//! bounded by a constant number of resamples, whatever the number of samples.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::describe::{quantile_of_sorted, sorted};
use super::{CONFIDENCE, Interval};

/// Resamples drawn. The level of a 2.5 % quantile is then known to 0.5 % (Efron and Tibshirani
/// 1993, chapter 19, find about 1,000 enough for percentiles), and 200 cases take a fifth of a second.
pub const RESAMPLES: usize = 1_000;

/// The seed of every resampling: it has no meaning but to be always the same.
pub const SEED: u64 = 0x616d_6461_686c;

/// The ratio of the medians of two independent sets of positive samples, `median(top) /
/// median(bottom)`, with its percentile bootstrap interval (Efron and Tibshirani 1993, section
/// 13.3) of [`CONFIDENCE`]. `None` where either set is empty.
///
/// The stated confidence is never more than the smaller set allows: its range covers its median
/// with `1 - 2^(1-n)` only.
pub(super) fn bootstrap_ratio_of_medians(top: &[f64], bottom: &[f64]) -> Option<Interval> {
    let (top, bottom) = (sorted(top), sorted(bottom));
    let estimate = quantile_of_sorted(&top, 0.5)? / quantile_of_sorted(&bottom, 0.5)?;
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut counts = vec![0_u32; top.len().max(bottom.len())];
    let mut ratios: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            resampled_median(&top, &mut counts, &mut rng)
                / resampled_median(&bottom, &mut counts, &mut rng)
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let smaller = top.len().min(bottom.len());
    Some(Interval {
        low: quantile_of_sorted(&ratios, tail)?.min(estimate),
        estimate,
        high: quantile_of_sorted(&ratios, 1.0 - tail)?.max(estimate),
        confidence: CONFIDENCE.min(1.0 - (1.0 - smaller as f64).exp2()),
    })
}

/// The median of as many draws with replacement, from counts of how often each sample was drawn.
fn resampled_median(sorted: &[f64], counts: &mut [u32], rng: &mut ChaCha8Rng) -> f64 {
    let n = sorted.len();
    let counts = &mut counts[..n];
    counts.fill(0);
    for _ in 0..n {
        // Multiply and shift: an index below n from 32 random bits (Lemire 2019).
        let index = ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize;
        counts[index] += 1;
    }
    let lower = nth_drawn(sorted, counts, (n - 1) / 2);
    if n % 2 == 1 {
        return lower;
    }
    f64::midpoint(lower, nth_drawn(sorted, counts, n / 2))
}

fn nth_drawn(sorted: &[f64], counts: &[u32], rank: usize) -> f64 {
    let mut seen = 0;
    for (&value, &count) in sorted.iter().zip(counts) {
        seen += count as usize;
        if seen > rank {
            return value;
        }
    }
    sorted[sorted.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::super::normal::normals;
    use super::*;

    #[test]
    fn the_same_samples_give_the_same_interval() {
        let (a, b) = ([3.0, 3.2, 2.9, 3.4, 3.1, 3.3], [1.0, 1.1, 0.9, 1.2, 1.0, 1.05]);
        assert_eq!(bootstrap_ratio_of_medians(&a, &b), bootstrap_ratio_of_medians(&a, &b));
        assert_eq!(bootstrap_ratio_of_medians(&a, &[]), None);
    }

    #[test]
    fn three_samples_do_not_claim_95_per_cent() {
        let interval = bootstrap_ratio_of_medians(&[1.0, 2.0, 3.0], &[1.0; 20]).expect("samples");
        assert!((interval.confidence - 0.75).abs() < 1e-12);
    }

    /// Both sides log-normal as timings are; the true ratio of medians is 2.
    #[test]
    fn the_true_ratio_is_covered_about_as_often_as_stated() {
        const TRIALS: usize = 600;
        for (n, m) in [(5, 5), (10, 30), (30, 30), (100, 100)] {
            let mut draws = normals(7 + n);
            let mut draw = |n, scale: f64| -> Vec<f64> {
                (0..n).map(|_| scale * (0.4 * draws.next_normal()).exp()).collect()
            };
            let mut covered = 0;
            for _ in 0..TRIALS {
                let interval =
                    bootstrap_ratio_of_medians(&draw(n, 2.0), &draw(m, 1.0)).expect("samples");
                covered += usize::from(interval.contains(2.0));
            }
            let coverage = f64::from(u32::try_from(covered).expect("small")) / TRIALS as f64;
            // 0.92 is 0.95 less three standard errors of a proportion over 600 trials.
            assert!((0.92..=1.0).contains(&coverage), "n = {n}, m = {m}: {coverage}");
        }
    }
}
