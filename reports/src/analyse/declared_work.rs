//! Costs that declare more operations than the reference does.

use super::Analyser;
use crate::format;
use crate::summary::{KernelSummary, Summary};
use crate::{Finding, Run, Severity};

/// Reports, once a kernel, that more operations are declared as compulsory than its reference was
/// counted to do: its rates and shares of the ceiling are then too high.
pub(super) struct DeclaredWork;

impl Analyser for DeclaredWork {
    fn id(&self) -> &'static str {
        "declared_work"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        summary.kernels.iter().filter_map(|kernel| self.of_kernel(kernel)).collect()
    }
}

impl DeclaredWork {
    fn of_kernel(&self, kernel: &KernelSummary) -> Option<Finding> {
        let excessive: Vec<_> = kernel.counted.iter().filter(|size| size.is_excessive()).collect();
        let first = excessive.first()?;
        let declared = first.declared?;
        let message = format!(
            "`{}` declares more operations than its reference does, at {} of {} counted: its cost \
             is wrong, and its rates and shares of the ceiling with it",
            kernel.id,
            excessive.len(),
            format::plural(kernel.counted.len(), "smoke size"),
        );
        Some(
            Finding::of_run(self.id(), Severity::Warning, message)
                .with(&format!("declared at {}", first.size), format::flops(declared))
                .with("counted there", format::flops(first.counted.flops() as f64)),
        )
    }
}
