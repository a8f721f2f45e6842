//! The exact interval of a share, from how often something happened in how many tries.

use super::Interval;

/// Halvings of the unit interval until an end is as narrow as a float is exact.
const HALVINGS: u32 = 60;

/// The share of `hits` in `tries` with the interval of Clopper and Pearson 1934: each end is the share
/// at which as extreme a number of hits has the chance `(1 - confidence) / 2`. It covers the truth at
/// least as often as it says. `None` without a try.
pub fn binomial_interval(hits: usize, tries: usize, confidence: f64) -> Option<Interval> {
    if tries == 0 || hits > tries {
        return None;
    }
    let tail = (1.0 - confidence) / 2.0;
    let low = if hits == 0 {
        0.0
    } else {
        // The share from which so many hits or more become likelier than the tail.
        edge(|share| 1.0 - at_most(hits - 1, tries, share) > tail)
    };
    let high = if hits == tries { 1.0 } else { edge(|share| at_most(hits, tries, share) <= tail) };
    Some(Interval { low, estimate: hits as f64 / tries as f64, high, confidence })
}

/// Where a condition that fails at 0 begins to hold.
fn edge(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut fails, mut is_held) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(fails, is_held);
        if holds(middle) { is_held = middle } else { fails = middle }
    }
    is_held
}

/// `P(X <= hits)` of a binomial variable, a share strictly between 0 and 1.
fn at_most(hits: usize, tries: usize, share: f64) -> f64 {
    let odds = (share / (1.0 - share)).ln();
    let mut log_mass = tries as f64 * (-share).ln_1p();
    let mut sum = log_mass.exp();
    for k in 1..=hits {
        log_mass += ((tries - k + 1) as f64 / k as f64).ln() + odds;
        sum += log_mass.exp();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The definition's sums in decimal arithmetic of 60 digits; that of 0 in 20 ends at
    // 1 - 0.025^(1/20).
    #[test]
    fn the_intervals_are_those_of_the_definition() {
        let published = [
            (0, 20, 0.0, 0.168_433_470_983_085_34),
            (1, 20, 0.001_265_089_497_949_803_6, 0.248_732_762_772_027_77),
            (20, 20, 0.831_566_529_016_914_6, 1.0),
            (3, 40, 0.015_742_179_851_041_53, 0.203_864_748_732_898_98),
            (38, 40, 0.830_803_136_040_582_3, 0.993_886_353_400_649_1),
            (12, 2_000, 0.003_104_016_282_377_325_8, 0.010_457_313_821_794_881),
        ];
        for (hits, tries, low, high) in published {
            let got = binomial_interval(hits, tries, 0.95).expect("tries");
            assert!((got.low - low).abs() < 1e-10, "{hits} of {tries}: {got:?}");
            assert!((got.high - high).abs() < 1e-10, "{hits} of {tries}: {got:?}");
        }
    }

    #[test]
    fn the_estimate_is_the_share_and_no_try_has_none() {
        assert_eq!(binomial_interval(3, 4, 0.95).expect("tries").estimate, 0.75);
        assert_eq!(binomial_interval(0, 0, 0.95), None);
    }
}
