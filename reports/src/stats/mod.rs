//! Every statistic of the project: small functions over slices of samples.
//!
//! They live here and nowhere else, so that a report, the gate and the terminal can never disagree
//! about what a median is. Nothing here knows of kernels, cases or units: a caller brings numbers
//! and gets numbers. Where randomness is needed it comes from a generator of fixed seed, so the
//! same samples always give the same answer.

pub mod amdahl;
mod bootstrap;
mod describe;
mod interval;
mod normal;
mod order;
mod ratio;
mod shift;
mod wilcoxon;

pub use bootstrap::{RESAMPLES, SEED};
pub use describe::{
    Outliers, mean, median, median_absolute_deviation, outliers, quantile, relative_dispersion,
    sample_deviation,
};
pub use interval::{CONFIDENCE, Interval};
pub use normal::normal_tail;
pub use order::median_interval;
pub use ratio::{paired_ratio, unpaired_ratio};
pub use shift::{hodges_lehmann, hodges_lehmann_interval, hodges_lehmann_shift};
pub use wilcoxon::{holm, wilcoxon_signed_rank};
