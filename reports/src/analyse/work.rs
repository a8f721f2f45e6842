//! Whether the work happened: cases that cannot have done it, checks that cannot tell.

use super::Analyser;
use crate::format;
use crate::stats::unpaired_ratio;
use crate::summary::{CaseRow, KernelSummary, SizeSummary, Status, Summary};
use crate::{CaseId, Detail, FailureKind, Finding, KernelInfo, Outcome, Role, Run, Severity};
use crate::{SizeInfo, measurer};

/// Declared work of two sizes differs by at least this factor before their times must.
const MORE_WORK: f64 = 8.0;

/// Times within this factor are no growth: less than a third of what eight times the work would cost
/// a variant that spends nine tenths of its time on what does not grow.
const NO_GROWTH: f64 = 1.25;

/// Reports cases that skipped their work, times that do not grow with it, and checks that any
/// constant would pass.
pub(super) struct Work;

impl Analyser for Work {
    fn id(&self) -> &'static str {
        "work"
    }

    fn analyse(&self, run: &Run, summary: &Summary) -> Vec<Finding> {
        let mut findings = self.wrong_when_timed(run);
        for (kernel, summary) in run.kernels.iter().zip(&summary.kernels) {
            findings.extend(self.idle(summary));
            findings.extend(self.flat(kernel, summary));
            findings.extend(self.vacuous(summary));
            findings.extend(self.indifferent(run, kernel));
        }
        findings
    }
}

impl Work {
    fn wrong_when_timed(&self, run: &Run) -> Vec<Finding> {
        let of_work = run.records.iter().filter(|record| record.measurer == measurer::WORK);
        let wrong = of_work.filter_map(|record| {
            let Outcome::Failed(failure) = &record.outcome else { return None };
            (failure.kind == FailureKind::Disagreed).then(|| {
                let message = format!(
                    "`{}` was right when it was checked and wrong when it was timed: it {}",
                    record.case, failure.reason
                );
                Finding::about(self.id(), Severity::Problem, &record.case, message)
            })
        });
        wrong.collect()
    }

    fn idle(&self, kernel: &KernelSummary) -> Vec<Finding> {
        let idle = kernel.rows().filter_map(|row| match &row.status {
            Status::Failed { failure, .. } if failure.kind == FailureKind::Idle => {
                let message = format!("`{}` is not ranked: {}", row.case, failure.reason);
                Some(Finding::about(self.id(), Severity::Problem, &row.case, message))
            }
            _ => None,
        });
        idle.collect()
    }

    /// The same case at two sizes of very different work in the same time, once a variant.
    fn flat(&self, kernel: &KernelInfo, summary: &KernelSummary) -> Vec<Finding> {
        let Some(large) = summary.largest_size() else { return Vec::new() };
        let work = |size: &SizeSummary| kernel.size(&size.label).and_then(work_of);
        let Some(most) = work(large) else { return Vec::new() };
        let smaller = summary.sizes.iter().filter_map(|size| Some((size, work(size)?)));
        let smallest = smaller.min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((small, least)) = smallest.filter(|(_, least)| most >= MORE_WORK * least) else {
            return Vec::new();
        };
        let found = large.rows.iter().filter_map(|row| {
            let same = |other: &&CaseRow| {
                (&other.case.variant, other.case.threads) == (&row.case.variant, row.case.threads)
            };
            let twin = small.rows.iter().find(same)?;
            let (long, short) = (row.timing.as_ref()?, twin.timing.as_ref()?);
            let ratio = unpaired_ratio(&long.samples_ns, &short.samples_ns)?;
            if !ratio.is_below(NO_GROWTH) {
                return None;
            }
            let severity =
                if row.role == Role::Parallel { Severity::Warning } else { Severity::Problem };
            let message = format!(
                "the time of `{}` does not grow with its work, which is {} that of {}: the work is \
                 not done under the clock, or something else takes all the time",
                row.case,
                format::ratio(most / least),
                small.label
            );
            let finding = Finding::about(self.id(), severity, &row.case, message);
            Some(finding.with("ratio of times", format::ratio_interval(&ratio)))
        });
        found.collect()
    }

    /// Results without a value in them agree whatever was computed.
    fn vacuous(&self, kernel: &KernelSummary) -> Option<Finding> {
        let empty = |row: &&CaseRow| row.agreement.as_ref().is_some_and(|own| own.values == 0);
        let row = kernel.rows().find(|row| row.role == Role::Reference).filter(empty)?;
        let message = format!(
            "the results of `{}` hold no value at {}: its variants agree whatever they compute",
            kernel.id, row.case.size
        );
        Some(Finding::about(self.id(), Severity::Warning, &row.case, message))
    }

    /// A kernel whose result is the same for two seeds at every smoke size: a stale result would pass.
    fn indifferent(&self, run: &Run, kernel: &KernelInfo) -> Option<Finding> {
        let reference = kernel.reference()?;
        let mut seen = kernel.sizes.iter().filter(|size| !size.measured).filter_map(|size| {
            let case = CaseId::new(&kernel.id, &reference.name, &size.label, 1);
            match &run.measurement(&case, measurer::CHECK)?.detail {
                Detail::Agreement(agreement) => agreement.seeds_differ,
                _ => None,
            }
        });
        let first = seen.next()?;
        if first || seen.any(|differs| differs) {
            return None;
        }
        let message = format!(
            "two seeds give `{}` the same result at every smoke size: a variant that keeps an \
             earlier result would pass its check",
            kernel.id
        );
        Some(Finding::of_run(self.id(), Severity::Note, message))
    }
}

fn work_of(size: &SizeInfo) -> Option<f64> {
    size.flops.filter(|flops| *flops > 0.0).or(size.bytes).filter(|work| *work > 0.0)
}
