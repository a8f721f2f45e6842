//! Threads that cost more than they give.

use super::Analyser;
use crate::format;
use crate::summary::{CaseRow, SizeSummary, Summary};
use crate::{Finding, Role, Run, Severity};

/// Reports parallel cases slower than the same variant on one thread, or than the best serial one.
pub(super) struct ParallelSlower;

impl Analyser for ParallelSlower {
    fn id(&self) -> &'static str {
        "parallel_slower"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let sizes = summary.kernels.iter().flat_map(|kernel| &kernel.sizes);
        sizes
            .flat_map(|size| {
                let parallel = size
                    .rows
                    .iter()
                    .filter(|row| row.role == Role::Parallel && row.case.threads > 1);
                parallel.filter_map(|row| self.of_row(size, row))
            })
            .collect()
    }
}

impl ParallelSlower {
    fn of_row(&self, size: &SizeSummary, row: &CaseRow) -> Option<Finding> {
        let twin = size
            .rows
            .iter()
            .find(|other| other.case.variant == row.case.variant && other.case.threads == 1);
        let ranked = size.ranked();
        let serial = ranked.iter().find(|other| other.role == Role::Serial).copied();
        let slower_than = |other: Option<&CaseRow>, severity, than: &str| {
            let ratio = other?.speed_up_over(row)?;
            if !ratio.interval.is_above(1.0) {
                return None;
            }
            let message = format!(
                "`{}` takes {} the time of {than}: threads do not pay at this size",
                row.case,
                format::ratio(ratio.interval.estimate)
            );
            Some(
                Finding::about(self.id(), severity, &row.case, message)
                    .with("ratio of times", format::ratio_interval(&ratio.interval)),
            )
        };
        slower_than(twin, Severity::Warning, "itself on one thread").or_else(|| {
            let than = format!("the best serial variant, `{}`", serial?.case.variant);
            slower_than(serial, Severity::Note, &than)
        })
    }
}
