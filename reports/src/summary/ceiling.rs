//! How near a case comes to the machine's ceilings, which were measured in turn with it.
//!
//! A roofline (Williams, Waterman and Patterson, "Roofline: an insightful visual performance model",
//! 2009): the compulsory bytes take so long at the rate of memory, the compulsory operations so long
//! at that of multiply-adds, and the longer of the two is the bound.

use super::SizeSummary;
use super::index::Index;
use super::row::CaseRow;
use super::timing::{Ratio, Timing, samples};
use crate::stats::{Interval, median};
use crate::{Bound, CaseId, KernelInfo, Metric, Role, SizeInfo, measurer};

/// A ceiling of a kernel at one size and thread count.
#[derive(Debug, Clone, PartialEq)]
pub struct Ceiling {
    /// What it is a ceiling of.
    pub bound: Bound,
    /// Threads it was measured with.
    pub threads: usize,
    /// The time that the kernel's compulsory work takes at the ceiling, in nanoseconds.
    pub time_ns: Interval,
    /// The ceiling in 10^9 bytes or operations a second.
    pub rate: Interval,
    /// The rate that an earlier survey of the machine found, at least, in the same unit.
    pub surveyed: Option<f64>,
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

    /// How many times as fast the work goes at another ceiling, that of other threads. The two may
    /// be bounds of different kinds, each with a work of its own.
    pub(super) fn gain_of(&self, other: &Self) -> Option<Ratio> {
        let ratio = self.timing.over(&other.timing)?;
        let works = self.scale / other.scale;
        Some(Ratio { interval: ratio.interval.map_increasing(|gain| gain * works), ..ratio })
    }
}

/// What a case reaches of its bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Headroom<'a> {
    /// The bound.
    pub ceiling: &'a Ceiling,
    /// The share of it: 1 is the bound itself.
    pub share: Ratio,
    /// How many times as fast it could be.
    pub left: Interval,
}

/// The share of a ceiling above which nothing honest goes: the ceiling's own code leaves a few per
/// cent to one that suits the machine better.
pub const BEYOND_BELIEF: f64 = 1.05;

impl Headroom<'_> {
    /// Whether the whole interval lies above what is possible.
    pub fn is_above_the_ceiling(&self) -> bool {
        self.share.interval.is_above(BEYOND_BELIEF)
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
    /// The ceiling that binds at a thread count: of those there, the one at which the work takes
    /// longest.
    pub fn ceiling(&self, threads: usize) -> Option<&Ceiling> {
        let here = self.ceilings.iter().filter(|ceiling| ceiling.threads == threads);
        here.max_by(|a, b| a.time_ns.estimate.total_cmp(&b.time_ns.estimate))
    }

    /// The ceilings of memory and of arithmetic at a thread count, where both were measured.
    pub fn roof(&self, threads: usize) -> Option<(&Ceiling, &Ceiling)> {
        let of = |is_memory: bool| {
            let mut here = self.ceilings.iter().filter(|ceiling| ceiling.threads == threads);
            here.find(|ceiling| ceiling.bound.is_memory() == is_memory)
        };
        Some((of(true)?, of(false)?))
    }

    /// What a case reaches of its bound, and how much is left.
    pub fn headroom(&self, row: &CaseRow) -> Option<Headroom<'_>> {
        let ceiling = self.ceiling(row.case.threads)?;
        let share = ceiling.share(row)?;
        Some(Headroom { ceiling, share, left: share.interval.reciprocal() })
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

/// The ceilings of a size that were measured, by threads, memory first.
pub(super) fn ceilings(kernel: &KernelInfo, size: &SizeInfo, index: &Index<'_>) -> Vec<Ceiling> {
    if kernel.bound.is_none() {
        return Vec::new();
    }
    let mut ceilings: Vec<Ceiling> = index
        .ceilings(&kernel.id)
        .iter()
        .filter(|case| case.size == size.label)
        .filter_map(|case| ceiling(size, case, index))
        .collect();
    ceilings.sort_by_key(|ceiling| (ceiling.threads, !ceiling.bound.is_memory()));
    ceilings
}

fn ceiling(size: &SizeInfo, case: &CaseId, index: &Index<'_>) -> Option<Ceiling> {
    let bound = Bound::ALL.into_iter().find(|bound| bound.id() == case.variant)?;
    let work = if bound.is_memory() { size.bytes } else { size.flops };
    let work = work.filter(|work| *work > 0.0)?;
    let measurement = index.measurement(case, measurer::CEILING)?;
    let timing = Timing::by(measurer::CEILING, measurement)?;
    let own = median(&samples(measurement, Metric::CEILING_WORK)?)?;
    let scale = work / own;
    Some(Ceiling {
        bound,
        surveyed: samples(measurement, Metric::SURVEYED_RATE).and_then(|rates| median(&rates)),
        threads: case.threads,
        time_ns: timing.time_ns.map_increasing(|time| time * scale),
        rate: timing.time_ns.map_decreasing(|time| own / time),
        scale,
        timing,
    })
}
