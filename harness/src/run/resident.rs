//! The most memory that an iteration adds to its process, of peers and of our cases beside them: the
//! one figure of memory that needs nothing of the program measured.

use amdahl_reports::{Failure, Measurement, Metric, Outcome, Series, measurer};

use super::Runner;
use super::group::is_slow;
use super::measurers::Measurer;
use crate::driver::LiveCase;
use crate::machine::{reset_peak, resident};
use crate::plan::Group;

/// Iterations looked at: the median of three is free of a single disturbance.
const ITERATIONS: usize = 3;

/// Looks at the resident set of each case of a group with peers.
pub(super) struct ResidentPeak;

impl Measurer for ResidentPeak {
    fn id(&self) -> &'static str {
        measurer::RESIDENT
    }

    fn takes_peers(&self) -> bool {
        true
    }

    fn steps(&self, group: &Group) -> usize {
        usize::from(!group.peers.is_empty())
    }

    fn measure(&self, runner: &mut Runner<'_>, group: &Group, live: &mut [LiveCase]) {
        if group.peers.is_empty() {
            return;
        }
        runner.progress.step(&format!("memory of {} at {}", group.kernel, group.size));
        for case in live {
            let id = case.id.clone();
            if runner.timing_has_failed(&id) {
                continue;
            }
            match peaks(case) {
                Ok(Some(peaks)) => {
                    let series = vec![Series::single(Metric::RESIDENT_PEAK, peaks)];
                    let measurement = Measurement { series, ..Measurement::default() };
                    runner.measured(&id, self.id(), measurement);
                }
                Ok(None) => runner.keep(&id, self.id(), not_told()),
                Err(failure) => runner.failed(&id, self.id(), failure),
            }
        }
    }
}

fn not_told() -> Outcome {
    Outcome::NotMeasured {
        reason: "the system does not tell the peak of resident memory".to_owned(),
        remedy: "run on Linux, where /proc/PID/clear_refs can be written".to_owned(),
    }
}

/// The bytes that each of some iterations added at most to what its process held before.
fn peaks(case: &mut LiveCase) -> Result<Option<Vec<f64>>, Failure> {
    let iterations = if is_slow(case) { 1 } else { ITERATIONS };
    let mut peaks = Vec::with_capacity(iterations);
    // What an allocator kept of one iteration would hide what the next one needs.
    case.trim()?;
    case.batch(1)?;
    for _ in 0..iterations {
        let process = case.process();
        if reset_peak(process).is_err() {
            return Ok(None);
        }
        let Some(before) = resident(process) else { return Ok(None) };
        case.batch(1)?;
        let Some(after) = resident(process) else { return Ok(None) };
        peaks.push(after.peak.saturating_sub(before.now) as f64);
    }
    Ok(Some(peaks))
}
