//! A stage alone: its reference and another variant in turn, on the value that the reference's stages
//! before it make.
//!
//! What is alone finds its input in the caches and the allocator as its own last call left it. So a
//! ratio of the two is a promise, which the swapped pipeline keeps or does not.

use amdahl_reports::{Measurement, Metric, Series};

use super::clock::Laps;
use crate::declare::Prepared;

/// Times the swapped stage of a case alone, `rounds` times each side; none where none is swapped.
pub(crate) fn measure(case: &mut dyn Prepared, rounds: u64) -> Option<Measurement> {
    let (mut reference, mut swapped) = (Laps::new(), Laps::new());
    if !case.alone(rounds, [&mut reference, &mut swapped]) {
        return None;
    }
    let series = vec![
        Series::single(Metric::STAGE_REFERENCE_TIME, reference.into_ns()),
        Series::single(Metric::STAGE_SWAPPED_TIME, swapped.into_ns()),
    ];
    Some(Measurement { series, ..Measurement::default() })
}
