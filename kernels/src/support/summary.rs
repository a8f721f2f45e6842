//! What cleaning knows of a column of numbers: its median, and the range beyond which values lie
//! too far out.

/// How many standard deviations from the mean a value may be.
const DEVIATIONS: f64 = 3.0;

/// The median of values of which none is NaN; NaN of nothing, and between the two infinities.
///
/// # Panics
/// Never: a rank within the values exists.
pub fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let (lower, upper) = ((values.len() - 1) / 2, values.len() / 2);
    let (below, &mut high, _) = values.select_nth_unstable_by(upper, f64::total_cmp);
    if lower == upper {
        return high;
    }
    let low = below.iter().copied().max_by(f64::total_cmp).expect("a lower rank exists");
    f64::midpoint(low, high)
}

/// The range of values that are no outliers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    mean: f64,
    reach: f64,
}

impl Range {
    /// From the sums of the values and of their squared differences from the mean; the divisor of
    /// the variance is n - 1.
    pub fn new(count: usize, mean: f64, squares: f64) -> Self {
        Self { mean, reach: DEVIATIONS * (squares / (count as f64 - 1.0)).sqrt() }
    }

    /// Whether a value is beyond; nothing is beyond where the deviation is NaN or 0.
    #[inline]
    pub fn excludes(self, value: f64) -> bool {
        self.reach > 0.0 && (value - self.mean).abs() > self.reach
    }
}
