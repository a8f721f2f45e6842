//! Every statistic of the project: small functions over slices of samples.
//!
//! They live here and nowhere else, so that a report, the gate and the terminal can never disagree
//! about what a median is. Nothing here knows of kernels, cases or units: a caller brings numbers
//! and gets numbers. Where randomness is needed it comes from a generator of fixed seed, so the
//! same samples always give the same answer.

pub mod amdahl;
mod binomial;
mod bootstrap;
mod change_point;
mod crossover;
mod describe;
mod exponent;
mod growth;
mod interval;
mod normal;
mod order;
mod ratio;
pub mod scaling;
mod shift;
mod slope;
mod wilcoxon;

pub use binomial::binomial_interval;
pub use bootstrap::{RESAMPLES, SEED};
pub use change_point::{ChangePoint, LEAST_LEVEL, change_points};
pub use crossover::{Crossover, crossover};
pub use describe::{
    geometric_mean, mean, median, median_absolute_deviation, quantile, relative_dispersion,
    relative_range, variance,
};
pub use exponent::exponent;
pub use growth::{Fit, Law, Point, possible_laws};
pub use interval::{CONFIDENCE, Interval};
pub use normal::{normal_quantile, normal_tail};
pub use order::{median_interval, median_interval_at};
pub use ratio::{paired_ratio, paired_ratio_at, unpaired_ratio};
pub use shift::{
    EFFECT_CONFIDENCE, POWER, hodges_lehmann, hodges_lehmann_interval, smallest_effect,
};
pub use slope::{slope_over_rounds, theil_sen};
pub use wilcoxon::{holm, wilcoxon_signed_rank};
