//! Heap: one process a case, where dhat counts.

use std::time::Duration;

use amdahl_reports::{CaseId, Detail, Failure, FailureKind, Measurement, Outcome, measurer};

use super::Runner;
use super::measurers::Measurer;
use crate::driver::{Launcher, LiveCase, Worker};
use crate::plan::Group;
use crate::protocol::{Purpose, Request};

/// Counts each case's heap in a worker of its own.
pub(super) struct Heap;

impl Measurer for Heap {
    fn id(&self) -> &'static str {
        measurer::HEAP
    }

    fn steps(&self, group: &Group) -> usize {
        group.cases.len()
    }

    fn measure(&self, runner: &mut Runner<'_>, group: &Group, live: &mut [LiveCase]) {
        for case in live {
            runner.step(self.id(), &case.id);
            runner.heap(&case.id, group.has_stages);
        }
    }
}

impl Runner<'_> {
    /// Counts the heap of one case, and of its stages where it has them.
    pub(super) fn heap(&mut self, id: &CaseId, has_stages: bool) {
        if self.took_too_long_at_a_smaller_size(id) {
            return self.keep(
                id,
                measurer::HEAP,
                took_too_long("than the run allows, at a smaller size already"),
            );
        }
        let patience = self.launcher.patience.min(self.schedule.heap);
        let launcher = Launcher { patience, ..self.launcher.clone() };
        let worker = match launcher.launch(Purpose::Heap, id.threads).and_then(counting) {
            Ok(Some(worker)) => worker,
            Ok(None) => {
                let outcome = Outcome::NotMeasured {
                    reason: "the program does not declare amdahl's allocator".to_owned(),
                    remedy: "add `#[global_allocator] static A: amdahl::Allocator = \
                             amdahl::Allocator::new();` to the bench target"
                        .to_owned(),
                };
                return self.keep(id, measurer::HEAP, outcome);
            }
            Err(failure) => return self.failed(id, measurer::HEAP, failure),
        };
        match self.count(worker, id, has_stages) {
            Ok((measurement, stages)) => {
                self.measured(id, measurer::HEAP, measurement);
                if let Some(stages) = stages {
                    self.merge_stage_heap(id, &stages);
                }
            }
            // Counting makes every allocation some fifty times slower: no fault of the case.
            Err(Failure { kind: FailureKind::TimedOut, .. }) => {
                let outcome = took_too_long(&format!("than {:.0} s", patience.as_secs_f64()));
                self.keep(id, measurer::HEAP, outcome);
            }
            Err(failure) => self.failed(id, measurer::HEAP, failure),
        }
    }

    fn took_too_long_at_a_smaller_size(&self, id: &CaseId) -> bool {
        self.records.iter().any(|record| {
            record.measurer == measurer::HEAP
                && record.case.kernel == id.kernel
                && record.case.variant == id.variant
                && record.case.threads == id.threads
                && matches!(&record.outcome, Outcome::NotMeasured { reason, .. }
                    if reason.starts_with(TOOK_TOO_LONG))
        })
    }

    fn count(
        &self,
        worker: Worker,
        id: &CaseId,
        has_stages: bool,
    ) -> Result<(Measurement, Option<Measurement>), Failure> {
        let mut case = LiveCase::prepare(worker, id, &self.plan.source, None)?;
        let scratch = self.folder.display().to_string();
        let measurement = case.measure(&Request::Heap { scratch }, Duration::ZERO)?;
        let stages = has_stages
            .then(|| case.measure(&Request::Stages { iterations: 1 }, Duration::ZERO))
            .transpose()?;
        Ok((measurement, stages))
    }

    /// Adds blocks and bytes to the stages that were timed.
    fn merge_stage_heap(&mut self, id: &CaseId, heap: &Measurement) {
        let Detail::Stages(heap) = &heap.detail else { return };
        let timed = self
            .records
            .iter_mut()
            .find(|record| record.measurer == measurer::STAGES && record.case == *id);
        let Some(Outcome::Measured(Measurement { detail: Detail::Stages(timed), .. })) =
            timed.map(|record| &mut record.outcome)
        else {
            return;
        };
        for stage in &mut timed.stages {
            if let Some(counted) = heap.stages.iter().find(|own| own.name == stage.name) {
                stage.heap_blocks = counted.heap_blocks;
                stage.heap_bytes = counted.heap_bytes;
            }
        }
    }
}

/// How the reason begins where counting was given up.
const TOOK_TOO_LONG: &str = "counting every allocation took longer";

fn took_too_long(than: &str) -> Outcome {
    Outcome::NotMeasured {
        reason: format!("{TOOK_TOO_LONG} {than}"),
        remedy: "see a smaller size, or give the run a longer AMDAHL_BUDGET".to_owned(),
    }
}

/// The worker, if its program declared the allocator that can count.
fn counting(mut worker: Worker) -> Result<Option<Worker>, Failure> {
    let counts = worker.greet()?;
    Ok(counts.then_some(worker))
}
