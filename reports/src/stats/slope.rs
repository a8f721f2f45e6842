//! The slope of a line through points, of which some are disturbed.

use super::describe::median;
use super::{Interval, median_interval};

/// The slope of Theil and Sen: the median of the slopes of all pairs of points `(x, y)` with different
/// x (Sen 1968, "Estimates of the regression coefficient based on Kendall's tau"). It bears 29 % of
/// wild points. `None` where no two points differ in x.
pub fn theil_sen(points: &[(f64, f64)]) -> Option<f64> {
    let mut slopes = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    for (at, a) in points.iter().enumerate() {
        let right = points[at + 1..].iter().filter(|b| b.0 != a.0);
        slopes.extend(right.map(|b| (b.1 - a.1) / (b.0 - a.0)));
    }
    median(&slopes)
}

/// The median over rounds of the slope within each, with the exact interval of that median
/// ([`median_interval`]). Only points of one round are compared, so what drifts from round to round
/// is in no slope. `None` where no round has a slope.
pub fn slope_over_rounds(rounds: &[Vec<(f64, f64)>]) -> Option<Interval> {
    let slopes: Vec<f64> = rounds.iter().filter_map(|round| theil_sen(round)).collect();
    median_interval(&slopes)
}

#[cfg(test)]
mod tests {
    use super::super::normal::normals;
    use super::*;

    // Sen 1968, section 5: t = 1, 2, 3, 4, 10, 12, 18 and y = 9, 15, 19, 20, 45, 55, 78 give 4.
    #[test]
    fn the_example_of_sen_gives_4() {
        let t = [1.0, 2.0, 3.0, 4.0, 10.0, 12.0, 18.0];
        let y = [9.0, 15.0, 19.0, 20.0, 45.0, 55.0, 78.0];
        let points: Vec<(f64, f64)> = t.into_iter().zip(y).collect();
        assert_eq!(theil_sen(&points), Some(4.0));
    }

    #[test]
    fn one_wild_point_of_four_does_not_move_the_slope_far() {
        let points = [(0.0, 10.0), (1.0, 11.0), (2.0, 12.0), (3.0, 500.0)];
        assert_eq!(theil_sen(&points[..3]), Some(1.0));
        // Slopes: 1, 1, 1 and three of the wild point; their median lies half way to the least.
        let slope = theil_sen(&points).expect("points");
        assert!((1.0..83.0).contains(&slope), "{slope}");
    }

    #[test]
    fn points_of_one_x_have_no_slope() {
        assert_eq!(theil_sen(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(theil_sen(&[]), None);
        assert_eq!(slope_over_rounds(&[vec![(1.0, 2.0)]]), None);
    }

    #[test]
    fn a_drift_between_rounds_is_in_no_slope() {
        let round = |drift: f64| vec![(0.0, drift), (1.0, drift + 0.5), (2.0, drift + 1.0)];
        let rounds: Vec<_> = (0..8).map(|at| round(100.0 * f64::from(at))).collect();
        let slope = slope_over_rounds(&rounds).expect("rounds");
        assert_eq!((slope.low, slope.estimate, slope.high), (0.5, 0.5, 0.5));
    }

    /// Points at 0, 5, 10 and 20 with normal noise of 4 around a line of slope 1.
    #[test]
    fn the_true_slope_is_covered_about_as_often_as_stated() {
        const TRIALS: usize = 1_000;
        let mut draws = normals(17);
        let mut covered = 0;
        let mut stated = 0.0;
        for _ in 0..TRIALS {
            let rounds: Vec<Vec<(f64, f64)>> = (0..12)
                .map(|_| {
                    [0.0, 5.0, 10.0, 20.0].map(|x| (x, x + 4.0 * draws.next_normal())).to_vec()
                })
                .collect();
            let interval = slope_over_rounds(&rounds).expect("rounds");
            covered += usize::from(interval.contains(1.0));
            stated = interval.confidence;
        }
        let coverage = covered as f64 / TRIALS as f64;
        // Three standard errors of a proportion near 0.96 over 1,000 trials are 0.019.
        assert!((coverage - stated).abs() < 0.019, "{coverage}, stated {stated}");
    }
}
