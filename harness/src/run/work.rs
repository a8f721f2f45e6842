//! Did the work happen: the result of a timed iteration held to the reference's, and how long a first
//! iteration takes after a fresh setup, where nothing of an earlier one is left.

use amdahl_reports::{Measurement, Metric, Series, measurer};

use super::Runner;
use super::group::is_slow;
use super::measurers::Measurer;
use crate::driver::LiveCase;
use crate::plan::Group;

/// First iterations that are timed: the least of three is free of a single disturbance.
const FRESH: u64 = 3;
/// The same where an iteration is slow, and a disturbance small beside it.
const FRESH_OF_SLOW: u64 = 1;

/// Looks at the last result of each case that was timed.
pub(super) struct Worked;

impl Measurer for Worked {
    fn id(&self) -> &'static str {
        measurer::WORK
    }

    fn takes_peers(&self) -> bool {
        true
    }

    fn steps(&self, _: &Group) -> usize {
        1
    }

    fn measure(&self, runner: &mut Runner<'_>, group: &Group, live: &mut [LiveCase]) {
        runner.progress.step(&format!("verify {} at {}", group.kernel, group.size));
        for case in live {
            if case.is_peer {
                runner.verify_peer(case);
            } else {
                runner.verify(case);
            }
        }
    }
}

impl Runner<'_> {
    /// Holds what was timed to the reference; a case whose timing failed has failed already.
    pub(super) fn verify(&mut self, case: &mut LiveCase) {
        let id = case.id.clone();
        if self.timing_has_failed(&id) {
            return;
        }
        let fresh = if is_slow(case) { FRESH_OF_SLOW } else { FRESH };
        let outcome = case.verify(fresh).map(|fresh_ns| {
            let times = fresh_ns.into_iter().map(|time| time as f64).collect();
            let series = vec![Series::single(Metric::FRESH_TIME, times)];
            Measurement { series, ..Measurement::default() }
        });
        self.conclude(&id, measurer::WORK, outcome);
    }
}
