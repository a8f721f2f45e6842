//! From estimates, which are floating-point, to whole numbers of iterations and to durations.

use std::time::Duration;

/// The whole part of an estimate; 0 below 0 and for NaN, the largest number above it.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what an estimate wants"
)]
pub(crate) fn whole(estimate: f64) -> u64 {
    estimate as u64
}

/// A time given in nanoseconds.
pub(crate) fn nanoseconds(estimate: f64) -> Duration {
    Duration::from_nanos(whole(estimate))
}
