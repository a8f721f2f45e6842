//! Where one cost overtakes another as the size grows.

use super::{CONFIDENCE, Interval};

/// Where one cost overtakes another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossover {
    /// The size from which on the cheaper one is the other.
    pub n: Interval,
    /// Whether the ratio's bottom is the cheaper one beyond it.
    pub bottom_wins: bool,
}

/// The last size at which the cheaper of two costs changes, from the ratio of the costs, with its
/// interval, at each size in ascending order.
///
/// Ratios are joined by straight lines of log ratio over log n. The interval of the size is where the
/// band between the ratios' bounds holds 1 (inverse prediction, Draper and Smith 1998, section 3.2):
/// as sure as the intervals are. None where no change is beyond doubt: one size on either side must
/// have an interval without 1.
pub fn crossover(ratios: &[(f64, Interval)]) -> Option<Crossover> {
    let side = |ratio: &Interval| match () {
        () if ratio.is_above(1.0) => 1,
        () if ratio.is_below(1.0) => -1,
        () => 0,
    };
    let last = ratios.iter().rev().map(|(_, ratio)| side(ratio)).find(|side| *side != 0)?;
    let before = ratios.iter().rposition(|(_, ratio)| side(ratio) == -last)?;
    let after = before + ratios[before..].iter().position(|(_, ratio)| side(ratio) == last)?;
    let between = &ratios[before..=after];
    let change = |bound: fn(&Interval) -> f64| {
        let logs = between.iter().map(|(n, ratio)| (n.ln(), bound(ratio).ln() * f64::from(last)));
        let logs: Vec<(f64, f64)> = logs.collect();
        logs.windows(2).find(|pair| pair[1].1 > 0.0).map(|pair| {
            let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
            (x0 + (x1 - x0) * (-y0 / (y1 - y0)).clamp(0.0, 1.0)).exp()
        })
    };
    let estimate = change(|ratio| ratio.estimate)?;
    let (a, b) = (change(|ratio| ratio.low)?, change(|ratio| ratio.high)?);
    let confidence = between.iter().map(|(_, ratio)| ratio.confidence).fold(CONFIDENCE, f64::min);
    let n = Interval {
        low: a.min(b).min(estimate),
        estimate,
        high: a.max(b).max(estimate),
        confidence,
    };
    Some(Crossover { n, bottom_wins: last > 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seven sizes over a decade and a half, as a sweep has them.
    const SIZES: [f64; 7] = [312.0, 560.0, 990.0, 1800.0, 3200.0, 5600.0, 10_000.0];

    fn ratio(estimate: f64) -> Interval {
        Interval { low: estimate / 1.1, estimate, high: estimate * 1.1, confidence: 0.95 }
    }

    #[test]
    fn two_powers_cross_where_they_are_equal() {
        let ratios: Vec<(f64, Interval)> =
            SIZES.iter().map(|&n| (n, ratio((n / 2000.0).sqrt()))).collect();
        let found = crossover(&ratios).expect("they cross");
        assert!(found.bottom_wins);
        assert!((found.n.estimate - 2000.0).abs() < 1.0, "{found:?}");
        // The band of a tenth about a square root is two tenths wide in n.
        assert!((found.n.low - 2000.0 / 1.21).abs() < 1.0, "{found:?}");
        assert!((found.n.high - 2000.0 * 1.21).abs() < 1.0, "{found:?}");
        let other: Vec<(f64, Interval)> =
            ratios.iter().map(|(n, ratio)| (*n, ratio.reciprocal())).collect();
        let other = crossover(&other).expect("they cross");
        assert!(!other.bottom_wins && (other.n.estimate - found.n.estimate).abs() < 1.0);
    }

    #[test]
    fn no_crossover_is_claimed_where_one_side_is_in_doubt() {
        let never: Vec<(f64, Interval)> = SIZES.iter().map(|&n| (n, ratio(1.5))).collect();
        assert_eq!(crossover(&never), None);
        let doubtful: Vec<(f64, Interval)> =
            SIZES.iter().map(|&n| (n, ratio(if n > 5000.0 { 1.05 } else { 0.5 }))).collect();
        assert_eq!(crossover(&doubtful), None);
    }
}
