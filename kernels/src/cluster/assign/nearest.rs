//! The nearest of k centroids from squared distances that may be off by rounding: candidates that
//! rounding could have exchanged are measured again, as the reference measures them.
//!
//! How far apart the two may be. Let x and c be moved by the same centre, R = |x| + max |c|, and
//! u = ε/2. To first order in u, and whatever the order of summation, fused or not:
//!
//! - |c|² and 2x·c from d products each, and the three terms' sum: (d + 5) u R².
//! - The moved coordinates are rounded, which changes x - c by u R at most and its square by 3u R².
//! - The reference's own sum of d squared differences: (d + 2) u R².
//!
//! A squared distance is thus off by (2d + 10) u R², the difference of two by (2d + 10) ε R²;
//! [`slack`] allows 6ε R² more for what is of second order and for its own rounding. |x|² is
//! common to all centroids and so may be left out, or be off.

use amdahl::Matrix;
use multiversion::multiversion;

use crate::cluster::pairwise_distance::expand::{HUGE, TINY};
use crate::cluster::pairwise_distance::tiled::is_finite;
use crate::support::lanes::{LANES, Lanes};

/// The squared distance as the reference computes it: differences, in order.
pub fn squared(x: &[f64], c: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, c) in x.iter().zip(c) {
        let difference = x - c;
        sum += difference * difference;
    }
    sum
}

/// The index of the smallest of the squared distances of `among`, the first of equal ones; NaN is
/// never the smallest, and where nothing else is, the index is 0.
pub fn smallest(among: impl Iterator<Item = (usize, f64)>) -> usize {
    let mut nearest = (0, f64::NAN);
    for (j, squared) in among {
        if squared < nearest.1 || (nearest.1.is_nan() && !squared.is_nan()) {
            nearest = (j, squared);
        }
    }
    nearest.0
}

/// By how much the difference of two squared distances of a point may be off; infinite where
/// nothing is known, as when a square overflows, underflows or is NaN.
pub fn slack(d: usize, x_square: f64, c_square: f64) -> f64 {
    let reach = x_square.sqrt() + c_square.sqrt();
    let square = reach * reach;
    if square > TINY && square < HUGE {
        (2.0 * d as f64 + 16.0) * f64::EPSILON * square
    } else {
        f64::INFINITY
    }
}

/// The largest |c|² of the centroids that are finite; `square` tells one's.
pub fn largest(c: &Matrix, square: impl Fn(usize) -> f64) -> f64 {
    let finite = (0..c.rows()).filter(|&j| is_finite(c.row(j)));
    finite.map(square).fold(0.0, f64::max)
}

/// The nearest centroid of a point whose squared distances, less anything common to all, are
/// `approximate`, and whose differences are off by `slack` at most; `again` measures one.
pub fn nearest(approximate: &[f64], slack: f64, again: impl Fn(usize) -> f64) -> usize {
    let lowest = lowest(approximate);
    if !(lowest.is_finite() && slack.is_finite()) {
        return smallest((0..approximate.len()).map(|j| (j, again(j))));
    }
    let (count, place) = within(approximate, lowest + slack);
    if count == 1 {
        return place;
    }
    let candidates = approximate.iter().enumerate().filter(|(_, value)| **value <= lowest + slack);
    smallest(candidates.map(|(j, _)| (j, again(j))))
}

/// The smallest value that is not NaN; infinite if there is none.
#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2+fma", "aarch64+neon"))]
fn lowest(values: &[f64]) -> f64 {
    let (whole, rest) = values.as_chunks::<LANES>();
    let lower = |a: f64, b: f64| if b < a { b } else { a };
    let mut lowest: Lanes = [f64::INFINITY; LANES];
    for values in whole {
        for l in 0..LANES {
            lowest[l] = lower(lowest[l], values[l]);
        }
    }
    lowest.iter().chain(rest).copied().fold(f64::INFINITY, lower)
}

/// How many values are at most `bound`, and the place of the only one if it is one.
#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2+fma", "aarch64+neon"))]
fn within(values: &[f64], bound: f64) -> (usize, usize) {
    let (whole, rest) = values.as_chunks::<LANES>();
    let [mut counts, mut chunks] = [[0_usize; LANES]; 2];
    for (chunk, values) in (0..).zip(whole) {
        for l in 0..LANES {
            let hit = values[l] <= bound;
            counts[l] += usize::from(hit);
            chunks[l] += if hit { chunk } else { 0 };
        }
    }
    let mut found = (0, 0);
    for l in 0..LANES {
        if counts[l] > 0 {
            found = (found.0 + counts[l], chunks[l] * LANES + l);
        }
    }
    for (at, value) in rest.iter().enumerate() {
        if *value <= bound {
            found = (found.0 + 1, whole.len() * LANES + at);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_candidates_within_the_slack_are_measured_again() {
        let approximate = [4.0, 1.0 + 1e-9, 3.0, 1.0, f64::NAN];
        let exact = |j: usize| match j {
            1 => 0.5,
            3 => 0.75,
            other => panic!("{other} is no candidate"),
        };
        assert_eq!(nearest(&approximate, 1e-8, exact), 1);
        assert_eq!(nearest(&approximate, 1e-10, |j| panic!("{j} is no candidate")), 3);
    }

    #[test]
    fn a_nearest_of_many_is_found_in_any_lane_and_beyond_whole_lanes() {
        for place in 0..2 * LANES + 3 {
            let mut approximate = [2.0; 2 * LANES + 3];
            approximate[place] = 1.0;
            assert_eq!(nearest(&approximate, 0.5, |j| panic!("{j} is no candidate")), place);
        }
    }
}
