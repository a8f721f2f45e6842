//! The heap pass: one process a case, where dhat counts.

use std::time::Duration;

use amdahl_reports::{CaseId, Detail, Failure, FailureKind, Measurement, Outcome, measurer};

use super::Runner;
use crate::driver::LiveCase;
use crate::protocol::{Purpose, Request};

impl Runner<'_> {
    /// Counts the heap of one case, and of its stages where it has them.
    pub(super) fn heap(&mut self, id: &CaseId, has_stages: bool) {
        if !self.counts_heap {
            let outcome = Outcome::NotMeasured {
                reason: "the program does not declare amdahl's allocator".to_owned(),
                remedy: "add `#[global_allocator] static A: amdahl::Allocator = \
                         amdahl::Allocator::new();` to the bench target"
                    .to_owned(),
            };
            return self.keep(id, measurer::HEAP, outcome);
        }
        match self.count(id, has_stages) {
            Ok((measurement, stages)) => {
                self.measured(id, measurer::HEAP, measurement);
                if let Some(stages) = stages {
                    self.merge_stage_heap(id, &stages);
                }
            }
            // Counting makes every allocation some fifty times slower: no fault of the case.
            Err(Failure { kind: FailureKind::TimedOut, .. }) => {
                let seconds = self.launcher.patience.as_secs_f64();
                let outcome = Outcome::NotMeasured {
                    reason: format!("counting every allocation took longer than {seconds:.0} s"),
                    remedy: "give it longer: AMDAHL_TIMEOUT or --timeout, in seconds".to_owned(),
                };
                self.keep(id, measurer::HEAP, outcome);
            }
            Err(failure) => self.failed(id, measurer::HEAP, failure),
        }
    }

    fn count(
        &self,
        id: &CaseId,
        has_stages: bool,
    ) -> Result<(Measurement, Option<Measurement>), Failure> {
        let worker = self.launcher.launch(Purpose::Heap)?;
        let mut case = LiveCase::prepare(worker, id, self.plan.seed, None)?;
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
