//! Power sums of a column about its mean, and what follows from them.

use multiversion::multiversion;
use multiversion::target::match_target;

use crate::support::lanes::{LANES, Lanes, mul_add};

/// Sums of the second, third and fourth powers of the differences from the mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PowerSums {
    /// How many values.
    pub count: f64,
    /// Their mean.
    pub mean: f64,
    /// The sums.
    pub powers: [f64; 3],
}

/// Deviation and shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Standard deviation, divisor n.
    pub std: f64,
    /// Biased skewness.
    pub skewness: f64,
    /// Biased excess kurtosis.
    pub kurtosis: f64,
}

impl PowerSums {
    /// Deviation and shape; the shape is NaN where the variance is no more than the rounding of
    /// the mean, as in `scipy.stats`.
    pub fn spread(&self) -> Spread {
        let [m2, m3, m4] = self.powers.map(|sum| sum / self.count);
        if m2 <= (f64::EPSILON * self.mean).powi(2) {
            return Spread { std: m2.sqrt(), skewness: f64::NAN, kurtosis: f64::NAN };
        }
        Spread { std: m2.sqrt(), skewness: m3 / m2.powf(1.5), kurtosis: m4 / (m2 * m2) - 3.0 }
    }
}

/// The mean from the sum of differences from the first value, or from the plain sum where an
/// infinity or NaN decides.
pub fn mean(first: f64, shifted: f64, plain: f64, count: f64) -> f64 {
    if shifted.is_finite() { first + shifted / count } else { plain / count }
}

/// Mean and power sums of a column that is not empty, in two passes.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
pub fn power_sums(column: &[f64]) -> PowerSums {
    let count = column.len() as f64;
    let mean = mean_of(column, count);
    let powers = match_target! {
        "x86_64+avx512f" => powers::<true>(column, mean),
        "x86_64+avx2+fma" => powers::<true>(column, mean),
        "aarch64+neon" => powers::<true>(column, mean),
        _ => powers::<false>(column, mean),
    };
    PowerSums { count, mean, powers }
}

/// Independent sums, so that no addition waits for the one before it.
const STRANDS: usize = 2 * LANES;

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn mean_of(column: &[f64], count: f64) -> f64 {
    let first = column[0];
    let (chunks, rest) = column.as_chunks::<STRANDS>();
    let mut sums = [0.0; STRANDS];
    for chunk in chunks {
        for s in 0..STRANDS {
            sums[s] += chunk[s] - first;
        }
    }
    let shifted = sums.iter().sum::<f64>() + rest.iter().map(|value| value - first).sum::<f64>();
    if shifted.is_finite() {
        mean(first, shifted, 0.0, count)
    } else {
        mean(first, shifted, column.iter().sum(), count)
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn powers<const FUSED: bool>(column: &[f64], mean: f64) -> [f64; 3] {
    let (chunks, rest) = column.as_chunks::<LANES>();
    let mut sums: [Lanes; 3] = [[0.0; LANES]; 3];
    for chunk in chunks {
        for l in 0..LANES {
            let difference = chunk[l] - mean;
            let square = difference * difference;
            sums[0][l] += square;
            sums[1][l] = mul_add::<FUSED>(square, difference, sums[1][l]);
            sums[2][l] = mul_add::<FUSED>(square, square, sums[2][l]);
        }
    }
    let mut totals = sums.map(|sums| sums.iter().sum::<f64>());
    for value in rest {
        let difference = value - mean;
        let square = difference * difference;
        totals[0] += square;
        totals[1] += square * difference;
        totals[2] += square * square;
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_without_fused_operations_gives_the_same_sums() {
        let column = amdahl::Rng::new(1).vector(67);
        let (fused, plain) = (powers::<true>(&column, 0.25), powers::<false>(&column, 0.25));
        for (fused, plain) in fused.iter().zip(plain) {
            assert!((fused - plain).abs() < 1e-12 * fused.abs().max(1.0), "{fused} and {plain}");
        }
    }
}
