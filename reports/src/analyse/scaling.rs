//! What keeps threads from giving more: code that is serial, or memory that all of them share.

use super::Analyser;
use crate::format;
use crate::stats::Interval;
use crate::summary::{KernelSummary, Scaling, Summary, ThreadsRow};
use crate::{Bound, Finding, KernelInfo, Run, Severity};

/// A serial fraction below this is no loss that anyone would look for: two threads then do nine tenths of
/// what two could.
const NOTICEABLE: f64 = 0.1;
/// A case whose gain is at least this part of the gain of the ceiling grows as the machine does.
const AS_THE_CEILING: f64 = 0.9;
/// A case at less than this share of the ceiling is not held back by it.
const NEAR_THE_CEILING: f64 = 0.5;

/// Says of the fastest parallel case of each kernel why its threads waste what they waste.
pub(super) struct ScalingLoss;

impl Analyser for ScalingLoss {
    fn id(&self) -> &'static str {
        "scaling"
    }

    fn analyse(&self, run: &Run, summary: &Summary) -> Vec<Finding> {
        let kernels = run.kernels.iter().zip(&summary.kernels);
        kernels
            .filter_map(|(kernel, summary)| self.of_row(kernel, fastest(summary)?.most()?))
            .collect()
    }
}

/// The parallel variant that is fastest on the most threads at the largest size.
fn fastest(summary: &KernelSummary) -> Option<&Scaling> {
    let time = |scaling: &Scaling| {
        scaling.most().and_then(|row| row.case.time_ns()).unwrap_or(f64::INFINITY)
    };
    summary.scaling_at_largest().min_by(|a, b| time(a).total_cmp(&time(b)))
}

impl ScalingLoss {
    fn of_row(&self, kernel: &KernelInfo, row: &ThreadsRow) -> Option<Finding> {
        let case = &row.case.case;
        let gain = format::ratio_interval(&row.speed_up.interval);
        let message = if row.serial.is_below(0.0) {
            format!(
                "`{case}` is {gain} as fast as on one thread, more than its {} threads explain: \
                 likely its data fits into their caches together, or one thread was disturbed",
                case.threads
            )
        } else if !row.serial.is_above(NOTICEABLE) {
            return None;
        } else if let Some(what) = kernel.bound.and_then(|bound| held_back(bound, row)) {
            format!("`{case}` is {gain} as fast as on one thread: {what}")
        } else {
            format!(
                "`{case}` is {gain} as fast as on one thread, as if {} of its time were serial: \
                 serial code, waiting, or too little work a thread{}",
                format::percent_interval(&row.serial),
                not_the_machine(row)
            )
        };
        let finding = Finding::about(self.id(), Severity::Note, case, message)
            .with("serial fraction (Karp and Flatt)", format::percent_interval(&row.serial))
            .with("efficiency", format::percent_interval(&row.efficiency));
        Some(match &row.ceiling_gain {
            Some(ceiling) => {
                finding.with("gain of the ceiling", format::ratio_interval(&ceiling.interval))
            }
            None => finding,
        })
    }
}

/// How the machine holds the case back, where it is near the ceiling of as many threads and gains as
/// much from them as the ceiling itself.
fn held_back(bound: Bound, row: &ThreadsRow) -> Option<String> {
    let (gain, share) = (row.ceiling_gain?.interval, row.ceiling_share?.interval);
    let grows_alike = row.speed_up.interval.estimate >= AS_THE_CEILING * gain.estimate;
    if !grows_alike || share.estimate < NEAR_THE_CEILING || !wastes(&gain, row.case.case.threads) {
        return None;
    }
    let what = if bound.is_memory() {
        "bound by memory bandwidth and not by serial code"
    } else {
        "bound by the arithmetic that the threads share and not by serial code"
    };
    Some(format!(
        "{what}; the machine itself gains {} from {} threads, and it reaches {} of that",
        format::ratio(gain.estimate),
        row.case.case.threads,
        format::percent(share.estimate)
    ))
}

/// Whether the machine's own ceiling grows less than the threads.
fn wastes(gain: &Interval, threads: usize) -> bool {
    gain.is_below(threads as f64)
}

fn not_the_machine(row: &ThreadsRow) -> String {
    match &row.ceiling_gain {
        Some(gain) => format!(
            "; the machine's ceiling gains {} from as many threads",
            format::ratio(gain.interval.estimate)
        ),
        None => String::new(),
    }
}
