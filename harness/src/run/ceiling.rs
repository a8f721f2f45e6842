//! The ceilings of the machine, opened beside the cases of a group to be timed in turn with them.

use amdahl_reports::{Bound, CaseId, Metric, Series, measurer};

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
    /// What else its record says: of a ceiling, the work of an iteration and what a survey found.
    pub(super) facts: Vec<Series>,
    /// The worker.
    pub(super) live: &'a mut LiveCase,
}

impl<'a> Entrant<'a> {
    /// A case of the group.
    pub(super) fn case(live: &'a mut LiveCase) -> Self {
        Self { id: live.id.clone(), measurer: measurer::INTERLEAVED, facts: Vec::new(), live }
    }

    /// A ceiling of the machine.
    pub(super) fn ceiling(ceiling: &'a mut LiveCeiling) -> Self {
        let LiveCeiling { id, work, surveyed, live } = ceiling;
        let single = |metric, value: f64| Series::single(metric, vec![value]);
        let mut facts = vec![single(Metric::CEILING_WORK, *work)];
        facts.extend(surveyed.map(|rate| single(Metric::SURVEYED_RATE, rate)));
        Self { id: id.clone(), measurer: measurer::CEILING, facts, live }
    }
}

/// A ceiling that is ready to be timed.
pub(super) struct LiveCeiling {
    /// What its record is called: the ceiling's name in place of a variant's.
    id: CaseId,
    work: f64,
    /// Its rate by the survey of the machine, in 10^9 a second.
    surveyed: Option<f64>,
    live: LiveCase,
}

impl Runner<'_> {
    /// The rate that the survey of this machine found for a ceiling, where there is one.
    fn surveyed(&self, bound: Bound, threads: usize, working_set: Option<f64>) -> Option<f64> {
        self.survey.as_ref()?.expected(bound.into(), threads, working_set)
    }

    /// Starts and checks the group's ceilings, for each number of threads its cases have.
    pub(super) fn ceilings(&mut self, group: &Group, cases: &[LiveCase]) -> Vec<LiveCeiling> {
        let Some(kernel) = self.plan.kernels.iter().find(|kernel| kernel.id == group.kernel) else {
            return Vec::new();
        };
        let mut threads: Vec<usize> = cases.iter().map(|case| case.id.threads).collect();
        threads.sort_unstable();
        threads.dedup();
        let mut ceilings = Vec::new();
        let of = |threads: usize| Ceiling::of(kernel, &group.size, threads);
        for Ceiling { bound, case, work, working_set } in threads.into_iter().flat_map(of) {
            let id = CaseId::new(&group.kernel, bound.id(), &group.size, case.threads);
            let against = Some(ceiling::REFERENCE);
            let surveyed = self.surveyed(bound, case.threads, working_set);
            match LiveCase::start(&self.launcher, &case, &self.plan.seeded(), against) {
                Ok(live) => ceilings.push(LiveCeiling { id, work, surveyed, live }),
                Err(failure) => self.failed(&id, measurer::CEILING, failure),
            }
        }
        ceilings
    }
}
