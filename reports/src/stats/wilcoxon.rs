//! Wilcoxon's signed-rank test, and Holm's adjustment for asking several questions at once.

use super::normal::normal_tail;

/// Up to how many differences the exact distribution is used where there are no ties, as in `SciPy`.
pub(super) const EXACT_UP_TO: usize = 50;

/// The two-sided p-value that paired differences are symmetric about 0 (Wilcoxon 1945).
///
/// Zeros are dropped first. Without ties and up to 50 differences the distribution is exact
/// (Hollander, Wolfe and Chicken 2014, section 3.1), else normal with the tie correction and no
/// continuity correction. It is 1 where no difference is left. A NaN counts as no difference.
pub fn wilcoxon_signed_rank(differences: &[f64]) -> f64 {
    let mut by_size: Vec<f64> =
        differences.iter().copied().filter(|d| *d != 0.0 && !d.is_nan()).collect();
    by_size.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));
    let n = by_size.len();
    if n == 0 {
        return 1.0;
    }
    let mut positive = 0.0;
    let mut tie_correction = 0.0;
    let mut rank = 0;
    for tied in by_size.chunk_by(|a, b| a.abs() == b.abs()) {
        let size = tied.len() as f64;
        let mean_rank = rank as f64 + f64::midpoint(size, 1.0);
        positive += mean_rank * tied.iter().filter(|d| **d > 0.0).count() as f64;
        tie_correction += size.powi(3) - size;
        rank += tied.len();
    }
    if n <= EXACT_UP_TO && tie_correction == 0.0 {
        return exact_two_sided(n, positive);
    }
    let n = n as f64;
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - tie_correction / 48.0;
    let z = (positive - n * (n + 1.0) / 4.0) / variance.sqrt();
    (2.0 * normal_tail(z.abs())).min(1.0)
}

/// Twice the smaller tail of the rank sum's distribution: how many of the `2^n` sign patterns give
/// a sum as far out.
fn exact_two_sided(n: usize, positive: f64) -> f64 {
    let ways = sign_patterns(n);
    let smaller = positive.min((ways.len() - 1) as f64 - positive);
    let tail: f64 =
        ways.iter().enumerate().filter(|(sum, _)| *sum as f64 <= smaller).map(|w| w.1).sum();
    (2.0 * tail / (n as f64).exp2()).min(1.0)
}

/// How many of the `2^n` sign patterns give each sum of positive ranks, from 0 to `n (n + 1) / 2`.
pub(super) fn sign_patterns(n: usize) -> Vec<f64> {
    let largest = n * (n + 1) / 2;
    let mut ways = vec![0.0_f64; largest + 1];
    ways[0] = 1.0;
    for rank in 1..=n {
        for sum in (rank..=largest).rev() {
            ways[sum] += ways[sum - rank];
        }
    }
    ways
}

/// Holm's step-down adjustment (Holm 1979): p-values, in the order given, such that
/// reporting those below a level keeps the chance of any false report below it.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (step, &index) in order.iter().enumerate() {
        let remaining = (p_values.len() - step) as f64;
        largest = largest.max((remaining * p_values[index]).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, want: f64) {
        assert!((got - want).abs() <= 1e-10 * want, "{got} is not {want}");
    }

    // Wilcoxon 1945's plant heights, in scipy.stats.wilcoxon's documentation: exact p = 0.041259765625.
    #[test]
    fn the_exact_p_value_is_scipys() {
        let d = [
            6.0, 8.0, 14.0, 16.0, 23.0, 24.0, 28.0, 29.0, 41.0, -48.0, 49.0, 56.0, 60.0, -67.0,
            75.0,
        ];
        near(wilcoxon_signed_rank(&d), 0.041_259_765_625);
    }

    // scipy.stats.wilcoxon([1.5, 2.5, -0.5, 3.5, 4.5, -6.5, 7.5]), SciPy 1.17.1: p = 0.296875.
    #[test]
    fn seven_pairs_are_tested_exactly() {
        near(wilcoxon_signed_rank(&[1.5, 2.5, -0.5, 3.5, 4.5, -6.5, 7.5]), 0.296_875);
    }

    // scipy.stats.wilcoxon(d, method="approx", zero_method="wilcox"), SciPy 1.17.1.
    #[test]
    fn ties_and_zeros_go_to_the_corrected_normal() {
        let d = [1.0, 1.0, -2.0, 3.0, 3.0, 3.0, -4.0, 5.0, 0.0, 6.0, 7.0, -1.0];
        near(wilcoxon_signed_rank(&d), 0.089_881_523_994_362_39);
    }

    // scipy.stats.wilcoxon(d), SciPy 1.17.1, which turns to the normal above 50 differences too.
    #[test]
    fn many_pairs_go_to_the_normal() {
        let d: Vec<f64> = (0..60)
            .map(|i| {
                f64::from((i * 37) % 101 - 35) + f64::from(i % 7) * 0.01 + f64::from(i) * 0.0001
            })
            .collect();
        near(wilcoxon_signed_rank(&d), 0.000_923_929_818_566_598_1);
    }

    // Holm 1979's procedure on R's documentation example: p.adjust(c(0.01, 0.02, 0.03, 0.04), "holm").
    #[test]
    fn holm_keeps_order_and_is_monotone() {
        let adjusted = holm(&[0.03, 0.01, 0.04, 0.02]);
        for (got, want) in adjusted.iter().zip([0.06, 0.04, 0.06, 0.06]) {
            near(*got, want);
        }
        assert_eq!(holm(&[0.7, 0.9]), vec![1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn nothing_different_is_no_evidence() {
        assert_eq!(wilcoxon_signed_rank(&[0.0; 9]), 1.0);
        assert_eq!(wilcoxon_signed_rank(&[]), 1.0);
        assert_eq!(wilcoxon_signed_rank(&[1.0]), 1.0);
    }
}
