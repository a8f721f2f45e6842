//! How fast a cost grows with a size: the slope of a straight line in logarithms.

use super::{CONFIDENCE, Interval};

/// The slope of log cost over log n: 1 where twice the size costs twice as much. Its interval is
/// Student's, from the deviations of the points from a straight line, so it widens with noise and
/// with curvature alike (Draper and Smith 1998, section 1.4). None below three sizes.
pub fn exponent(points: &[(f64, f64)]) -> Option<Interval> {
    let logs: Vec<(f64, f64)> = points
        .iter()
        .map(|(n, cost)| (n.ln(), cost.ln()))
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .collect();
    let degrees = logs.len().checked_sub(2).filter(|degrees| *degrees > 0)?;
    let count = logs.len() as f64;
    let centre_x = logs.iter().map(|(x, _)| x).sum::<f64>() / count;
    let centre_y = logs.iter().map(|(_, y)| y).sum::<f64>() / count;
    let spread: f64 = logs.iter().map(|(x, _)| (x - centre_x).powi(2)).sum();
    let moved: f64 = logs.iter().map(|(x, y)| (x - centre_x) * (y - centre_y)).sum();
    if spread <= 0.0 {
        return None;
    }
    let slope = moved / spread;
    let off = |(x, y): &(f64, f64)| (y - centre_y - slope * (x - centre_x)).powi(2);
    let variance = logs.iter().map(off).sum::<f64>() / degrees as f64;
    let half = student(degrees) * (variance / spread).sqrt();
    Some(Interval {
        low: slope - half,
        estimate: slope,
        high: slope + half,
        confidence: CONFIDENCE,
    })
}

/// The quantile 0.975 of Student's distribution (Abramowitz and Stegun 1964, table 26.10).
fn student(degrees: usize) -> f64 {
    const QUANTILES: [f64; 15] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131,
    ];
    match QUANTILES.get(degrees.max(1) - 1) {
        Some(quantile) => *quantile,
        // Cornish and Fisher's expansion about the normal quantile, good to 0.001 from here on.
        None => 1.96 + 2.372 / degrees as f64 + 2.82 / (degrees as f64).powi(2),
    }
}

#[cfg(test)]
mod tests {
    use super::super::normal::normals;
    use super::*;

    /// Seven sizes over a decade and a half, as a sweep has them.
    const SIZES: [f64; 7] = [312.0, 560.0, 990.0, 1800.0, 3200.0, 5600.0, 10_000.0];

    #[test]
    fn the_exponent_of_a_power_is_the_power() {
        let exact: Vec<(f64, f64)> = SIZES.iter().map(|&n| (n, 7.0 * n.powf(1.5))).collect();
        let slope = exponent(&exact).expect("seven sizes");
        assert!((slope.estimate - 1.5).abs() < 1e-12 && slope.high - slope.low < 1e-9);
        assert_eq!(exponent(&exact[..2]), None);
        assert_eq!(exponent(&[(1.0, 1.0); 5]), None);
    }

    // The same sums in Python's floats: slope 1.029099, standard error 0.020557, which times
    // t(0.975, 3) = 3.1824 (the table again) is 0.065420.
    #[test]
    fn the_exponents_interval_is_that_of_a_regression() {
        let points = [(1.0, 1.0), (2.0, 2.2), (4.0, 4.1), (8.0, 9.0), (16.0, 17.5)];
        let slope = exponent(&points).expect("five sizes");
        assert!((slope.estimate - 1.029_099).abs() < 1e-6, "{slope:?}");
        assert!((slope.high - slope.estimate - 0.065_420).abs() < 1e-4, "{slope:?}");
    }

    #[test]
    fn the_exponents_interval_covers_as_often_as_it_says() {
        const TRIALS: u32 = 2_000;
        let mut draws = normals(5);
        let mut covered = 0_u32;
        for _ in 0..TRIALS {
            let noisy = SIZES.map(|n| (n, n * (0.05 * draws.next_normal()).exp()));
            covered += u32::from(exponent(&noisy).expect("seven sizes").contains(1.0));
        }
        let coverage = f64::from(covered) / f64::from(TRIALS);
        // Three standard errors of a proportion near 0.95 over 2,000 trials are 0.0146.
        assert!((coverage - CONFIDENCE).abs() < 0.0146, "{coverage}");
    }

    // Abramowitz and Stegun 1964, table 26.10, column 0.975; 16 and 60 are not in the constant.
    #[test]
    fn students_quantiles_are_the_published_ones() {
        for (degrees, want) in [(1, 12.706), (5, 2.571), (15, 2.131), (16, 2.120), (60, 2.000)] {
            assert!((student(degrees) - want).abs() < 2e-3, "{degrees}: {}", student(degrees));
        }
    }
}
