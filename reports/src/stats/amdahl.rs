//! Amdahl's law: what making one part faster does to the whole.
//!
//! Amdahl 1967, "Validity of the single processor approach to achieving large scale computing
//! capabilities". Shares are fractions of the whole's time; the caller says of which whole.

use super::{Interval, median_interval};

/// How much faster a report supposes each stage to be: a half more, twice, ten times, and free.
pub const FACTORS: [f64; 4] = [1.5, 2.0, 10.0, f64::INFINITY];

/// How much faster the whole becomes when a part with this share of its time becomes `factor`
/// times as fast: `1 / ((1 - p) + p / s)` (Amdahl 1967). A share is clamped to 0 ..= 1; the result
/// is infinite where the whole vanishes.
pub fn overall_speed_up(share: f64, factor: f64) -> f64 {
    let share = share.clamp(0.0, 1.0);
    1.0 / ((1.0 - share) + share / factor)
}

/// How much faster the whole becomes when several parts that do not overlap become faster, each a
/// share of the whole's time and its factor: `1 / ((1 - sum p) + sum p / s)` (Amdahl 1967, applied to
/// each part). Shares that add up to more than the whole are taken as the whole.
pub fn overall_speed_up_of_parts(parts: &[(f64, f64)]) -> f64 {
    let untouched = (1.0 - parts.iter().map(|(share, _)| share).sum::<f64>()).max(0.0);
    1.0 / (untouched + parts.iter().map(|(share, factor)| share / factor).sum::<f64>())
}

/// The bound no factor exceeds: `1 / (1 - p)` (Amdahl 1967).
pub fn limit(share: f64) -> f64 {
    overall_speed_up(share, f64::INFINITY)
}

/// The share of each iteration's total that a part took, iterations without a positive total left
/// out; aligned by index up to the shorter side.
pub fn shares(part: &[f64], total: &[f64]) -> Vec<f64> {
    part.iter().zip(total).filter(|(_, total)| **total > 0.0).map(|(p, t)| p / t).collect()
}

/// The overall speed-up at the median share, with an interval from that of the median: the law
/// increases with the share, so the exact interval carries over. `None` where there are no shares.
pub fn overall_speed_up_interval(shares: &[f64], factor: f64) -> Option<Interval> {
    Some(median_interval(shares)?.map_increasing(|share| overall_speed_up(share, factor)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Self times in seconds of a training script's functions, by cProfile's `tottime`.
    const PROFILE_S: [(&str, f64); 5] = [
        ("data_augmentation", 45.2),
        ("train_batch", 3.1),
        ("train_epoch", 0.5),
        ("compute_loss", 12.7),
        ("forward_pass", 8.3),
    ];

    #[test]
    fn halving_data_augmentation_gives_69_8_over_47_2() {
        let total: f64 = PROFILE_S.iter().map(|row| row.1).sum();
        assert!((total - 69.8).abs() < 1e-12);
        let share = PROFILE_S[0].1 / total;
        assert!((overall_speed_up(share, 2.0) - 69.8 / 47.2).abs() < 1e-12);
        assert!((overall_speed_up(share, 2.0) - 1.479).abs() < 5e-4);
        assert!((limit(share) - 2.837).abs() < 5e-4);
    }

    #[test]
    fn parts_of_one_factor_are_one_part() {
        let parts = overall_speed_up_of_parts(&[(0.25, 2.0), (0.5, 2.0)]);
        assert!((parts - overall_speed_up(0.75, 2.0)).abs() < 1e-15);
        // 1 / (0.25 + 0.25 / 5 + 0.5 / 2) by hand.
        let two = overall_speed_up_of_parts(&[(0.25, 5.0), (0.5, 2.0)]);
        assert!((two - 1.0 / 0.55).abs() < 1e-15);
        assert_eq!(
            overall_speed_up_of_parts(&[(0.5, f64::INFINITY), (0.5, f64::INFINITY)]),
            f64::INFINITY
        );
    }

    // Hill and Marty 2008, "Amdahl's law in the multicore era", symmetric chips: f = 0.9 is below 10,
    // f = 0.999 on 256 cores gives 204.
    #[test]
    fn published_bounds_are_met() {
        assert!((limit(0.9) - 10.0).abs() < 1e-12);
        assert!((overall_speed_up(0.999, 256.0) - 204.0).abs() < 0.05);
    }

    #[test]
    fn the_edges_are_no_gain_and_no_bound() {
        assert_eq!(overall_speed_up(0.0, f64::INFINITY), 1.0);
        assert_eq!(overall_speed_up(0.7, 1.0), 1.0);
        assert_eq!(limit(1.0), f64::INFINITY);
        assert_eq!(limit(1.3), f64::INFINITY);
    }

    #[test]
    fn the_interval_follows_the_shares() {
        let shares = shares(&[5.0, 6.0, 4.0, 5.0, 5.0, 5.5, 9.0], &[10.0; 7]);
        let interval = overall_speed_up_interval(&shares, f64::INFINITY).expect("shares");
        assert_eq!(interval.estimate, 2.0);
        assert!((interval.low - 1.0 / 0.6).abs() < 1e-12 && (interval.high - 10.0).abs() < 1e-9);
    }

    #[test]
    fn iterations_without_a_total_have_no_share() {
        assert_eq!(shares(&[1.0, 2.0], &[0.0, 4.0]), vec![0.5]);
    }
}
