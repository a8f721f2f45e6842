//! The ladder: what each step of optimisation gave over the one before.

use super::row::CaseRow;
use super::timing::Ratio;
use super::{SizeSummary, by_time};
use crate::stats::Interval;
use crate::{CaseId, Rung};

/// One rung that a kernel has reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The rung.
    pub rung: Rung,
    /// The fastest case on it.
    pub case: CaseId,
    /// Its time, in nanoseconds.
    pub time_ns: Interval,
    /// The time of the rung before over its own; none on the lowest.
    pub gain: Option<Ratio>,
    /// The reference's time over its own; none on the reference, or without one.
    pub total: Option<Ratio>,
}

/// The best agreed case of each rung, lowest rung first.
pub(super) fn climb(size: &SizeSummary) -> Vec<Step> {
    let best: Vec<&CaseRow> = Rung::ALL.iter().filter_map(|rung| best_on(*rung, size)).collect();
    let reference = best.first().filter(|row| row.rung == Rung::Reference).copied();
    let mut before = None;
    let mut steps = Vec::new();
    for row in best {
        let Some(timing) = &row.timing else { continue };
        steps.push(Step {
            rung: row.rung,
            case: row.case.clone(),
            time_ns: timing.time_ns,
            gain: before.and_then(|before| row.speed_up_over(before)),
            total: reference
                .filter(|reference| reference.case != row.case)
                .and_then(|reference| row.speed_up_over(reference)),
        });
        before = Some(row);
    }
    steps
}

fn best_on(rung: Rung, size: &SizeSummary) -> Option<&CaseRow> {
    size.rows
        .iter()
        .filter(|row| row.rung == rung && row.timing.is_some())
        .min_by(|a, b| by_time(a, b))
}
