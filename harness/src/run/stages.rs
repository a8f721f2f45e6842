//! Stages: a pipeline with its spans heard.

use amdahl_reports::measurer;

use super::Runner;
use super::group::is_slow;
use super::measurers::Measurer;
use crate::driver::LiveCase;
use crate::plan::{Group, nanoseconds};
use crate::protocol::Request;

/// Iterations of a pipeline with its spans heard: enough for an interval, and no more than tell
/// anything new.
const ITERATIONS: (u64, u64) = (5, 50);
/// Iterations of one that is slow.
const SLOW_ITERATIONS: u64 = 3;

/// Times the stages of each case of a pipeline.
pub(super) struct Staged;

impl Measurer for Staged {
    fn id(&self) -> &'static str {
        measurer::STAGES
    }

    fn steps(&self, group: &Group) -> usize {
        if group.has_stages { group.cases.len() } else { 0 }
    }

    fn measure(&self, runner: &mut Runner<'_>, group: &Group, live: &mut [LiveCase]) {
        for case in live.iter_mut().filter(|_| group.has_stages) {
            runner.step(self.id(), &case.id);
            let time = runner.schedule.stages;
            let iterations = if is_slow(case) {
                SLOW_ITERATIONS
            } else {
                case.iterations_for(time).clamp(ITERATIONS.0, ITERATIONS.1)
            };
            let expected = nanoseconds(case.estimate_ns * iterations as f64 * 4.0);
            let outcome = case.measure(&Request::Stages { iterations }, expected);
            runner.conclude(&case.id, self.id(), outcome);
        }
    }
}
