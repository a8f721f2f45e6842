//! What is left to gain of each kernel, and the next thing to try: what an engineer would say first.

use super::row::CaseRow;
use super::timing::Ratio;
use super::{KernelSummary, StageRow, Summary};
use crate::stats::Interval;
use crate::stats::amdahl::overall_speed_up_interval;
use crate::{CaseId, Role, Rung};

/// From this share of the ceiling on, what is left is less than two runs of one program differ by.
pub(super) const AT_THE_CEILING: f64 = 0.8;

/// A serial fraction from which on threads are worth a look: two of them then do less than nine tenths of
/// what two could.
const WASTED: f64 = 0.1;

/// What is left of one kernel at its largest size.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook<'a> {
    /// The kernel.
    pub kernel: &'a KernelSummary,
    /// Its fastest case.
    pub fastest: &'a CaseRow,
    /// What no change can exceed, where something says so.
    pub left: Option<Left<'a>>,
    /// What to try next.
    pub next: Next<'a>,
}

/// What bounds the gain that is left.
#[derive(Debug, Clone, PartialEq)]
pub enum Left<'a> {
    /// The machine: the fastest case reaches this share of its ceiling.
    Ceiling {
        /// The share, as a fraction.
        share: Ratio,
        /// The gain at the ceiling itself.
        at_most: Interval,
    },
    /// The largest stage of the fastest case whose stages were timed, by Amdahl's law: no change to one
    /// stage gives more.
    Stage {
        /// That case.
        case: &'a CaseId,
        /// The stage.
        stage: &'a StageRow,
        /// The gain if it were free.
        at_most: Interval,
    },
}

impl Left<'_> {
    /// The gain that nothing exceeds.
    pub const fn at_most(&self) -> &Interval {
        match self {
            Self::Ceiling { at_most, .. } | Self::Stage { at_most, .. } => at_most,
        }
    }
}

/// What to try next, in the order in which a textbook climbs: algorithm, vectors, buffers, threads.
#[derive(Debug, Clone, PartialEq)]
pub enum Next<'a> {
    /// Nothing: the ceiling is reached.
    Nothing,
    /// The largest stage.
    Stage(&'a StageRow),
    /// The lowest rung on which nothing was measured.
    Rung(Rung),
    /// What the threads waste, as a serial fraction.
    Threads(Interval),
    /// What the profile shows: every rung was tried.
    Profile,
}

impl Summary {
    /// What is left of each kernel that has a ranked case: the most first, and those of which nothing
    /// is known to be left at the end, in order of declaration.
    pub fn outlooks(&self) -> Vec<Outlook<'_>> {
        let mut outlooks: Vec<Outlook<'_>> =
            self.kernels.iter().filter_map(KernelSummary::outlook).collect();
        let gain = |outlook: &Outlook<'_>| {
            outlook.left.as_ref().map_or(f64::NEG_INFINITY, |left| left.at_most().estimate)
        };
        outlooks.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
        outlooks
    }
}

impl KernelSummary {
    /// What is left of this kernel; none where no case could be ranked.
    pub fn outlook(&self) -> Option<Outlook<'_>> {
        let fastest = self.winner()?;
        let stage = self.largest_stage();
        let left = self.ceiling_left(fastest).or_else(|| {
            let (case, stage) = stage?;
            let at_most = overall_speed_up_interval(&stage.shares, f64::INFINITY)?;
            Some(Left::Stage { case, stage, at_most })
        });
        let next = self.next(fastest, left.as_ref(), stage.map(|(_, stage)| stage));
        Some(Outlook { kernel: self, fastest, left, next })
    }

    fn ceiling_left(&self, fastest: &CaseRow) -> Option<Left<'_>> {
        let share = self.largest_size()?.ceiling(fastest.case.threads)?.share(fastest)?;
        Some(Left::Ceiling { share, at_most: share.interval.reciprocal() })
    }

    /// The largest stage of the fastest case whose stages were timed.
    fn largest_stage(&self) -> Option<(&CaseId, &StageRow)> {
        let stages = self.stages.as_ref()?;
        let total = |at: usize| stages.tables[at].total_ns.estimate;
        let at = (0..stages.tables.len()).min_by(|&a, &b| total(a).total_cmp(&total(b)))?;
        let table = &stages.tables[at];
        Some((&table.case, table.bottleneck()?))
    }

    fn next<'a>(
        &'a self,
        fastest: &CaseRow,
        left: Option<&Left<'_>>,
        stage: Option<&'a StageRow>,
    ) -> Next<'a> {
        if let Some(Left::Ceiling { share, .. }) = left
            && share.interval.estimate >= AT_THE_CEILING
        {
            return Next::Nothing;
        }
        if let Some(stage) = stage {
            return Next::Stage(stage);
        }
        // Whether there is a better algorithm nobody can tell from a table.
        let rungs = [Rung::Vectorize, Rung::Preallocate, Rung::Parallelise];
        let is_missing = |rung: &Rung| !self.ladder.iter().any(|step| step.rung == *rung);
        if let Some(rung) = rungs.into_iter().find(is_missing) {
            return Next::Rung(rung);
        }
        let own = self.scaling_at_largest().find(|own| own.variant == fastest.case.variant);
        let wasted = own.and_then(|own| own.most()).map(|row| row.serial);
        match wasted {
            Some(serial) if fastest.role == Role::Parallel && serial.is_above(WASTED) => {
                Next::Threads(serial)
            }
            _ => Next::Profile,
        }
    }
}
