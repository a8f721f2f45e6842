//! The ceilings of the machine, opened beside the cases of a group to be timed in turn with them.

use amdahl_reports::{CaseId, Metric, Series, measurer};

use super::Runner;
use crate::ceiling::{self, Ceiling};
use crate::driver::LiveCase;
use crate::plan::Group;

/// What takes part in interleaved timing: a case of the group, or a ceiling of the machine.
pub(super) struct Entrant<'a> {
    /// The case whose record this becomes.
    pub(super) id: CaseId,
    /// The measurer whose record this becomes.
    pub(super) measurer: &'static str,
    /// Work of an iteration, where it is a ceiling's.
    work: Option<f64>,
    /// The worker.
    pub(super) live: &'a mut LiveCase,
}

impl<'a> Entrant<'a> {
    /// A case of the group.
    pub(super) fn case(live: &'a mut LiveCase) -> Self {
        Self { id: live.id.clone(), measurer: measurer::INTERLEAVED, work: None, live }
    }

    /// A ceiling of the machine.
    pub(super) fn ceiling(ceiling: &'a mut LiveCeiling) -> Self {
        let LiveCeiling { id, work, live } = ceiling;
        Self { id: id.clone(), measurer: measurer::CEILING, work: Some(*work), live }
    }

    /// The series that says what an iteration does, where it is a ceiling's.
    pub(super) fn work(&self) -> Option<Series> {
        self.work.map(|work| Series::single(Metric::CEILING_WORK, vec![work]))
    }
}

/// A ceiling that is ready to be timed.
pub(super) struct LiveCeiling {
    /// What its record is called: the ceiling's name in place of a variant's.
    id: CaseId,
    work: f64,
    live: LiveCase,
}

impl Runner<'_> {
    /// Starts and checks the group's ceilings, one for each number of threads its cases have.
    pub(super) fn ceilings(&mut self, group: &Group, cases: &[LiveCase]) -> Vec<LiveCeiling> {
        let Some(kernel) = self.plan.kernels.iter().find(|kernel| kernel.id == group.kernel) else {
            return Vec::new();
        };
        let Some(bound) = kernel.bound else { return Vec::new() };
        let mut threads: Vec<usize> = cases.iter().map(|case| case.id.threads).collect();
        threads.sort_unstable();
        threads.dedup();
        let mut ceilings = Vec::new();
        for threads in threads {
            let Some(Ceiling { case, work }) = Ceiling::of(kernel, &group.size, threads) else {
                continue;
            };
            let id = CaseId::new(&group.kernel, bound.id(), &group.size, threads);
            let against = Some(ceiling::REFERENCE);
            match LiveCase::start(&self.launcher, &case, &self.plan.seeded(), against) {
                Ok(live) => ceilings.push(LiveCeiling { id, work, live }),
                Err(failure) => self.failed(&id, measurer::CEILING, failure),
            }
        }
        ceilings
    }
}
