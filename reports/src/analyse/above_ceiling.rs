//! Cases that seem faster than the machine.

use super::Analyser;
use crate::format;
use crate::summary::{CaseRow, Headroom, KernelSummary, SizeSummary, Summary};
use crate::{Finding, Run, Severity};

/// Reports, once a kernel, the cases that reach more of a ceiling than there is: never a success, but
/// a cost model that asks for too much or work that was not done.
pub(super) struct AboveCeiling;

impl Analyser for AboveCeiling {
    fn id(&self) -> &'static str {
        "above_ceiling"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        summary.kernels.iter().filter_map(|kernel| self.of_kernel(kernel)).collect()
    }
}

fn above(size: &SizeSummary) -> impl Iterator<Item = (&CaseRow, Headroom<'_>)> {
    let rows = size.rows.iter().filter_map(|row| Some((row, size.headroom(row)?)));
    rows.filter(|(_, headroom)| headroom.is_above_the_ceiling())
}

impl AboveCeiling {
    fn of_kernel(&self, kernel: &KernelSummary) -> Option<Finding> {
        let found: Vec<_> = kernel.sizes.iter().flat_map(above).collect();
        let share = |(_, headroom): &(&CaseRow, Headroom<'_>)| headroom.share.interval.estimate;
        let (row, headroom) = found.iter().max_by(|a, b| share(a).total_cmp(&share(b)))?;
        let bound = headroom.ceiling.bound;
        let others = match found.len() - 1 {
            0 => String::new(),
            others => format!(", as do {} more", format::plural(others, "case")),
        };
        let message = format!(
            "`{}` seems to reach {} of the machine's ceiling for {}{others}: the cost declared of \
             `{}` asks for more than must be done, or the work was optimised away; this is no speed",
            row.case,
            format::percent_whole(headroom.share.interval.estimate),
            bound.label(),
            kernel.id,
        );
        let rate = format!("{} {}", format::number(headroom.ceiling.rate.estimate), bound.unit());
        Some(
            Finding::about(self.id(), Severity::Warning, &row.case, message)
                .with("share of the ceiling", format::percent_interval(&headroom.share.interval))
                .with("ceiling", rate)
                .with("time at the ceiling", format::time_interval(&headroom.ceiling.time_ns)),
        )
    }
}
