//! Whether a case can have done its work in the time it took: one that cannot is not ranked.
//!
//! An agreement says that a result is right, not that it was computed under the clock. Two figures
//! tell: the machine's ceiling, and the first iteration after a fresh setup.

use super::ceiling::Ceiling;
use super::index::Index;
use super::row::{CaseRow, Status};
use super::timing::samples;
use crate::{Failure, FailureKind, Metric, format, measurer};

/// How many times the ceiling's rate is beyond doubt. A ceiling's own loop may be beaten by half, and
/// data may lie one level of cache nearer than declared, which is up to three times as fast.
const IMPOSSIBLE: f64 = 4.0;

/// How many times as long a first iteration after a fresh setup takes as the others where those do
/// not repeat its work. Pages that are touched for the first time cost two or three times as much.
const NOT_REPEATED: f64 = 10.0;

/// By how much it must be longer, in nanoseconds: waking threads and filling caches cost less.
const NOT_REPEATED_NS: f64 = 100_000.0;

/// Takes a row that skipped its work out of the ranking.
pub(super) fn refuse(row: &mut CaseRow, ceilings: &[Ceiling], index: &Index<'_>) {
    if row.status != Status::Agreed {
        return;
    }
    let found = beyond_the_ceiling(row, ceilings).or_else(|| not_repeated(row, index));
    if let Some((measurer, reason)) = found {
        let failure = Failure { kind: FailureKind::Idle, reason };
        row.status = Status::Failed { measurer: measurer.to_owned(), failure };
        row.timing = None;
        (row.gflops, row.gigabytes_per_s) = (None, None);
    }
}

fn beyond_the_ceiling(row: &CaseRow, ceilings: &[Ceiling]) -> Option<(&'static str, String)> {
    let ceiling = ceilings.iter().find(|ceiling| ceiling.threads == row.case.threads)?;
    let share = ceiling.share(row)?;
    share.interval.is_above(IMPOSSIBLE).then(|| {
        let times = format::ratio(share.interval.estimate);
        let reason = format!(
            "it is {times} as fast as the machine's ceiling allows for the work declared: the work \
             is not done under the clock, or the cost is declared wrong"
        );
        (measurer::CEILING, reason)
    })
}

fn not_repeated(row: &CaseRow, index: &Index<'_>) -> Option<(&'static str, String)> {
    let fresh = samples(index.measurement(&row.case, measurer::WORK)?, Metric::FRESH_TIME)?;
    let fresh_ns = fresh.into_iter().fold(f64::INFINITY, f64::min);
    let steady = row.timing.as_ref()?.time_ns;
    let is_longer =
        fresh_ns > NOT_REPEATED * steady.high && fresh_ns > steady.high + NOT_REPEATED_NS;
    (is_longer && fresh_ns.is_finite()).then(|| {
        let reason = format!(
            "an iteration takes {}, but {} right after a fresh setup: later iterations do not \
             repeat the work of the first",
            format::time(steady.estimate),
            format::time(fresh_ns)
        );
        (measurer::WORK, reason)
    })
}
