//! Winners that have not won.

use super::Analyser;
use crate::format;
use crate::summary::{KernelSummary, SizeSummary, Summary};
use crate::{Finding, Run, Severity};

/// Reports sizes at which the fastest case cannot be told from those behind it.
pub(super) struct Undecided;

impl Analyser for Undecided {
    fn id(&self) -> &'static str {
        "undecided"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let sizes = summary
            .kernels
            .iter()
            .flat_map(|kernel| kernel.sizes.iter().map(move |size| (kernel, size)));
        sizes.filter_map(|(kernel, size)| self.of_size(kernel, size)).collect()
    }
}

impl Undecided {
    fn of_size(&self, kernel: &KernelSummary, size: &SizeSummary) -> Option<Finding> {
        let winner = size.winner()?;
        let close = size.contenders();
        if close.is_empty() {
            return None;
        }
        let names: Vec<String> = std::iter::once(winner)
            .chain(close.iter().map(|(row, _)| *row))
            .map(|row| format!("`{}`", row.case.variant_label()))
            .collect();
        let message = format!(
            "{} of `{}` at {} are too close to rank",
            format::list(&names),
            kernel.id,
            size.label
        );
        let finding = Finding::about(self.id(), Severity::Note, &winner.case, message);
        Some(close.iter().fold(finding, |finding, (row, ratio)| {
            let name = format!("{} over {}", row.case.variant_label(), winner.case.variant_label());
            finding.with(&name, format::ratio_interval(&ratio.interval))
        }))
    }
}
