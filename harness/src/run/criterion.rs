//! Wall time by a timer of the caller's own: criterion, under `cargo bench`.

use amdahl_reports::{Failure, Measurement, measurer};

use super::Runner;
use super::measurers::Measurer;
use crate::driver::LiveCase;
use crate::plan::{Group, Schedule};

/// Times a live case in a way of its own; none where there is nothing to time.
pub(crate) trait Timer {
    /// Samples of the case's wall time within the time the schedule gives, or why there are none.
    fn time(
        &mut self,
        case: &mut LiveCase,
        schedule: &Schedule,
    ) -> Option<Result<Measurement, Failure>>;
}

/// Leaves timing to the interleaved measurer.
pub(crate) struct NoTimer;

impl Timer for NoTimer {
    fn time(&mut self, _: &mut LiveCase, _: &Schedule) -> Option<Result<Measurement, Failure>> {
        None
    }
}

/// Hands each case to the run's timer.
pub(super) struct ByCriterion;

impl Measurer for ByCriterion {
    fn id(&self) -> &'static str {
        measurer::CRITERION
    }

    fn steps(&self, group: &Group) -> usize {
        group.cases.len()
    }

    fn measure(&self, runner: &mut Runner<'_>, _: &Group, live: &mut [LiveCase]) {
        for case in live {
            runner.step(self.id(), &case.id);
            if let Some(outcome) = runner.timer.time(case, &runner.schedule) {
                runner.conclude(&case.id, self.id(), outcome);
            }
        }
    }
}
