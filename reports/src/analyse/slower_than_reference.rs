//! Variants that are slower than what they should improve on.

use super::Analyser;
use crate::format;
use crate::summary::{CaseRow, KernelSummary, Summary};
use crate::{Finding, Run, Severity};

/// Reports variants whose speed-up over the reference lies wholly below 1.
pub(super) struct SlowerThanReference;

impl Analyser for SlowerThanReference {
    fn id(&self) -> &'static str {
        "slower_than_reference"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let rows = summary.kernels.iter().flat_map(KernelSummary::rows);
        rows.filter_map(|row| self.of_row(row)).collect()
    }
}

impl SlowerThanReference {
    fn of_row(&self, row: &CaseRow) -> Option<Finding> {
        let ratio = row.speed_up.filter(|ratio| ratio.interval.is_below(1.0))?;
        let message = format!(
            "`{}` takes {} the time of the reference",
            row.case,
            format::ratio(ratio.interval.estimate.recip())
        );
        Some(
            Finding::about(self.id(), Severity::Warning, &row.case, message)
                .with("speed-up", format::ratio_interval(&ratio.interval))
                .with("samples", if ratio.paired { "paired" } else { "unpaired" }),
        )
    }
}
