//! How near a case comes to the machine's ceiling, which was measured in turn with it.

use super::SizeSummary;
use super::index::Index;
use super::row::CaseRow;
use super::timing::{Ratio, Timing, samples};
use crate::stats::{Interval, median};
use crate::{Bound, CaseId, KernelInfo, Metric, Role, SizeInfo, measurer};

/// The ceiling of a kernel at one size and thread count.
#[derive(Debug, Clone, PartialEq)]
pub struct Ceiling {
    /// Threads it was measured with.
    pub threads: usize,
    /// The time that the kernel's compulsory work takes at the ceiling, in nanoseconds.
    pub time_ns: Interval,
    /// The ceiling in 10^9 bytes or operations a second.
    pub rate: Interval,
    /// Compulsory work over the work of one iteration at the ceiling.
    scale: f64,
    timing: Timing,
}

impl Ceiling {
    /// The share of the ceiling that a case reaches: 1 is the ceiling itself.
    pub fn share(&self, row: &CaseRow) -> Option<Ratio> {
        let ratio = self.timing.over(row.timing.as_ref()?)?;
        Some(Ratio { interval: ratio.interval.map_increasing(|share| share * self.scale), ..ratio })
    }

    /// The rate of the same ceiling on other threads over this one.
    pub(super) fn gain_of(&self, other: &Self) -> Option<Ratio> {
        self.timing.over(&other.timing)
    }
}

/// What the best cases of a size reach of its ceiling.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach<'a> {
    /// The fastest case on one thread.
    pub serial: &'a CaseRow,
    /// Its share of the ceiling of one thread.
    pub share: Ratio,
    /// The ceiling of one thread.
    pub ceiling: &'a Ceiling,
    /// The fastest parallel case on the most threads, where there is one.
    pub parallel: Option<ParallelReach<'a>>,
}

/// What more threads give a kernel, beside what they give the ceiling.
#[derive(Debug, Clone, PartialEq)]
pub struct ParallelReach<'a> {
    /// The fastest case on the most threads.
    pub case: &'a CaseRow,
    /// The time of the same variant on one thread over its own.
    pub gain: Ratio,
    /// The rate of the ceiling on as many threads over that on one.
    pub ceiling_gain: Ratio,
    /// The share it reaches of the ceiling on as many threads.
    pub share: Ratio,
}

impl SizeSummary {
    /// The ceiling at a thread count.
    pub fn ceiling(&self, threads: usize) -> Option<&Ceiling> {
        self.ceilings.iter().find(|ceiling| ceiling.threads == threads)
    }

    /// What the best cases reach of the ceiling; none where it was not measured.
    pub fn reach(&self) -> Option<Reach<'_>> {
        let ceiling = self.ceiling(1)?;
        let ranked = self.ranked();
        let serial = ranked.iter().copied().find(|row| row.case.threads == 1)?;
        let share = ceiling.share(serial)?;
        Some(Reach { serial, share, ceiling, parallel: self.parallel_reach(&ranked) })
    }

    fn parallel_reach<'a>(&'a self, ranked: &[&'a CaseRow]) -> Option<ParallelReach<'a>> {
        let most = ranked.iter().map(|row| row.case.threads).max().filter(|most| *most > 1)?;
        let parallel = |row: &&&CaseRow| row.role == Role::Parallel && row.case.threads == most;
        let case: &CaseRow = ranked.iter().find(parallel)?;
        let twin = ranked
            .iter()
            .find(|row| row.case.variant == case.case.variant && row.case.threads == 1)?;
        let (one, all) = (self.ceiling(1)?, self.ceiling(most)?);
        let ceiling_gain = one.gain_of(all)?;
        Some(ParallelReach {
            case,
            gain: case.speed_up_over(twin)?,
            ceiling_gain,
            share: all.share(case)?,
        })
    }
}

/// The ceilings of a size that were measured, by threads.
pub(super) fn ceilings(kernel: &KernelInfo, size: &SizeInfo, index: &Index<'_>) -> Vec<Ceiling> {
    let Some(bound) = kernel.bound else { return Vec::new() };
    let Some(work) = (if bound.is_memory() { size.bytes } else { size.flops }) else {
        return Vec::new();
    };
    let mut ceilings: Vec<Ceiling> = index
        .ceilings(&kernel.id)
        .iter()
        .filter(|case| case.size == size.label && case.variant == bound.id())
        .filter_map(|case| ceiling(bound, work, case, index))
        .collect();
    ceilings.sort_by_key(|ceiling| ceiling.threads);
    ceilings
}

fn ceiling(bound: Bound, work: f64, case: &CaseId, index: &Index<'_>) -> Option<Ceiling> {
    debug_assert_eq!(bound.id(), case.variant);
    let measurement = index.measurement(case, measurer::CEILING)?;
    let timing = Timing::by(measurer::CEILING, measurement)?;
    let own = median(&samples(measurement, Metric::CEILING_WORK)?)?;
    let scale = work / own;
    Some(Ceiling {
        threads: case.threads,
        time_ns: timing.time_ns.map_increasing(|time| time * scale),
        rate: timing.time_ns.map_decreasing(|time| own / time),
        scale,
        timing,
    })
}
