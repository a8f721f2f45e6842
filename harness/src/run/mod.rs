//! Running a plan: check, time, count, profile, and keep a record of each, good or bad.
//!
//! A group (one kernel at one size) has one live worker a case while its cases are timed in turn;
//! heap and profiles then get processes of their own. Nothing here prints: what goes on is told to
//! a [`Progress`].

mod group;
mod heap;
mod interleave;
mod passes;
mod profile;
mod smoke;
mod stages;

use std::path::PathBuf;

use amdahl_reports::{
    CaseId, Failure, FailureKind, Measurement, Outcome, Record, Run, RunInfo, measurer,
};

use crate::driver::{Launcher, LiveCase, Worker};
use crate::machine::{Observation, build, machine};
use crate::measure::Deadline;
use crate::plan::{Group, Plan};
use crate::protocol::{Purpose, Reply, Request};

pub(crate) use group::is_slow;
pub(crate) use passes::Passes;
pub(crate) use profile::HERTZ;

/// Is told what goes on.
pub(crate) trait Progress {
    /// A run of so many steps begins.
    fn begin(&mut self, steps: u64);
    /// A step begins.
    fn step(&mut self, what: &str);
    /// Something the user should know now.
    fn warn(&mut self, message: &str);
    /// The run is over.
    fn end(&mut self);
}

/// Times a live case in a way of its own, as criterion does; none where there is nothing to time.
pub(crate) trait Timer {
    /// Samples of the case's wall time, or why there are none.
    fn time(&mut self, case: &mut LiveCase) -> Option<Result<Measurement, Failure>>;
}

/// Leaves timing to the interleaved pass.
pub(crate) struct NoTimer;

impl Timer for NoTimer {
    fn time(&mut self, _: &mut LiveCase) -> Option<Result<Measurement, Failure>> {
        None
    }
}

/// Runs a plan and collects its records.
pub(crate) struct Runner<'a> {
    plan: &'a Plan,
    passes: Passes,
    launcher: Launcher,
    /// Where profiles are written.
    folder: PathBuf,
    progress: &'a mut dyn Progress,
    records: Vec<Record>,
    counts_heap: bool,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        passes: Passes,
        launcher: Launcher,
        folder: PathBuf,
        progress: &'a mut dyn Progress,
    ) -> Self {
        Self { plan, passes, launcher, folder, progress, records: Vec::new(), counts_heap: false }
    }

    /// Runs the whole plan. `command` and `started` go into the run's head.
    pub(crate) fn run(mut self, timer: &mut dyn Timer, command: &str, started: &str) -> Run {
        let observation = Observation::begin();
        let clock = Deadline::after(std::time::Duration::MAX);
        let plan = self.plan;
        let measured: &[Group] = if self.passes.measured { &plan.groups } else { &[] };
        self.progress.begin(self.steps());
        self.counts_heap = self.passes.heap && self.worker_counts_heap();
        for kernel in &plan.kernels {
            for group in plan.smoke.iter().filter(|group| group.kernel == kernel.id) {
                self.smoke(group);
            }
            for group in measured.iter().filter(|group| group.kernel == kernel.id) {
                self.group(group, timer);
            }
        }
        self.progress.end();
        let info = RunInfo {
            started: started.to_owned(),
            took_s: clock.elapsed().as_secs_f64(),
            command: command.to_owned(),
            seed: self.plan.seed,
            machine: machine(),
            build: build(),
            conditions: observation.end(),
        };
        Run { info, kernels: self.plan.kernels.clone(), records: self.records }
    }

    fn steps(&self) -> u64 {
        let smoke = self.plan.smoke.len();
        let groups = self.plan.groups.iter().map(|group| self.passes.count(group)).sum::<usize>();
        (smoke + groups) as u64
    }

    /// Whether the program declared the allocator that can count.
    fn worker_counts_heap(&mut self) -> bool {
        let asked = self.launcher.launch(Purpose::Heap).and_then(|mut worker: Worker| {
            worker.ask(&Request::List {}, std::time::Duration::ZERO)
        });
        matches!(asked, Ok(Reply::Kernels { counts_heap: true, .. }))
    }

    fn measured(&mut self, case: &CaseId, measurer: &str, measurement: Measurement) {
        self.keep(case, measurer, Outcome::Measured(measurement));
    }

    fn failed(&mut self, case: &CaseId, measurer: &str, failure: Failure) {
        self.progress.warn(&format!("{case}: {}: {}", failure.kind.label(), failure.reason));
        self.keep(case, measurer, Outcome::Failed(failure));
    }

    fn keep(&mut self, case: &CaseId, measurer: &str, outcome: Outcome) {
        self.records.push(Record { case: case.clone(), measurer: measurer.to_owned(), outcome });
    }

    /// Whether the case's check has failed, at this size or at a smoke size of its variant.
    fn has_failed(&self, case: &CaseId) -> bool {
        self.records.iter().any(|record| {
            record.measurer == measurer::CHECK
                && record.case.kernel == case.kernel
                && record.case.variant == case.variant
                && record.case.threads == case.threads
                && matches!(record.outcome, Outcome::Failed(_))
        })
    }
}

/// Whether a run had a case that failed: a disagreement, a panic, a death, a time-out.
pub(crate) fn has_failures(run: &Run) -> bool {
    run.records.iter().any(|record| {
        matches!(&record.outcome, Outcome::Failed(failure) if failure.kind != FailureKind::Broken
            || record.measurer == measurer::CHECK)
    })
}
