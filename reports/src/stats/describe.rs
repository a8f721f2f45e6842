//! Location and spread of one set of samples.
//!
//! Quantiles are of type 7 (Hyndman and Fan 1996), as in `NumPy`, R and criterion. A set that is
//! too small for a statistic gives `None`, never 0 and never a panic; NaN sorts last.

/// Scales a median absolute deviation to the standard deviation of a normal distribution:
/// `1 / Phi^-1(3/4)` (Rousseeuw and Croux 1993, section 1).
const MAD_TO_DEVIATION: f64 = 1.482_602_218_505_602;

/// The samples in increasing order, NaN last.
pub(super) fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The type 7 quantile of samples already in increasing order; `None` where there are none.
pub(super) fn quantile_of_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = p.clamp(0.0, 1.0) * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..=last")]
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    let weight = position - below as f64;
    if weight == 0.0 || sorted[below] == sorted[above] {
        return Some(sorted[below]);
    }
    Some(sorted[below] * (1.0 - weight) + sorted[above] * weight)
}

/// The `p`-quantile, `p` from 0 to 1, type 7; `None` where there are no samples.
pub fn quantile(samples: &[f64], p: f64) -> Option<f64> {
    quantile_of_sorted(&sorted(samples), p)
}

/// The median; `None` where there are no samples.
pub fn median(samples: &[f64]) -> Option<f64> {
    quantile(samples, 0.5)
}

/// The arithmetic mean; `None` where there are no samples.
pub fn mean(samples: &[f64]) -> Option<f64> {
    (!samples.is_empty()).then(|| samples.iter().sum::<f64>() / samples.len() as f64)
}

/// The geometric mean; `None` where there are no samples, or one is not positive and finite.
pub fn geometric_mean(samples: &[f64]) -> Option<f64> {
    let logs: Vec<f64> = samples.iter().map(|sample| sample.ln()).collect();
    mean(&logs).filter(|log| log.is_finite()).map(f64::exp)
}

/// The range of positive samples over their median; `None` below two samples or at a median of 0.
pub fn relative_range(samples: &[f64]) -> Option<f64> {
    let sorted = sorted(samples);
    let centre = quantile_of_sorted(&sorted, 0.5).filter(|centre| *centre != 0.0)?;
    let [least, .., most] = sorted.as_slice() else { return None };
    Some((most - least) / centre)
}

/// The unbiased variance; `None` below two samples.
pub fn variance(samples: &[f64]) -> Option<f64> {
    let centre = mean(samples).filter(|_| samples.len() > 1)?;
    let squares = samples.iter().map(|x| (x - centre).powi(2)).sum::<f64>();
    Some(squares / (samples.len() - 1) as f64)
}

/// The median of the distances from the median, unscaled; `None` where there are no samples.
pub fn median_absolute_deviation(samples: &[f64]) -> Option<f64> {
    let centre = median(samples)?;
    let distances: Vec<f64> = samples.iter().map(|x| (x - centre).abs()).collect();
    median(&distances)
}

/// The noise of a set of positive samples: its median absolute deviation, scaled to a standard
/// deviation (Rousseeuw and Croux 1993, section 1), over its median. `None` below two samples or
/// where the median is 0.
pub fn relative_dispersion(samples: &[f64]) -> Option<f64> {
    let centre = median(samples)?;
    if samples.len() < 2 || centre == 0.0 {
        return None;
    }
    Some(MAD_TO_DEVIATION * median_absolute_deviation(samples)? / centre.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variance_is_unbiased_and_needs_two() {
        assert_eq!(variance(&[1.0, 3.0, 5.0]), Some(4.0));
        assert_eq!(variance(&[7.0]), None);
    }

    const MEAN: f64 = 7.1875;
    const MAD: f64 = 1.9;
    const X: [f64; 8] = [2.1, 3.7, 1.0, 9.5, 4.4, 4.6, 2.2, 30.0];

    fn near(got: Option<f64>, want: f64) {
        let got = got.expect("a statistic");
        assert!((got - want).abs() <= 1e-12 * want.abs().max(1.0), "{got} is not {want}");
    }

    #[test]
    fn a_geometric_mean_is_the_root_of_the_product_and_none_of_what_is_not_positive() {
        // 2 * 8 = 4^2.
        assert!((geometric_mean(&[2.0, 8.0]).expect("two") - 4.0).abs() < 1e-12);
        assert_eq!(geometric_mean(&[]), None);
        assert_eq!(geometric_mean(&[1.0, 0.0]), None);
        assert_eq!(geometric_mean(&[1.0, -1.0]), None);
    }

    #[test]
    fn the_relative_range_needs_two_samples() {
        assert_eq!(relative_range(&[4.0, 2.0, 3.0, 1.0, 2.0]), Some(1.5));
        assert_eq!(relative_range(&[4.0]), None);
        assert_eq!(relative_range(&[-1.0, 0.0, 1.0]), None);
    }

    // numpy 2: np.quantile(X, q), method "linear".
    #[test]
    fn quantiles_are_numpys() {
        near(quantile(&X, 0.25), 2.175);
        near(quantile(&X, 0.5), 4.05);
        near(quantile(&X, 0.75), 5.825);
        near(quantile(&X, 0.9), 15.65);
        near(quantile(&X, 0.0), 1.0);
        near(quantile(&X, 1.0), 30.0);
    }

    // np.mean(X); scipy.stats.median_abs_deviation(X), SciPy 1.17.1.
    #[test]
    fn mean_and_mad_are_scipys() {
        near(mean(&X), MEAN);
        near(median_absolute_deviation(&X), MAD);
        near(relative_dispersion(&X), MAD_TO_DEVIATION * MAD / 4.05);
    }

    #[test]
    fn too_few_samples_give_no_statistic() {
        assert_eq!(median(&[]), None);
        assert_eq!(mean(&[]), None);
        assert_eq!(relative_dispersion(&[1.0]), None);
        assert_eq!(relative_dispersion(&[0.0, 0.0]), None);
    }

    #[test]
    fn infinite_samples_do_not_make_the_median_nan() {
        assert_eq!(median(&[f64::INFINITY, f64::INFINITY, 1.0]), Some(f64::INFINITY));
    }
}
