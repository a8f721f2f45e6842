//! The stage that bounds what a pipeline can gain.

use super::Analyser;
use crate::format;
use crate::stats::amdahl::overall_speed_up_interval;
use crate::summary::{KernelSummary, StageTable, Summary};
use crate::{Finding, Run, Severity};

/// Names the largest stage of the reference and of the fastest case, and its bound.
pub(super) struct Bottleneck;

impl Analyser for Bottleneck {
    fn id(&self) -> &'static str {
        "bottleneck"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let tables = summary.kernels.iter().flat_map(tables_of_interest);
        tables
            .filter_map(|table| {
                let message = sentence(table)?;
                let finding = Finding::about(self.id(), Severity::Note, &table.case, message);
                Some(finding.with("whole iteration", format::time_interval(&table.total_ns)))
            })
            .collect()
    }
}

/// The reference, where people start, and the fastest case, where they would go on from.
fn tables_of_interest(kernel: &KernelSummary) -> Vec<&StageTable> {
    let Some(stages) = &kernel.stages else { return Vec::new() };
    let reference = stages.amdahl.as_ref().map(|amdahl| &amdahl.case);
    let size = kernel.sizes.iter().find(|size| size.label == stages.size);
    let winner = size.and_then(|size| size.winner()).map(|row| &row.case);
    let wanted =
        |table: &&StageTable| Some(&table.case) == reference || Some(&table.case) == winner;
    stages.tables.iter().filter(wanted).collect()
}

/// The sentence that names the largest stage, its share and its bound by Amdahl's law; none
/// without stages.
pub(crate) fn sentence(table: &StageTable) -> Option<String> {
    let stage = table.bottleneck()?;
    let bound = overall_speed_up_interval(&stage.shares, f64::INFINITY)?;
    Some(format!(
        "`{}` is the bottleneck of `{}`: it takes {} of {}, so making it free would make the \
         whole {} as fast and nothing done to it alone can give more",
        stage.name,
        table.case,
        format::percent_interval(&stage.share),
        format::time(table.total_ns.estimate),
        format::ratio_interval(&bound)
    ))
}
