//! Running a plan: check, time, count, profile, and keep a record of each, good or bad.
//!
//! A group (one kernel at one size) has one live worker a case while its cases are timed in turn;
//! heap and profiles then get processes of their own. Nothing here prints: what goes on is told to
//! a [`Progress`].

mod ceiling;
mod choose_swaps;
mod criterion;
mod group;
mod growth;
mod heap;
mod instructions;
mod interleave;
mod measurers;
mod peers;
mod profile;
mod resident;
mod smoke;
mod stages;
mod survey;
mod swap;
mod what_if;
mod work;

use std::path::PathBuf;
use std::time::Duration;

use amdahl_reports::summary::Survey;
use amdahl_reports::{
    CaseId, Environment, Failure, FailureKind, Measurement, Metric, Outcome, Record, Run, RunInfo,
    SelfTest, Series, measurer,
};

use crate::allocator;
use crate::driver::Launcher;
use crate::machine::{Observation, Watch, build, machine};
use crate::measure::Deadline;
use crate::peers::Started;
use crate::plan::{Counts, Group, Plan, Schedule};
use crate::self_test::{self, Extent};
use peers::Judge;

pub(crate) use criterion::{NoTimer, Timer};
pub(crate) use group::is_slow;
pub(crate) use instructions::{InstructionCounter, THREADS_SPIN};
pub(crate) use measurers::Choice;
pub(crate) use profile::{HERTZ, sample};
pub(crate) use survey::survey;

/// How long a run looks for busy processes before it begins: twenty ticks of the usual 100 a second.
const LOOK: Duration = Duration::from_millis(200);
/// A run of a shorter budget has no second to spare for a self-test.
const LEAST_BUDGET_FOR_SELF_TEST: Duration = Duration::from_secs(20);

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

/// Runs a plan and collects its records.
pub(crate) struct Runner<'a> {
    plan: &'a Plan,
    choice: Choice,
    launcher: Launcher,
    /// Where profiles are written.
    folder: PathBuf,
    timer: &'a mut dyn Timer,
    progress: &'a mut dyn Progress,
    /// Time per case, divided anew before each kernel by what is left of the budget.
    schedule: Schedule,
    /// What a survey of this machine found, where there is one.
    survey: Option<Survey>,
    /// The peers whose variants are in the plan.
    peers: Started,
    /// Holds the results of the group's peers to ours, while it is measured.
    judge: Option<Judge>,
    records: Vec<Record>,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        choice: Choice,
        launcher: Launcher,
        folder: PathBuf,
        timer: &'a mut dyn Timer,
        progress: &'a mut dyn Progress,
    ) -> Self {
        let schedule = Schedule::divide(plan.budget, Counts::of(&plan.groups));
        Self {
            plan,
            choice,
            launcher,
            folder,
            timer,
            progress,
            schedule,
            survey: None,
            peers: Started::default(),
            judge: None,
            records: Vec::new(),
        }
    }

    /// With a survey of this machine, to which the ceilings of the run are compared.
    pub(crate) fn with_survey(mut self, survey: Option<Survey>) -> Self {
        self.survey = survey;
        self
    }

    /// With the peers whose variants the plan has.
    pub(crate) fn with_peers(mut self, peers: Started) -> Self {
        self.peers = peers;
        self
    }

    /// Runs the whole plan. `command` and `started` go into the run's head.
    pub(crate) fn run(mut self, command: &str, started: &str) -> Run {
        let times = self.choice.times();
        let watch = times.then(|| Watch::begin(LOOK));
        let self_test = self.self_test(times);
        let observation = Observation::begin();
        let clock = Deadline::after(Duration::MAX);
        let plan = self.plan;
        let measures = self.choice.includes_measured_sizes();
        let measured: &[Group] = if measures { &plan.groups } else { &[] };
        let measurers = self.choice.measurers();
        let steps = |group: &Group| -> usize { measurers.iter().map(|own| own.steps(group)).sum() };
        let peers: usize = measured.iter().map(|group| group.peers.len()).sum();
        let checks =
            plan.smoke.len() + measured.len() + if self.choice.times() { peers } else { 0 };
        let swept = if measures { plan.swept.len() } else { 0 };
        let measurements: usize = measured.iter().map(steps).sum();
        self.progress.begin((checks + measurements + swept) as u64);
        for (done, kernel) in plan.kernels.iter().enumerate() {
            self.schedule = plan.schedule_after(done, clock.elapsed());
            for group in plan.smoke.iter().filter(|group| group.kernel == kernel.id) {
                self.smoke(group);
            }
            for group in measured.iter().filter(|group| group.kernel == kernel.id) {
                self.progress.step(&format!("check {} at {}", group.kernel, group.size));
                let mut live = self.open(group);
                let own = live.len();
                self.open_peers(group, &mut live);
                for measurer in &measurers {
                    let cases = if measurer.takes_peers() { live.len() } else { own };
                    measurer.measure(&mut self, group, &mut live[..cases]);
                }
            }
            if measures && self.choice.times() {
                self.sweep(kernel);
            }
        }
        self.progress.end();
        let info = RunInfo {
            started: started.to_owned(),
            took_s: clock.elapsed().as_secs_f64(),
            command: command.to_owned(),
            seed: plan.source.seed,
            notes: plan.notes.clone(),
            machine: machine(),
            build: build(),
            conditions: observation.end(),
            environment: watch
                .map(|watch| Environment { self_test, ..watch.end(allocator::is_declared()) }),
            peers: self.peers.infos.clone(),
        };
        Run { info, kernels: plan.kernels.clone(), records: self.records }
    }

    /// What this machine makes of measuring one thing twice, where the run has the time for it. A
    /// self-test that fails costs the run nothing but its line.
    fn self_test(&self, times: bool) -> Option<SelfTest> {
        let wanted = times && self.plan.budget >= LEAST_BUDGET_FOR_SELF_TEST;
        wanted.then(|| self_test::run(&self.launcher, Extent::SHORT).ok()).flatten()
    }

    /// Says that a measurer turns to a case.
    fn step(&mut self, measurer: &str, case: &CaseId) {
        self.progress.step(&format!("{measurer} {case}"));
    }

    /// Keeps what came of measuring a case.
    fn conclude(&mut self, case: &CaseId, measurer: &str, outcome: Result<Measurement, Failure>) {
        match outcome {
            Ok(measurement) => self.measured(case, measurer, measurement),
            Err(failure) => self.failed(case, measurer, failure),
        }
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

    /// Whether timing the case has failed, so that its worker may be gone.
    fn timing_has_failed(&self, case: &CaseId) -> bool {
        self.records.iter().any(|record| {
            measurer::TIMERS.contains(&record.measurer.as_str())
                && record.case == *case
                && matches!(record.outcome, Outcome::Failed(_))
        })
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

/// Samples of wall time with the clock pairs that each took.
pub(crate) fn wall_time(totals: Vec<f64>, pairs: Vec<f64>, iterations: Vec<u64>) -> Vec<Series> {
    let series = |metric: Metric, totals, iterations| Series {
        metric: metric.id.to_owned(),
        totals,
        iterations,
    };
    vec![
        series(Metric::WALL_TIME, totals, iterations.clone()),
        series(Metric::CLOCK_PAIRS, pairs, iterations),
    ]
}
