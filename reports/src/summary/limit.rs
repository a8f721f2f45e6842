//! How near a case comes to the machine's limit, which was measured in turn with it.

use super::SizeSummary;
use super::index::Index;
use super::row::CaseRow;
use super::timing::{Ratio, Timing, samples};
use crate::stats::{Interval, median};
use crate::{Bound, CaseId, KernelInfo, Metric, Role, SizeInfo, measurer};

/// The limit of a kernel at one size and thread count.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Threads it was measured with.
    pub threads: usize,
    /// The time that the kernel's compulsory work takes at the limit, in nanoseconds.
    pub time_ns: Interval,
    /// The limit in 10^9 bytes or operations a second.
    pub rate: Interval,
    /// Compulsory work over the work of one iteration at the limit.
    scale: f64,
    timing: Timing,
}

impl Limit {
    /// The share of the limit that a case reaches: 1 is the limit itself.
    pub fn share(&self, row: &CaseRow) -> Option<Ratio> {
        let ratio = self.timing.over(row.timing.as_ref()?)?;
        Some(Ratio { interval: ratio.interval.map_increasing(|share| share * self.scale), ..ratio })
    }
}

/// What the best cases of a size reach of its limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach<'a> {
    /// The fastest case on one thread.
    pub serial: &'a CaseRow,
    /// Its share of the limit of one thread.
    pub share: Ratio,
    /// The limit of one thread.
    pub limit: &'a Limit,
    /// The fastest parallel case on the most threads, where there is one.
    pub parallel: Option<ParallelReach<'a>>,
}

/// What more threads give a kernel, beside what they give the limit.
#[derive(Debug, Clone, PartialEq)]
pub struct ParallelReach<'a> {
    /// The fastest case on the most threads.
    pub case: &'a CaseRow,
    /// The time of the same variant on one thread over its own.
    pub gain: Ratio,
    /// The rate of the limit on as many threads over that on one.
    pub limit_gain: Ratio,
    /// The share it reaches of the limit on as many threads.
    pub share: Ratio,
}

impl SizeSummary {
    /// The limit at a thread count.
    pub fn limit(&self, threads: usize) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.threads == threads)
    }

    /// What the best cases reach of the limit; none where it was not measured.
    pub fn reach(&self) -> Option<Reach<'_>> {
        let limit = self.limit(1)?;
        let ranked = self.ranked();
        let serial = ranked.iter().copied().find(|row| row.case.threads == 1)?;
        let share = limit.share(serial)?;
        Some(Reach { serial, share, limit, parallel: self.parallel_reach(&ranked) })
    }

    fn parallel_reach<'a>(&'a self, ranked: &[&'a CaseRow]) -> Option<ParallelReach<'a>> {
        let most = ranked.iter().map(|row| row.case.threads).max().filter(|most| *most > 1)?;
        let parallel = |row: &&&CaseRow| row.role == Role::Parallel && row.case.threads == most;
        let case: &CaseRow = ranked.iter().find(parallel)?;
        let twin = ranked
            .iter()
            .find(|row| row.case.variant == case.case.variant && row.case.threads == 1)?;
        let (one, all) = (self.limit(1)?, self.limit(most)?);
        let limit_gain = one.timing.over(&all.timing)?;
        Some(ParallelReach {
            case,
            gain: case.speed_up_over(twin)?,
            limit_gain,
            share: all.share(case)?,
        })
    }
}

/// The limits of a size that were measured, by threads.
pub(super) fn limits(kernel: &KernelInfo, size: &SizeInfo, index: &Index<'_>) -> Vec<Limit> {
    let Some(bound) = kernel.bound else { return Vec::new() };
    let Some(work) = (if bound.is_memory() { size.bytes } else { size.flops }) else {
        return Vec::new();
    };
    let mut limits: Vec<Limit> = index
        .ceilings(&kernel.id)
        .iter()
        .filter(|case| case.size == size.label && case.variant == bound.id())
        .filter_map(|case| limit(bound, work, case, index))
        .collect();
    limits.sort_by_key(|limit| limit.threads);
    limits
}

fn limit(bound: Bound, work: f64, case: &CaseId, index: &Index<'_>) -> Option<Limit> {
    debug_assert_eq!(bound.id(), case.variant);
    let measurement = index.measurement(case, measurer::CEILING)?;
    let timing = Timing::by(measurer::CEILING, measurement)?;
    let own = median(&samples(measurement, Metric::CEILING_WORK)?)?;
    let scale = work / own;
    Some(Limit {
        threads: case.threads,
        time_ns: timing.time_ns.map_increasing(|time| time * scale),
        rate: timing.time_ns.map_decreasing(|time| own / time),
        scale,
        timing,
    })
}
