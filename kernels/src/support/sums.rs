//! Sums of contiguous values and of the columns of rows, in a form that vectorises.
//!
//! Both are inlined into a caller marked `#[multiversion(…)]`. Several strands of additions run
//! beside each other, so that none waits for the one before: a sum of n values has at most n
//! roundings, in whatever order.

use super::lanes::{LANES, Lanes};

/// Registers of partial sums that run beside each other.
const STRANDS: usize = 4;

/// The sum of all values; 0 of none.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
pub fn sum(x: &[f64]) -> f64 {
    let mut sums: [Lanes; STRANDS] = [[0.0; LANES]; STRANDS];
    let (whole, rest) = x.as_chunks::<{ STRANDS * LANES }>();
    for x in whole {
        for (strand, sums) in sums.iter_mut().enumerate() {
            for l in 0..LANES {
                sums[l] += x[strand * LANES + l];
            }
        }
    }
    let [mut first, second, third, fourth] = sums;
    let (lanes, rest) = rest.as_chunks::<LANES>();
    for x in lanes {
        for l in 0..LANES {
            first[l] += x[l];
        }
    }
    let together = std::array::from_fn(|l| (first[l] + second[l]) + (third[l] + fourth[l]));
    lanes_sum(together) + rest.iter().sum::<f64>()
}

/// The sum of eight lanes, halves onto halves.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
pub fn lanes_sum(lanes: Lanes) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Adds to each of `sums` its column of `x`, whose rows begin every `stride` values and hold at
/// least as many as `sums`.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
pub fn add_columns(x: &[f64], stride: usize, sums: &mut [f64]) {
    let cols = sums.len();
    // Four rows at a time: the sums are loaded and stored once for all of them.
    let mut fours = x.chunks(4 * stride.max(1));
    for rows in &mut fours {
        if rows.len() <= 3 * stride {
            for row in rows.chunks(stride.max(1)) {
                for (sum, x) in sums.iter_mut().zip(&row[..cols]) {
                    *sum += x;
                }
            }
            continue;
        }
        let (first, rest) = rows.split_at(stride);
        let (second, rest) = rest.split_at(stride);
        let (third, fourth) = rest.split_at(stride);
        let [first, second, third, fourth] = [first, second, third, fourth].map(|row| &row[..cols]);
        for j in 0..cols {
            sums[j] += (first[j] + second[j]) + (third[j] + fourth[j]);
        }
    }
}
