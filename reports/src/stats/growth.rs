//! How a cost grows with a size: which law it follows.
//!
//! Costs are compared as ratios throughout: a cost of twice the prediction is as far off at a small
//! size as at a large one.

use super::exponent;

/// A law of growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// Not at all.
    Constant,
    /// With log n.
    Logarithmic,
    /// With n.
    Linear,
    /// With n log n.
    Linearithmic,
    /// With n squared.
    Quadratic,
    /// With n cubed.
    Cubic,
}

impl Law {
    /// Every law, the slowest growth first.
    pub const ALL: [Self; 6] = [
        Self::Constant,
        Self::Logarithmic,
        Self::Linear,
        Self::Linearithmic,
        Self::Quadratic,
        Self::Cubic,
    ];

    /// What it is called in a report.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Constant => "1",
            Self::Logarithmic => "log n",
            Self::Linear => "n",
            Self::Linearithmic => "n log n",
            Self::Quadratic => "n²",
            Self::Cubic => "n³",
        }
    }

    /// Its shape. The logarithm is of n + 1, so that one element costs something.
    fn of(self, n: f64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Logarithmic => n.ln_1p(),
            Self::Linear => n,
            Self::Linearithmic => n * n.ln_1p(),
            Self::Quadratic => n * n,
            Self::Cubic => n * n * n,
        }
    }
}

/// A cost at a size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The size.
    pub n: f64,
    /// The cost, positive.
    pub cost: f64,
    /// Which level of the memory hierarchy the size fits, 0 for the nearest; 0 throughout where that
    /// is not known.
    pub level: usize,
}

/// A law and how well it foretells the sizes that were kept from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// The law.
    pub law: Law,
    /// Root mean square of the logarithms of predicted over measured cost, each size left out in
    /// turn: 0.05 is an error of 5 %.
    pub error: f64,
}

/// A law is possible where its error is at most so many times the least: in simulated sweeps of seven
/// sizes a wrong law is then called the only possible one in fewer than 1 of 20 (see the tests).
const POSSIBLE: f64 = 2.0;
/// Errors below this are alike: no law of six holds to half a per cent on a machine with caches.
const ALIKE: f64 = 0.005;
/// A law that misses by more than this on average is none.
const MOST_ERROR: f64 = 0.25;
/// Fewer sizes tell no law: two figures of its own, one size left out, and some to judge by.
const LEAST_SIZES: usize = 6;

/// The laws that the points may follow, the best first; empty where no law fits, or there are fewer
/// than six sizes.
///
/// A law is `a + b g(n)` with `a` and `b` not negative, fitted by least squares of relative
/// deviations; where the points lie on several levels of memory, also with a `b` of its own for each
/// level of two sizes or more. Its error is that of leaving one size out in turn (Stone 1974, Journal
/// of the Royal Statistical Society B 36). Where a constant is possible and the exponent may be 0, it
/// is the only one, since every law contains it.
pub fn possible_laws(points: &[Point]) -> Vec<Fit> {
    let sound = |point: &Point| point.cost > 0.0 && point.cost.is_finite() && point.n > 0.0;
    if points.len() < LEAST_SIZES || !points.iter().all(sound) {
        return Vec::new();
    }
    let levels = merged_levels(points);
    let mut fits: Vec<Fit> = Law::ALL
        .into_iter()
        .map(|law| {
            let plain = left_out_error(law, points, &vec![0; points.len()]);
            let stepped = left_out_error(law, points, &levels);
            Fit { law, error: plain.min(stepped) }
        })
        .collect();
    fits.sort_by(|a, b| a.error.total_cmp(&b.error));
    let least = fits.first().map_or(f64::INFINITY, |best| best.error);
    fits.retain(|fit| fit.error <= POSSIBLE * least.max(ALIKE) && fit.error <= MOST_ERROR);
    let slope = exponent(&points.iter().map(|point| (point.n, point.cost)).collect::<Vec<_>>());
    let is_flat = slope.is_some_and(|slope| slope.low <= ALIKE && slope.high >= -ALIKE);
    match fits.iter().find(|fit| fit.law == Law::Constant && is_flat) {
        Some(constant) => vec![*constant],
        None => fits,
    }
}

/// The level of each point, where one with a single size counts with the level before it, or after
/// it if it is the first.
fn merged_levels(points: &[Point]) -> Vec<usize> {
    let mut levels: Vec<usize> = points.iter().map(|point| point.level).collect();
    for at in 0..levels.len() {
        let alone = levels.iter().filter(|level| **level == levels[at]).count() == 1;
        if alone && levels.len() > 1 {
            levels[at] = if at > 0 { levels[at - 1] } else { levels[1] };
        }
    }
    let mut known: Vec<usize> = Vec::new();
    for level in &mut levels {
        let at = known.iter().position(|own| own == level).unwrap_or_else(|| {
            known.push(*level);
            known.len() - 1
        });
        *level = at;
    }
    levels
}

/// What a law that cannot be fitted, or foretells nothing positive, is wrong by.
const NO_PREDICTION: f64 = 10.0;

fn left_out_error(law: Law, points: &[Point], levels: &[usize]) -> f64 {
    let columns = |at: usize| columns_of(law, points[at].n, levels[at], levels);
    let squares: f64 = (0..points.len())
        .map(|out| {
            let others = (0..points.len()).filter(|at| *at != out);
            let rows: Vec<Vec<f64>> = others
                .map(|at| columns(at).into_iter().map(|x| x / points[at].cost).collect())
                .collect();
            let predicted = not_negative_fit(&rows).map(|fit| dot(&fit, &columns(out)));
            let ratio = predicted.map_or(0.0, |cost| cost / points[out].cost);
            if ratio > 0.0 {
                ratio.ln().clamp(-NO_PREDICTION, NO_PREDICTION)
            } else {
                NO_PREDICTION
            }
        })
        .map(|error| error * error)
        .sum();
    (squares / points.len() as f64).sqrt()
}

/// What the coefficients multiply: 1, then the law's shape in the column of the level.
fn columns_of(law: Law, n: f64, level: usize, levels: &[usize]) -> Vec<f64> {
    if law == Law::Constant {
        return vec![1.0];
    }
    let count = levels.iter().max().map_or(1, |most| most + 1);
    let mut columns = vec![0.0; count + 1];
    columns[0] = 1.0;
    columns[level + 1] = law.of(n);
    columns
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The coefficients, none negative, with which the rows come nearest to 1 each: least squares, and
/// again without the most negative coefficient until none is left.
fn not_negative_fit(rows: &[Vec<f64>]) -> Option<Vec<f64>> {
    let width = rows.first()?.len();
    let mut active: Vec<usize> = (0..width).collect();
    loop {
        let fit = least_squares(rows, &active)?;
        let worst = fit.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
        if *worst.1 >= 0.0 {
            let mut all = vec![0.0; width];
            for (at, value) in active.iter().zip(fit) {
                all[*at] = value;
            }
            return Some(all);
        }
        active.remove(worst.0);
    }
}

/// Normal equations by Gauss' elimination with pivots, columns scaled to length 1 first.
fn least_squares(rows: &[Vec<f64>], active: &[usize]) -> Option<Vec<f64>> {
    let k = active.len();
    let norm = |c: usize| rows.iter().map(|row| row[c] * row[c]).sum::<f64>().sqrt();
    let norms: Vec<f64> = active.iter().map(|&c| norm(c)).collect();
    if k == 0 || norms.iter().any(|norm| *norm <= 0.0 || !norm.is_finite()) {
        return None;
    }
    let column = |at: usize| rows.iter().map(move |row| row[active[at]]);
    let mut system: Vec<Vec<f64>> = (0..k)
        .map(|i| {
            let inner = |j: usize| column(i).zip(column(j)).map(|(a, b)| a * b).sum::<f64>();
            let mut row: Vec<f64> = (0..k).map(|j| inner(j) / (norms[i] * norms[j])).collect();
            row.push(column(i).sum::<f64>() / norms[i]);
            row
        })
        .collect();
    for at in 0..k {
        let size = |row: &usize| system[*row][at].abs();
        let pivot = (at..k).max_by(|a, b| size(a).total_cmp(&size(b)))?;
        // Columns that are multiples of one another have no coefficients of their own.
        if system[pivot][at].abs() < 1e-12 {
            return None;
        }
        system.swap(at, pivot);
        let top = system[at].clone();
        for row in &mut system[at + 1..] {
            let factor = row[at] / top[at];
            row.iter_mut().zip(&top).for_each(|(x, top)| *x -= factor * top);
        }
    }
    let mut solution = vec![0.0; k];
    for at in (0..k).rev() {
        let known: f64 = (at + 1..k).map(|j| system[at][j] * solution[j]).sum();
        solution[at] = (system[at][k] - known) / system[at][at];
    }
    Some(solution.iter().zip(&norms).map(|(x, norm)| x / norm).collect())
}

#[cfg(test)]
mod tests {
    use super::super::normal::normals;
    use super::*;

    /// Seven sizes over a decade and a half, as a sweep has them.
    const SIZES: [f64; 7] = [312.0, 560.0, 990.0, 1800.0, 3200.0, 5600.0, 10_000.0];

    fn points(cost: impl Fn(f64) -> f64) -> Vec<Point> {
        SIZES.iter().map(|&n| Point { n, cost: cost(n), level: 0 }).collect()
    }

    fn only(points: &[Point]) -> Option<Law> {
        match possible_laws(points).as_slice() {
            [one] => Some(one.law),
            _ => None,
        }
    }

    #[test]
    fn exact_laws_are_told_with_and_without_a_cost_that_does_not_grow() {
        for law in Law::ALL {
            for start in [0.0, 0.5] {
                let exact = points(|n| start * law.of(1000.0) + 3.0 * law.of(n));
                assert_eq!(only(&exact), Some(law), "start {start}: {:?}", possible_laws(&exact));
            }
        }
    }

    /// The share of simulated sweeps in which a law is called the only possible one, rightly and
    /// wrongly.
    fn told(law: Law, noise: f64) -> (f64, f64) {
        const TRIALS: u32 = 400;
        let mut draws = normals(law as u64 + 10);
        let (mut right, mut wrong) = (0_u32, 0_u32);
        for _ in 0..TRIALS {
            let mut noisy = points(|n| law.of(n));
            for point in &mut noisy {
                point.cost *= (noise * draws.next_normal()).exp();
            }
            match only(&noisy) {
                Some(found) if found == law => right += 1,
                Some(_) => wrong += 1,
                None => {}
            }
        }
        (f64::from(right) / f64::from(TRIALS), f64::from(wrong) / f64::from(TRIALS))
    }

    #[test]
    fn with_noise_a_law_is_told_or_left_undecided_and_hardly_ever_wrong() {
        for law in Law::ALL {
            for noise in [0.01, 0.03, 0.08] {
                let (right, wrong) = told(law, noise);
                assert!(wrong < 0.05, "{law:?} at {noise}: wrong in {wrong}");
                if noise < 0.02 {
                    assert!(right > 0.9, "{law:?} at {noise}: right in {right}");
                }
            }
        }
        let (n_log_n, _) = told(Law::Linearithmic, 0.15);
        assert!(n_log_n < 0.5, "near ties under much noise are left undecided: {n_log_n}");
    }

    #[test]
    fn a_step_at_a_cache_boundary_is_no_faster_growth() {
        let stepped = |level: fn(f64) -> usize| {
            let mut points = points(|n| if n > 1500.0 { 1.4 * n } else { n });
            for point in &mut points {
                point.level = level(point.n);
            }
            points
        };
        let known = stepped(|n| usize::from(n > 1500.0));
        assert_eq!(only(&known), Some(Law::Linear), "{:?}", possible_laws(&known));
        let unknown = stepped(|_| 0);
        assert_ne!(only(&unknown), Some(Law::Linear), "without the boundary it cannot be told");
    }

    #[test]
    fn few_sizes_and_shapes_of_no_law_tell_none() {
        assert_eq!(possible_laws(&points(|n| n)[..5]), []);
        assert_eq!(possible_laws(&points(|n| if n > 1500.0 { 1.0 } else { 40.0 })), []);
        assert_eq!(possible_laws(&points(|_| 0.0)), []);
    }
}
