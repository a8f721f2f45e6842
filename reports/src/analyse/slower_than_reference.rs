//! Variants that are slower than what they should improve on.

use super::Analyser;
use crate::format;
use crate::summary::{CaseRow, KernelSummary, Ratio, Summary};
use crate::{Finding, Run, Severity};

/// Reports variants whose speed-up over the reference lies wholly below 1, once for all their sizes.
pub(super) struct SlowerThanReference;

impl Analyser for SlowerThanReference {
    fn id(&self) -> &'static str {
        "slower_than_reference"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        summary.kernels.iter().flat_map(|kernel| self.of_kernel(kernel)).collect()
    }
}

impl SlowerThanReference {
    fn of_kernel(&self, kernel: &KernelSummary) -> Vec<Finding> {
        let slow = kernel.rows().filter_map(|row| {
            let ratio = row.speed_up.filter(|ratio| ratio.interval.is_below(1.0))?;
            Some((row, ratio))
        });
        let mut variants: Vec<Vec<(&CaseRow, Ratio)>> = Vec::new();
        for (row, ratio) in slow {
            let same = |group: &&mut Vec<(&CaseRow, Ratio)>| {
                let case = &group[0].0.case;
                (&case.variant, case.threads) == (&row.case.variant, row.case.threads)
            };
            match variants.iter_mut().find(same) {
                Some(group) => group.push((row, ratio)),
                None => variants.push(vec![(row, ratio)]),
            }
        }
        variants.iter().filter_map(|group| self.of_variant(kernel, group)).collect()
    }

    fn of_variant(&self, kernel: &KernelSummary, sizes: &[(&CaseRow, Ratio)]) -> Option<Finding> {
        let slowness = |(_, ratio): &&(&CaseRow, Ratio)| ratio.interval.estimate;
        let (row, worst) = sizes.iter().min_by(|a, b| slowness(a).total_cmp(&slowness(b)))?;
        let message = format!(
            "`{}` of `{}` takes {} the time of the reference at {}",
            row.case.variant_label(),
            kernel.id,
            format::ratio(worst.interval.estimate.recip()),
            row.case.size
        );
        let finding = Finding::about(self.id(), Severity::Warning, &row.case, message);
        Some(sizes.iter().fold(finding, |finding, (row, ratio)| {
            let pairing = if ratio.paired { "" } else { ", unpaired" };
            let name = format!("speed-up at {}{pairing}", row.case.size);
            finding.with(&name, format::ratio_interval(&ratio.interval))
        }))
    }
}
