//! The tail of the normal distribution, for the approximations that need it.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Where the power series of erf hands over to the continued fraction of erfc: below it the series
/// loses no digits to cancellation, above it the fraction converges in few terms.
const SERIES_BELOW: f64 = 2.0;

/// Deviations from the mean between which a quantile is looked for: beyond, `1 - p` is all rounding.
const FARTHEST: f64 = 8.0;

/// Halvings of that interval until it is as narrow as a float is exact.
const HALVINGS: u32 = 56;

/// Terms of the continued fraction: enough for 1e-14 from [`SERIES_BELOW`] up.
const FRACTION_TERMS: u32 = 120;

/// `P(Z > z)` of a standard normal variable (Abramowitz and Stegun 1964, 7.1.5 and 7.1.14).
pub fn normal_tail(z: f64) -> f64 {
    0.5 * erfc(z * FRAC_1_SQRT_2)
}

/// The `z` with `P(Z <= z) = p` of a standard normal variable, by halving an interval of its tail;
/// beyond 1e-15 of either end it stays there.
pub fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-FARTHEST, FARTHEST);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if normal_tail(middle) > 1.0 - p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

fn erfc(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x < 0.0 {
        return 2.0 - erfc(-x);
    }
    if x < SERIES_BELOW {
        let mut term = x;
        let mut sum = x;
        let mut n = 0.0;
        while term.abs() > f64::EPSILON * sum.abs() * 0.1 {
            n += 1.0;
            term *= -x * x / n;
            sum += term / (2.0 * n + 1.0);
        }
        return 1.0 - 2.0 / PI.sqrt() * sum;
    }
    let mut fraction = x;
    for k in (1..=FRACTION_TERMS).rev() {
        fraction = x + f64::from(k) / 2.0 / fraction;
    }
    (-x * x).exp() / (PI.sqrt() * fraction)
}

/// Standard normal numbers for simulations, by Box and Muller 1958.
#[cfg(test)]
pub(super) struct Normals(rand_chacha::ChaCha8Rng);

#[cfg(test)]
pub(super) fn normals(seed: u64) -> Normals {
    Normals(rand::SeedableRng::seed_from_u64(seed))
}

#[cfg(test)]
impl Normals {
    pub(super) fn next_uniform(&mut self) -> f64 {
        use rand::Rng as _;
        (self.0.next_u64() >> 11) as f64 * 2.0_f64.powi(-53)
    }

    pub(super) fn next_normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.next_uniform()).ln()).sqrt();
        radius * (2.0 * PI * self.next_uniform()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy.stats.norm.sf(z), SciPy 1.17.1.
    #[test]
    fn the_tail_is_scipys() {
        let published = [
            (-1.0, 0.841_344_746_068_542_9),
            (0.0, 0.5),
            (0.5, 0.308_537_538_725_986_9),
            (1.96, 0.024_997_895_148_220_435),
            (2.5, 0.006_209_665_325_776_132),
            (3.0, 0.001_349_898_031_630_093_3),
            (5.0, 2.866_515_718_791_933e-7),
            (8.0, 6.220_960_574_271_74e-16),
        ];
        for (z, want) in published {
            let got = normal_tail(z);
            assert!((got - want).abs() <= 1e-11 * want, "z = {z}: {got} is not {want}");
        }
        assert!(normal_tail(f64::NAN).is_nan());
    }

    // scipy.stats.norm.ppf(p), SciPy 1.17.1.
    #[test]
    fn the_quantile_is_scipys() {
        let published = [
            (0.5, 0.0),
            (0.9, 1.281_551_565_544_600_4),
            (0.975, 1.959_963_984_540_054),
            (0.995, 2.575_829_303_548_900_4),
            (0.005, -2.575_829_303_548_901),
        ];
        for (p, want) in published {
            let got = normal_quantile(p);
            assert!((got - want).abs() <= 1e-10, "p = {p}: {got} is not {want}");
        }
    }
}
