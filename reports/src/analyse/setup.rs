//! Work hidden before the clock.

use super::Analyser;
use crate::format;
use crate::summary::{CaseRow, SizeSummary, Summary};
use crate::{Finding, Run, Severity};

/// Reports variants whose own preparation takes longer than the reference's whole work.
pub(super) struct Setup;

impl Analyser for Setup {
    fn id(&self) -> &'static str {
        "setup"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let sizes = summary.kernels.iter().flat_map(|kernel| &kernel.sizes);
        sizes.flat_map(|size| size.rows.iter().filter_map(|row| self.of_row(size, row))).collect()
    }
}

impl Setup {
    fn of_row(&self, size: &SizeSummary, row: &CaseRow) -> Option<Finding> {
        let setup_ns = row.setup_ns?.estimate;
        let reference = size.reference()?;
        let reference_ns = reference.time_ns()?;
        if setup_ns <= reference_ns {
            return None;
        }
        let message = format!(
            "`{}` prepares for {} before its clock starts, longer than the whole work of `{}`: \
             count it in before choosing this variant",
            row.case,
            format::time(setup_ns),
            reference.case.variant
        );
        Some(
            Finding::about(self.id(), Severity::Warning, &row.case, message)
                .with("setup", format::time(setup_ns))
                .with("reference", format::time(reference_ns)),
        )
    }
}
