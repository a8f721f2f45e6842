//! One kernel at one size: a live worker a case, checked, and the slow ones timed by plain runs.

use std::time::Duration;

use amdahl_reports::{Detail, Measurement, Metric, Series, measurer};

use super::Runner;
use crate::driver::LiveCase;
use crate::plan::Group;

/// An iteration longer than this is timed by a few plain runs, and a reference longer than this does
/// not check the others at this size.
const SLOW_NS: f64 = 250e6;
/// Plain runs of a slow case: at least, at most, and the time they may take.
const PLAIN_RUNS: (u64, u64) = (3, 5);
const PLAIN_TIME: Duration = Duration::from_secs(3);

impl Runner<'_> {
    /// Starts and checks the cases; those that fail are recorded and left out.
    ///
    /// The reference comes first. Where it is slow, the first variant that agrees with it checks the
    /// rest.
    pub(super) fn open(&mut self, group: &Group) -> Vec<LiveCase> {
        let mut live: Vec<LiveCase> = Vec::new();
        let mut against = group.reference.clone();
        let mut reference_is_slow = false;
        for id in &group.cases {
            if self.has_failed(id) {
                continue;
            }
            match LiveCase::start(&self.launcher, id, &self.plan.source, Some(&against)) {
                Ok(case) => {
                    self.measured(id, measurer::CHECK, check_measurement(&case));
                    if id.variant == group.reference {
                        reference_is_slow = case.estimate_ns > SLOW_NS;
                    } else if reference_is_slow && against == group.reference {
                        against.clone_from(&id.variant);
                    }
                    live.push(case);
                }
                Err(failure) => self.failed(id, measurer::CHECK, failure),
            }
        }
        if self.choice.times() {
            for case in live.iter_mut().filter(|case| is_slow(case)) {
                self.plain(case);
            }
        }
        live
    }

    /// Times a slow case by a few plain runs.
    pub(super) fn plain(&mut self, case: &mut LiveCase) {
        let runs = case.iterations_for(PLAIN_TIME).clamp(PLAIN_RUNS.0, PLAIN_RUNS.1);
        let mut times = Vec::new();
        for _ in 0..runs {
            match case.last_batch(0, 1) {
                Ok(batch) => times.push(batch.elapsed_ns as f64),
                Err(failure) => {
                    let id = case.id.clone();
                    return self.failed(&id, measurer::PLAIN, failure);
                }
            }
        }
        let measurement = Measurement {
            series: vec![Series::single(Metric::WALL_TIME, times)],
            notes: vec![format!("{runs} plain runs")],
            detail: Detail::None,
        };
        self.measured(&case.id.clone(), measurer::PLAIN, measurement);
    }
}

/// Whether the passes of many iterations leave a case out.
pub(crate) fn is_slow(case: &LiveCase) -> bool {
    case.estimate_ns > SLOW_NS
}

/// The record of a passed check: agreement, setup, and the first iteration.
pub(super) fn check_measurement(case: &LiveCase) -> Measurement {
    let mut series = vec![Series::single(Metric::SETUP_TIME, vec![case.setup_ns as f64])];
    if let Some(cold_ns) = case.cold_ns {
        series.push(Series::single(Metric::COLD_TIME, vec![cold_ns as f64]));
    }
    let detail = case.agreement.clone().map_or(Detail::None, Detail::Agreement);
    Measurement { series, notes: Vec::new(), detail }
}
