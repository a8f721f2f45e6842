//! Samples that spread too far, and two timers that contradict each other.

use super::Analyser;
use crate::format;
use crate::stats::{Interval, median_interval, relative_dispersion};
use crate::summary::{CaseRow, KernelSummary, Summary};
use crate::{Finding, Metric, Run, Severity, measurer};

/// Relative dispersion above which a time is too noisy to rank: the median of 30 samples is then
/// uncertain by 5 %, more than most steps between good variants.
const TOO_NOISY: f64 = 0.10;

/// Ratio of the two timers' medians above which they contradict each other: a machine in steady use
/// drifts by as much between minutes.
const TOO_FAR_APART: f64 = 1.1;

/// Reports, once a kernel, the cases whose interleaved samples spread too far, and those whose two
/// timers contradict each other.
pub(super) struct Noise;

impl Analyser for Noise {
    fn id(&self) -> &'static str {
        "noise"
    }

    fn analyse(&self, run: &Run, summary: &Summary) -> Vec<Finding> {
        let kernels = summary.kernels.iter();
        kernels
            .flat_map(|kernel| [self.spread(kernel), self.drift(run, kernel)])
            .flatten()
            .collect()
    }
}

impl Noise {
    fn spread(&self, kernel: &KernelSummary) -> Option<Finding> {
        let noisy: Vec<(&CaseRow, f64)> = interleaved(kernel)
            .filter_map(|(row, samples)| Some((row, relative_dispersion(samples)?)))
            .filter(|(_, dispersion)| *dispersion > TOO_NOISY)
            .collect();
        let (worst, dispersion) = noisy.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let message = format!(
            "the times of {} of `{}` spread too far to rank by time alone, `{}` the most: trust \
             the paired speed-up, or measure again on a quiet machine",
            format::plural(noisy.len(), "case"),
            kernel.id,
            worst.case
        );
        let finding = Finding::about(self.id(), Severity::Warning, &worst.case, message);
        Some(finding.with("relative dispersion", format::percent(*dispersion)))
    }

    fn drift(&self, run: &Run, kernel: &KernelSummary) -> Option<Finding> {
        let compared: Vec<(&CaseRow, Interval, Interval)> = interleaved(kernel)
            .filter_map(|(row, samples)| {
                let criterion = run.measurement(&row.case, measurer::CRITERION)?;
                let series = criterion.series.iter().find(|s| s.metric == Metric::WALL_TIME.id)?;
                let alone = median_interval(&series.per_iteration())?;
                Some((row, alone, median_interval(samples)?))
            })
            .collect();
        let far = |(_, a, b): &(&CaseRow, Interval, Interval)| (a.estimate / b.estimate).ln().abs();
        let apart: Vec<_> = compared
            .iter()
            .filter(|both| !both.1.overlaps(&both.2) && far(both) > TOO_FAR_APART.ln())
            .collect();
        let (row, alone, paired) = apart.iter().max_by(|a, b| far(a).total_cmp(&far(b)))?;
        let message = format!(
            "criterion's time and the paired samples' differ by more than a tenth for {} of {} of \
             `{}`: the machine was in another state, trust the paired figures",
            apart.len(),
            format::plural(compared.len(), "case"),
            kernel.id
        );
        Some(
            Finding::of_run(self.id(), Severity::Note, message)
                .with("furthest apart", row.case.to_string())
                .with("criterion", format::time_interval(alone))
                .with("paired", format::time_interval(paired)),
        )
    }
}

fn interleaved(kernel: &KernelSummary) -> impl Iterator<Item = (&CaseRow, &[f64])> {
    kernel.rows().filter_map(|row| {
        let timing = row.timing.as_ref()?;
        (timing.measurer == measurer::INTERLEAVED).then_some((row, timing.samples_ns.as_slice()))
    })
}
