//! Stages so short that listening to them is a part of their time.

use super::Analyser;
use crate::summary::{StageTable, Summary};
use crate::{Finding, Run, Severity, format};

/// Reports stages of which the probe takes more than [`crate::summary::MOST_PROBE_SHARE`].
pub(super) struct ProbeCost;

impl Analyser for ProbeCost {
    fn id(&self) -> &'static str {
        "probe_cost"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let stages = summary.kernels.iter().filter_map(|kernel| kernel.stages.as_ref());
        stages
            .flat_map(|stages| &stages.tables)
            .filter_map(|table| {
                let message = sentence(table)?;
                let finding = Finding::about(self.id(), Severity::Warning, &table.case, message);
                Some(finding.with("cost of a span", format::time(table.span_cost_ns)))
            })
            .collect()
    }
}

/// The sentence on the stages that the probe makes longer; none where it does not.
pub(crate) fn sentence(table: &StageTable) -> Option<String> {
    let disturbed: Vec<String> = table
        .disturbed()
        .map(|stage| format!("{} of `{}`", format::percent(stage.probe_share), stage.name))
        .collect();
    if disturbed.is_empty() {
        return None;
    }
    Some(format!(
        "in `{}` up to {} is what listening costs: time is too long there, so open a stage around more \
         work",
        table.case,
        format::list(&disturbed)
    ))
}
