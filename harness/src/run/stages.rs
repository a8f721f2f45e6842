//! The stages pass: a pipeline with its spans heard.

use amdahl_reports::measurer;

use super::Runner;
use crate::driver::LiveCase;
use crate::plan::nanoseconds;
use crate::protocol::Request;

/// Iterations of a pipeline with its spans heard: enough for an interval, and no more than tell
/// anything new.
const ITERATIONS: (u64, u64) = (5, 50);

impl Runner<'_> {
    pub(super) fn stages(&mut self, case: &mut LiveCase) {
        let time = self.plan.schedule.stages;
        let iterations = case.iterations_for(time).clamp(ITERATIONS.0, ITERATIONS.1);
        let expected = nanoseconds(case.estimate_ns * iterations as f64 * 4.0);
        let id = case.id.clone();
        match case.measure(&Request::Stages { iterations }, expected) {
            Ok(measurement) => self.measured(&id, measurer::STAGES, measurement),
            Err(failure) => self.failed(&id, measurer::STAGES, failure),
        }
    }
}
