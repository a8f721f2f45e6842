//! How speed grows with threads: the serial fraction, and the laws of Amdahl, Gunther and Gustafson.
//!
//! A speed-up here is the time on one thread over the time on `n`. Nothing is clamped: a speed-up
//! beyond `n` gives a negative serial fraction, which is what the samples say.

use super::Interval;

/// The experimentally determined serial fraction, `(1/S - 1/n) / (1 - 1/n)` (Karp and Flatt 1990): the share of the time on one thread that would have to be serial for Amdahl's law to
/// give this speed-up. It holds all that does not scale: serial code, waiting, a shared memory bus.
/// Negative where the speed-up is beyond `threads`; NaN for one thread.
pub fn karp_flatt(speed_up: f64, threads: usize) -> f64 {
    let n = threads as f64;
    (1.0 / speed_up - 1.0 / n) / (1.0 - 1.0 / n)
}

/// The serial fraction of a speed-up's interval: it falls as the speed-up grows, so the exact
/// interval carries over. `None` for one thread.
pub fn karp_flatt_interval(speed_up: &Interval, threads: usize) -> Option<Interval> {
    (threads > 1).then(|| speed_up.map_decreasing(|s| karp_flatt(s, threads)))
}

/// The speed-up of a problem of fixed size on `threads` by Amdahl's law, `n / (1 + f (n - 1))`
/// (Amdahl 1967), for a serial fraction `f` of the time on one thread.
pub fn amdahl(serial: f64, threads: usize) -> f64 {
    let n = threads as f64;
    n / (1.0 + serial * (n - 1.0))
}

/// The speed-up by the Universal Scalability Law, `n / (1 + a (n - 1) + b n (n - 1))` (Gunther 2007,
/// chapter 4), for contention `a` and coherence `b`; at `b = 0` it is Amdahl's law.
pub fn universal(contention: f64, coherence: f64, threads: usize) -> f64 {
    let n = threads as f64;
    n / (1.0 + contention * (n - 1.0) + coherence * n * (n - 1.0))
}

/// The speed-up that Gustafson's law promises a problem that has grown (Gustafson 1988): the time on
/// one thread of `serial` seconds that do not grow and `parallel` that do, over that on `threads`,
/// which share the parallel part alone. With `s` the serial share of the time on `n` threads it is
/// the published `n + (1 - n) s`.
pub fn gustafson(serial: f64, parallel: f64, threads: usize) -> f64 {
    let n = threads as f64;
    let serial_share = serial / (serial + parallel / n);
    n + (1.0 - n) * serial_share
}

/// A speed-up seen at a number of threads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Threads, more than one.
    pub threads: usize,
    /// The time on one thread over the time on these.
    pub speed_up: f64,
}

/// A law fitted to points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Amdahl's serial fraction, or the contention of the Universal Scalability Law.
    pub serial: f64,
    /// The coherence of the Universal Scalability Law; none in Amdahl's.
    pub coherence: Option<f64>,
    /// The largest relative difference between a point and the law; none where there are as many
    /// points as parameters, which fit whatever they are.
    pub misfit: Option<f64>,
}

impl Fit {
    /// The speed-up by the fitted law.
    pub fn speed_up(&self, threads: usize) -> f64 {
        universal(self.serial, self.coherence.unwrap_or(0.0), threads)
    }

    /// The number of threads beyond which more make it slower, `sqrt((1 - a) / b)` (Gunther 2007,
    /// chapter 4); none where the law has no such number.
    pub fn most_useful_threads(&self) -> Option<f64> {
        let coherence = self.coherence.filter(|coherence| *coherence > 0.0)?;
        (self.serial < 1.0).then(|| ((1.0 - self.serial) / coherence).sqrt())
    }
}

/// Amdahl's law by least squares in its linear form `n/S - 1 = f (n - 1)`. One point gives `f`
/// exactly, and is Karp and Flatt's fraction. `None` without points.
pub fn fit_amdahl(points: &[Point]) -> Option<Fit> {
    let terms = terms(points);
    let squares: f64 = terms.iter().map(|(x, _)| x * x).sum();
    if squares == 0.0 {
        return None;
    }
    let serial = terms.iter().map(|(x, y)| x * y).sum::<f64>() / squares;
    let fit = Fit { serial, coherence: None, misfit: None };
    Some(Fit { misfit: misfit(&fit, points, 1), ..fit })
}

/// The Universal Scalability Law by least squares in its linear form
/// `n/S - 1 = a (n - 1) + b n (n - 1)` (Gunther 2007, chapter 5). `None` below
/// [`LEAST_POINTS_OF_UNIVERSAL`] points: two would be met exactly by any noise.
pub fn fit_universal(points: &[Point]) -> Option<Fit> {
    if points.len() < LEAST_POINTS_OF_UNIVERSAL {
        return None;
    }
    let terms = terms(points);
    // Normal equations for the two columns x and x (x + 1).
    let sum = |f: fn(f64, f64) -> f64| terms.iter().map(|(x, y)| f(*x, *y)).sum::<f64>();
    let (xx, xz) = (sum(|x, _| x * x), sum(|x, _| x * x * (x + 1.0)));
    let zz = sum(|x, _| (x * (x + 1.0)).powi(2));
    let (xy, zy) = (sum(|x, y| x * y), sum(|x, y| x * (x + 1.0) * y));
    let determinant = xx * zz - xz * xz;
    if determinant <= f64::EPSILON * xx * zz {
        return None;
    }
    let fit = Fit {
        serial: (xy * zz - zy * xz) / determinant,
        coherence: Some((zy * xx - xy * xz) / determinant),
        misfit: None,
    };
    Some(Fit { misfit: misfit(&fit, points, 2), ..fit })
}

/// Points beyond one thread that the Universal Scalability Law's two parameters need, so that one is
/// left to contradict them.
pub const LEAST_POINTS_OF_UNIVERSAL: usize = 3;

/// `n - 1` and `n/S - 1` of each point.
fn terms(points: &[Point]) -> Vec<(f64, f64)> {
    let term = |point: &Point| {
        let n = point.threads as f64;
        (n - 1.0, n / point.speed_up - 1.0)
    };
    points.iter().map(term).collect()
}

fn misfit(fit: &Fit, points: &[Point], parameters: usize) -> Option<f64> {
    if points.len() <= parameters {
        return None;
    }
    let off = |point: &Point| (fit.speed_up(point.threads) / point.speed_up - 1.0).abs();
    points.iter().map(off).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::super::normal::normals;
    use super::*;

    fn points(law: impl Fn(usize) -> f64, threads: &[usize]) -> Vec<Point> {
        threads.iter().map(|&threads| Point { threads, speed_up: law(threads) }).collect()
    }

    fn near(got: f64, want: f64, within: f64) {
        assert!((got - want).abs() <= within, "{got} is not {want}");
    }

    // Quinn 2004, "Parallel Programming in C with MPI and OpenMP", section 7.5, first table: speed-ups
    // of a program whose serial fraction is the same 0.1 throughout.
    #[test]
    fn the_serial_fraction_of_a_published_table_is_a_tenth_throughout() {
        let table = [(2, 1.82), (3, 2.50), (4, 3.08), (5, 3.57), (6, 4.00), (7, 4.38), (8, 4.71)];
        for (threads, speed_up) in table {
            // The table's two decimals are worth 0.0015 at two processors.
            near(karp_flatt(speed_up, threads), 0.1, 0.0015);
        }
    }

    // The same section, second table: the fraction grows with the processors, so the loss is overhead and not
    // serial code.
    #[test]
    fn the_serial_fraction_of_a_published_table_with_overhead_grows() {
        let table = [
            (2, 1.87, 0.070),
            (3, 2.61, 0.075),
            (4, 3.23, 0.080),
            (5, 3.73, 0.085),
            (6, 4.14, 0.090),
            (7, 4.46, 0.095),
            (8, 4.71, 0.100),
        ];
        for (threads, speed_up, fraction) in table {
            near(karp_flatt(speed_up, threads), fraction, 0.0015);
        }
    }

    #[test]
    fn more_than_as_many_times_as_fast_is_a_negative_fraction_and_not_zero() {
        near(karp_flatt(2.5, 2), -0.2, 1e-12);
        let speed_up = Interval { low: 1.9, estimate: 2.1, high: 2.3, confidence: 0.95 };
        let fraction = karp_flatt_interval(&speed_up, 2).expect("two threads");
        assert!(fraction.estimate < 0.0 && fraction.low < fraction.estimate);
        near(fraction.high, 2.0 / 1.9 - 1.0, 1e-12);
        assert_eq!(karp_flatt_interval(&speed_up, 1), None);
    }

    #[test]
    fn one_point_gives_amdahls_fraction_exactly_and_no_residual() {
        let fit = fit_amdahl(&[Point { threads: 2, speed_up: 1.6 }]).expect("a point");
        near(fit.serial, karp_flatt(1.6, 2), 1e-12);
        assert_eq!(fit.misfit, None);
        assert_eq!(fit_amdahl(&[]), None);
    }

    #[test]
    fn the_parameters_of_a_law_come_back_from_its_points() {
        let fit = fit_amdahl(&points(|n| amdahl(0.07, n), &[2, 4, 8])).expect("points");
        near(fit.serial, 0.07, 1e-12);
        near(fit.misfit.expect("three points for one parameter"), 0.0, 1e-12);
        let fit = fit_universal(&points(|n| universal(0.05, 0.002, n), &[2, 4, 8, 16]));
        let fit = fit.expect("points");
        near(fit.serial, 0.05, 1e-12);
        near(fit.coherence.expect("a coherence"), 0.002, 1e-12);
        // sqrt(0.95 / 0.002)
        near(fit.most_useful_threads().expect("a maximum"), 21.794, 1e-3);
    }

    #[test]
    fn two_points_do_not_identify_the_universal_law() {
        assert_eq!(fit_universal(&points(|n| universal(0.05, 0.002, n), &[2, 4])), None);
    }

    #[test]
    fn noise_of_two_per_cent_moves_the_fraction_by_about_as_much() {
        let mut draws = normals(3);
        for _ in 0..200 {
            let mut noisy = points(|n| amdahl(0.1, n), &[2, 4, 8, 16]);
            for point in &mut noisy {
                point.speed_up *= 1.0 + 0.02 * draws.next_normal();
            }
            let fit = fit_amdahl(&noisy).expect("points");
            // An error of 2 % at 16 threads, S = 6.4, moves n/S - 1 by 0.05 over n - 1 = 15: 0.0033 a
            // standard deviation; four of them in 200 draws.
            near(fit.serial, 0.1, 0.014);
            assert!(fit.misfit.expect("a residual") < 0.12);
        }
    }

    // Gustafson 1988, "Reevaluating Amdahl's law": 1,024 processors and serial shares of the parallel time
    // of 0.4 and 0.8 per cent, for which it reports 1,020 and 1,016 times.
    #[test]
    fn gustafsons_own_figures_are_met() {
        for (serial_share, published) in [(0.004, 1_020.0), (0.008, 1_016.0)] {
            let parallel = (1.0 - serial_share) * 1_024.0;
            near(gustafson(serial_share, parallel, 1_024), published, 1.0);
        }
    }

    #[test]
    fn gustafsons_speed_up_is_the_time_on_one_thread_over_the_time_on_many() {
        near(gustafson(1.0, 8.0, 4), 9.0 / 3.0, 1e-12);
    }
}
