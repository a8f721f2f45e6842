//! Experiments: a pipeline whose stages are delayed, to see which of them it waits for.

use std::time::Duration;

use amdahl_reports::{Outcome, Role, measurer};

use super::Runner;
use super::measurers::Measurer;
use crate::driver::LiveCase;
use crate::measure::what_if::{POINTS_PER_STAGE, ROUNDS};
use crate::plan::{EXPERIMENTED, Group, nanoseconds, whole};
use crate::protocol::Request;

/// Each point lasts about this long: it is long against a reading of the clock.
const POINT: Duration = Duration::from_millis(2);
/// A case may take so many times its part of the run: an experiment of six rounds is worth more than
/// none.
const OVERDRAFT: u32 = 2;

/// Delays the stages of a pipeline's reference and of its fastest case, at the largest size.
pub(super) struct WhatIf;

impl Measurer for WhatIf {
    fn id(&self) -> &'static str {
        measurer::WHAT_IF
    }

    fn steps(&self, group: &Group) -> usize {
        if group.has_stages && group.is_largest { group.cases.len().min(EXPERIMENTED) } else { 0 }
    }

    fn measure(&self, runner: &mut Runner<'_>, group: &Group, live: &mut [LiveCase]) {
        if !group.has_stages || !group.is_largest {
            return;
        }
        let info = runner.plan.kernels.iter().find(|kernel| kernel.id == group.kernel);
        let Some(info) = info else { return };
        let stages: Vec<String> = info.stages.iter().map(|stage| stage.name.clone()).collect();
        let is_reference = |case: &LiveCase| {
            info.variants
                .iter()
                .any(|own| own.name == case.id.variant && own.role == Role::Reference)
        };
        let fastest = live.iter().map(|case| case.estimate_ns).fold(f64::INFINITY, f64::min);
        for case in live.iter_mut() {
            if is_reference(case) || case.estimate_ns == fastest {
                runner.step(self.id(), &case.id);
                runner.experiment(case, &stages);
            }
        }
    }
}

impl Runner<'_> {
    fn experiment(&mut self, case: &mut LiveCase, stages: &[String]) {
        let iterations = case.iterations_within(POINT).max(1);
        let points = POINTS_PER_STAGE * stages.len() as u64 + 1;
        let round_ns = case.estimate_ns * (iterations * points) as f64;
        let time = self.schedule.what_if;
        let rounds = whole(time.as_nanos() as f64 / round_ns).clamp(ROUNDS.0, ROUNDS.1);
        let expected = nanoseconds(round_ns * rounds as f64);
        if expected > time * OVERDRAFT {
            let outcome = Outcome::NotMeasured {
                reason: format!(
                    "{} rounds of {points} points would take {:.1} s, the run has {:.1} s for them",
                    ROUNDS.0,
                    expected.as_secs_f64(),
                    time.as_secs_f64()
                ),
                remedy: "give the run a longer AMDAHL_BUDGET, or the pipeline a smaller size"
                    .to_owned(),
            };
            return self.keep(&case.id.clone(), measurer::WHAT_IF, outcome);
        }
        let request =
            Request::WhatIf { stages: stages.to_vec(), points: points * rounds, iterations };
        let outcome = case.measure(&request, expected * 4);
        self.conclude(&case.id.clone(), measurer::WHAT_IF, outcome);
    }
}
