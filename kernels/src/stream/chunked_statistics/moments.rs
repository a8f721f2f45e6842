//! Count, mean, squared deviations and range of some values, and of two sets of them together.

use multiversion::multiversion;
use multiversion::target::match_target;

use crate::support::lanes::{LANES, Lanes, mul_add};

/// What is known of values that are no longer there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// How many values.
    pub count: u64,
    /// How many of them are finite; mean and squares are theirs.
    finite: u64,
    mean: f64,
    /// Squared differences from the mean, summed.
    squares: f64,
    /// The sum of what is not finite: 0, an infinity, or NaN where both were seen.
    infinite: f64,
    /// The least value; infinite where there is none.
    min: f64,
    /// The greatest value; minus infinity where there is none.
    max: f64,
}

/// Of no values.
impl Default for Moments {
    fn default() -> Self {
        Self {
            count: 0,
            finite: 0,
            mean: 0.0,
            squares: 0.0,
            infinite: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }
}

impl Moments {
    /// Adds a value that is not NaN (Welford, "Note on a method for calculating corrected sums of
    /// squares and products", 1962).
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        self.min = if value < self.min { value } else { self.min };
        self.max = if value > self.max { value } else { self.max };
        if value.is_infinite() {
            self.infinite += value;
            return;
        }
        self.finite += 1;
        let difference = value - self.mean;
        self.mean += difference / self.finite as f64;
        self.squares += difference * (value - self.mean);
    }

    /// The moments of values that are there at once, none of them NaN: two passes and no division
    /// a value.
    pub fn of(values: &[f64]) -> Self {
        let Some(moments) = of_finite(values) else {
            let mut moments = Self::default();
            for value in values {
                moments.push(*value);
            }
            return moments;
        };
        moments
    }

    /// Adds the values of another (Chan, Golub and `LeVeque`, "Algorithms for computing the sample
    /// variance: analysis and recommendations", 1983).
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.infinite += other.infinite;
        self.min = if other.min < self.min { other.min } else { self.min };
        self.max = if other.max > self.max { other.max } else { self.max };
        if other.finite == 0 {
            return;
        }
        let (own, others) = (self.finite as f64, other.finite as f64);
        let share = others / (own + others);
        let difference = other.mean - self.mean;
        self.finite += other.finite;
        self.mean += difference * share;
        self.squares += other.squares + difference * difference * own * share;
    }

    /// Mean, deviation with divisor n - 1, least and greatest: NaN where there are none, or too few.
    pub fn summary(&self) -> [f64; 4] {
        if self.count == 0 {
            return [f64::NAN; 4];
        }
        let is_finite = self.count == self.finite;
        let mean = if is_finite { self.mean } else { self.infinite };
        let std = if is_finite && self.count > 1 {
            (self.squares / (self.count - 1) as f64).sqrt()
        } else {
            f64::NAN
        };
        [mean, std, self.min, self.max]
    }
}

/// None where there are no values or their sum is not finite.
#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2+fma", "aarch64+neon"))]
fn of_finite(values: &[f64]) -> Option<Moments> {
    match_target! {
        "x86_64+avx512f" => two_passes::<true>(values),
        "x86_64+avx2+fma" => two_passes::<true>(values),
        "aarch64+neon" => two_passes::<true>(values),
        _ => two_passes::<false>(values),
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn two_passes<const FUSED: bool>(values: &[f64]) -> Option<Moments> {
    let &first = values.first()?;
    let (chunks, rest) = values.as_chunks::<LANES>();
    let lesser = |a: f64, b: f64| if b < a { b } else { a };
    let greater = |a: f64, b: f64| if b > a { b } else { a };

    // Differences from the first value: where the mean is large, its digits are not spent on it.
    let (mut sums, mut minima, mut maxima): (Lanes, Lanes, Lanes) =
        ([0.0; LANES], [first; LANES], [first; LANES]);
    for chunk in chunks {
        for l in 0..LANES {
            sums[l] += chunk[l] - first;
            minima[l] = lesser(minima[l], chunk[l]);
            maxima[l] = greater(maxima[l], chunk[l]);
        }
    }
    let count = values.len() as f64;
    let sum = sums.iter().sum::<f64>() + rest.iter().map(|value| value - first).sum::<f64>();
    if !sum.is_finite() {
        return None;
    }
    let mean = first + sum / count;

    let (mut squares, mut left): (Lanes, Lanes) = ([0.0; LANES], [0.0; LANES]);
    for chunk in chunks {
        for l in 0..LANES {
            let difference = chunk[l] - mean;
            squares[l] = mul_add::<FUSED>(difference, difference, squares[l]);
            left[l] += difference;
        }
    }
    let (mut squares, mut left) = (squares.iter().sum::<f64>(), left.iter().sum::<f64>());
    for value in rest {
        let difference = value - mean;
        squares += difference * difference;
        left += difference;
    }
    Some(Moments {
        count: values.len() as u64,
        finite: values.len() as u64,
        // What the mean's rounding left over is a better mean, and is taken out of the squares.
        mean: mean + left / count,
        squares: squares - left * left / count,
        infinite: 0.0,
        min: minima.iter().chain(rest).copied().fold(first, lesser),
        max: maxima.iter().chain(rest).copied().fold(first, greater),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_without_fused_operations_gives_the_same_moments() {
        let values = amdahl::Rng::new(1).vector(67);
        let fused = two_passes::<true>(&values).expect("finite values");
        let plain = two_passes::<false>(&values).expect("finite values");
        for (fused, plain) in fused.summary().iter().zip(plain.summary()) {
            assert!((fused - plain).abs() < 1e-14, "{fused} and {plain}");
        }
    }

    #[test]
    fn one_by_one_at_once_and_merged_are_the_same() {
        let mean = 1e6;
        let values: Vec<f64> =
            amdahl::Rng::new(2).vector(1_001).iter().map(|value| mean + 1e-3 * value).collect();
        let mut pushed = Moments::default();
        for value in &values {
            pushed.push(*value);
        }
        let mut merged = Moments::default();
        values.chunks(7).for_each(|chunk| merged.merge(&Moments::of(chunk)));
        let at_once = Moments::of(&values).summary();
        for other in [pushed.summary(), merged.summary()] {
            // A rounding of the mean, 1e-10, is what a difference of 1e-3 can be off by.
            for (own, other) in at_once.iter().zip(other) {
                assert!((own - other).abs() < 1e-9, "{own} and {other}");
            }
            assert!((at_once[1] - other[1]).abs() < 1e-7 * at_once[1]);
        }
    }
}
