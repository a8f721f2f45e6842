//! Deterministic metrics on both sides: heap workers, one case each, and no statistics.

use std::time::Duration;

use amdahl_reports::gate::{ExactCounts, Rule, Which, needs_another_look};
use amdahl_reports::{CaseId, Failure, Measurement, measurer};

use super::Gate;
use super::entrant::Entrant;
use super::slots::SIDES;
use crate::driver::LiveCase;
use crate::measure::Deadline;
use crate::protocol::{Purpose, Request};

/// Counting may take this share of the budget; what it does not reach is said.
const SHARE: f64 = 0.2;
/// Processes a side for a case of one thread, whose counts are the same in each.
const PROCESSES: usize = 1;
/// Processes a side for a case of several threads, whose counts depend on the schedule.
const PROCESSES_OF_THREADS: usize = 3;
/// Further processes a side before an increase that might be the schedule's is believed: that eight of
/// eight lie apart by chance happens once in 12,870 (the ways to choose 8 of 16).
const FURTHER: usize = 5;

/// Why a case is not counted at all.
const TOO_LATE: &str = "the time for counting had ended: give the gate a longer --budget";
/// Why an increase is not believed.
const DOUBTFUL: &str = "an increase may be the schedule's, and the time to count again had ended: \
                        give the gate a longer --budget";

impl Gate<'_> {
    /// Counts every case that agreed on both sides. Gives a note where a program cannot count.
    pub(super) fn count(&mut self, entrants: &mut [Entrant]) -> Option<String> {
        let unable = SIDES.into_iter().find(|side| !self.program(*side).counts_heap);
        if let Some(side) = unable {
            return Some(format!(
                "Heap is not compared: the {} does not declare amdahl's allocator. Add \
                 `#[global_allocator] static A: amdahl::Allocator = amdahl::Allocator::new();` to the \
                 bench target.",
                side.word()
            ));
        }
        let time = Deadline::after(self.setting.budget.mul_f64(SHARE));
        for entrant in entrants.iter_mut() {
            self.step(&format!("count {}", entrant.case));
            if entrant.failure.is_some() {
                continue;
            }
            entrant.exact = if time.has_passed() || self.must_stop() {
                self.uncounted(&entrant.case, TOO_LATE)
            } else {
                let counted = self.count_case(&entrant.case, &time);
                counted.unwrap_or_else(|(side, failure)| {
                    let kind = failure.kind.label();
                    let why = format!("{kind} in the {}: {}", side.word(), failure.reason);
                    self.uncounted(&entrant.case, &why)
                })
            };
        }
        None
    }

    pub(super) fn empty(&self, case: &CaseId, measurer: &str) -> Vec<ExactCounts> {
        let empty = |rule: Rule| ExactCounts {
            metric: rule.metric.id.to_owned(),
            limit: self.config.limit(case, rule.metric.id),
            base: Vec::new(),
            head: Vec::new(),
            missing: None,
        };
        Rule::of_measurer(measurer).map(empty).collect()
    }

    fn uncounted(&self, case: &CaseId, why: &str) -> Vec<ExactCounts> {
        let mut counts = self.empty(case, measurer::HEAP);
        for metric in &mut counts {
            metric.missing = Some(why.to_owned());
        }
        counts
    }

    pub(super) fn count_case(
        &self,
        case: &CaseId,
        time: &Deadline,
    ) -> Result<Vec<ExactCounts>, (Which, Failure)> {
        let mut counts = self.empty(case, measurer::HEAP);
        let processes = if case.threads > 1 { PROCESSES_OF_THREADS } else { PROCESSES };
        self.count_further(case, processes, &mut counts)?;
        let doubtful = counts.iter().any(|metric| needs_another_look(metric, case.threads));
        if doubtful && time.has_passed() {
            return Ok(self.uncounted(case, DOUBTFUL));
        }
        if doubtful {
            self.count_further(case, FURTHER, &mut counts)?;
        }
        Ok(counts)
    }

    fn count_further(
        &self,
        case: &CaseId,
        processes: usize,
        counts: &mut [ExactCounts],
    ) -> Result<(), (Which, Failure)> {
        for _ in 0..processes {
            for side in SIDES {
                let measured = self.count_once(side, case).map_err(|failure| (side, failure))?;
                for metric in &mut *counts {
                    let values = match side {
                        Which::Base => &mut metric.base,
                        Which::Head => &mut metric.head,
                    };
                    let own =
                        measured.series.iter().filter(|series| series.metric == metric.metric);
                    values.extend(own.flat_map(amdahl_reports::Series::per_iteration));
                }
            }
        }
        Ok(())
    }

    fn count_once(&self, side: Which, case: &CaseId) -> Result<Measurement, Failure> {
        let launcher = self.patient(&self.program(side).launcher);
        let worker = launcher.launch(Purpose::Heap, case.threads)?;
        let mut live = LiveCase::prepare(worker, case, &self.source, None)?;
        let scratch = self.scratch.display().to_string();
        live.measure(&Request::Heap { scratch }, Duration::ZERO)
    }
}
