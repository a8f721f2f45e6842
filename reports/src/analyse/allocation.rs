//! Variants that claim to work in their own buffers, and allocate all the same.

use super::Analyser;
use crate::format;
use crate::summary::{CaseRow, KernelSummary, Summary};
use crate::{Detail, Finding, Role, Run, Severity, measurer};

/// How many call sites serve as evidence: the largest few name the culprit.
const SITES_SHOWN: usize = 3;

/// Reports in-place variants whose steady iterations allocate, each by the case that allocates most.
pub(super) struct Allocation;

impl Analyser for Allocation {
    fn id(&self) -> &'static str {
        "allocation"
    }

    fn analyse(&self, run: &Run, summary: &Summary) -> Vec<Finding> {
        let mut worst: Vec<(&CaseRow, f64)> = Vec::new();
        for row in summary.kernels.iter().flat_map(KernelSummary::rows) {
            let blocks = row.heap.map_or(0.0, |heap| heap.blocks);
            if row.role == Role::Reference || !row.is_in_place() || blocks <= 0.0 {
                continue;
            }
            let is_of = |other: &CaseRow| {
                other.case.kernel == row.case.kernel && other.case.variant == row.case.variant
            };
            match worst.iter_mut().find(|(other, _)| is_of(other)) {
                Some((_, most)) if *most >= blocks => {}
                Some(found) => *found = (row, blocks),
                None => worst.push((row, blocks)),
            }
        }
        worst.into_iter().map(|(row, blocks)| self.of_row(run, row, blocks)).collect()
    }
}

impl Allocation {
    fn of_row(&self, run: &Run, row: &CaseRow, blocks: f64) -> Finding {
        let noun = if blocks == 1.0 { "block" } else { "blocks" };
        let message = format!(
            "`{}` works in place but allocates {} {noun} an iteration",
            row.case,
            format::count(blocks)
        );
        let mut finding = Finding::about(self.id(), Severity::Warning, &row.case, message)
            .with("blocks per iteration", format::count(blocks));
        if let Some(bytes) = row.heap.and_then(|heap| heap.bytes) {
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
        finding
    }
}
