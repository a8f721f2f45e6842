//! Samples so short that reading the clock is a part of them.

use super::Analyser;
use crate::format;
use crate::stats::median;
use crate::summary::{CaseRow, KernelSummary, Summary};
use crate::{Finding, Metric, Run, Severity};

/// The largest share of a sample that reading the clock may take: below it no digit that a report
/// shows is the clock's.
const TOO_MUCH_CLOCK: f64 = 0.01;

/// Reports cases whose samples last less than a hundred times the clock readings within them.
pub(super) struct Clock;

impl Analyser for Clock {
    fn id(&self) -> &'static str {
        "clock"
    }

    fn analyse(&self, run: &Run, summary: &Summary) -> Vec<Finding> {
        let rows = summary.kernels.iter().flat_map(KernelSummary::rows);
        rows.filter_map(|row| self.of_row(run, row)).collect()
    }
}

impl Clock {
    fn of_row(&self, run: &Run, row: &CaseRow) -> Option<Finding> {
        let measurement = run.measurement(&row.case, &row.timing.as_ref()?.measurer)?;
        let of = |metric: Metric| measurement.series.iter().find(|s| s.metric == metric.id);
        let sample_ns = median(&of(Metric::WALL_TIME)?.totals)?;
        // A record without the count was timed by one pair a sample.
        let pairs = of(Metric::CLOCK_PAIRS).and_then(|series| median(&series.totals));
        let cost_ns = run.info.conditions.clock_cost_ns * pairs.unwrap_or(1.0);
        if cost_ns <= TOO_MUCH_CLOCK * sample_ns {
            return None;
        }
        let message = format!(
            "reading the clock takes {} of a sample of `{}`: give it a larger size or more \
             iterations a sample",
            format::percent(cost_ns / sample_ns),
            row.case
        );
        Some(
            Finding::about(self.id(), Severity::Warning, &row.case, message)
                .with("clock", format::time(cost_ns))
                .with("sample", format::time(sample_ns)),
        )
    }
}
