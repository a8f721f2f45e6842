//! Stages that take long and hold nothing up.

use super::Analyser;
use crate::summary::{Criticality, Effect, StageRow, Stages, Summary};
use crate::{CaseId, Finding, Run, Severity, format};

/// A stage of a smaller share is no tempting target, whatever its slope.
const LEAST_SHARE: f64 = 0.1;

/// Reports a stage with a large share of which an experiment says that the whole does not wait for it.
pub(super) struct WhatIf;

impl Analyser for WhatIf {
    fn id(&self) -> &'static str {
        "what_if"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let stages = summary.kernels.iter().filter_map(|kernel| kernel.stages.as_ref());
        stages.flat_map(|stages| self.of_stages(stages)).collect()
    }
}

impl WhatIf {
    fn of_stages(&self, stages: &Stages) -> Vec<Finding> {
        let mut findings = Vec::new();
        for experiment in &stages.what_if {
            let Some(case) = &experiment.case else { continue };
            let Some(shares) = stages.table(case) else { continue };
            for row in &experiment.rows {
                let share = shares.stages.iter().find(|stage| stage.name == row.stage);
                if let (Some(share), Ok(effect)) = (share, &row.effect) {
                    findings.extend(self.of_stage(case, share, effect));
                }
            }
        }
        findings
    }

    fn of_stage(&self, case: &CaseId, stage: &StageRow, effect: &Effect) -> Option<Finding> {
        if effect.verdict != Criticality::Slack || stage.share.low < LEAST_SHARE {
            return None;
        }
        let message = format!(
            "`{}` takes {} of `{case}`, but a delay in it lengthens the whole by {} of the delay \
             only: making it faster gains little until something else is faster",
            stage.name,
            format::percent(stage.share.estimate),
            format::percent(effect.slope.estimate.max(0.0)),
        );
        Some(
            Finding::about(self.id(), Severity::Note, case, message)
                .with("rounds", format::count(effect.rounds as f64)),
        )
    }
}
