//! Variants that claim to work in their own buffers, and allocate all the same.

use super::Analyser;
use crate::format;
use crate::summary::{CaseRow, KernelSummary, Summary};
use crate::{Detail, Finding, Role, Run, Severity, measurer};

/// How many call sites serve as evidence: the largest few name the culprit.
const SITES_SHOWN: usize = 3;

/// Reports in-place variants whose steady iterations allocate.
pub(super) struct Allocation;

impl Analyser for Allocation {
    fn id(&self) -> &'static str {
        "allocation"
    }

    fn analyse(&self, run: &Run, summary: &Summary) -> Vec<Finding> {
        let rows = summary.kernels.iter().flat_map(KernelSummary::rows);
        rows.filter(|row| row.role != Role::Reference && row.is_in_place())
            .filter_map(|row| self.of_row(run, row))
            .collect()
    }
}

impl Allocation {
    fn of_row(&self, run: &Run, row: &CaseRow) -> Option<Finding> {
        let heap = row.heap.filter(|heap| heap.blocks > 0.0)?;
        let message = format!(
            "`{}` works in place but allocates {} blocks an iteration",
            row.case,
            format::count(heap.blocks)
        );
        let mut finding = Finding::about(self.id(), Severity::Warning, &row.case, message)
            .with("blocks per iteration", format::count(heap.blocks));
        if let Some(bytes) = heap.bytes {
            finding = finding.with("bytes per iteration", format::bytes(bytes));
        }
        let detail = run.measurement(&row.case, measurer::HEAP).map(|found| &found.detail);
        if let Some(Detail::CallSites(sites)) = detail {
            for site in sites.iter().take(SITES_SHOWN) {
                let value =
                    format!("{} blocks, {}", format::count(site.blocks), format::bytes(site.bytes));
                finding = finding.with(&site.place, value);
            }
        }
        Some(finding)
    }
}
