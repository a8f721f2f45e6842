//! The gate's test of itself: suites whose truth is known, through the gate and through criterion.
//!
//! A suite of the gate goes through [`super::run`], as any other comparison does; its launchers
//! carry the plants, the base's at nothing. What the suites come to is said in [`amdahl_reports::gate::evaluation`].

mod neighbour;
mod plan;

use std::path::{Path, PathBuf};
use std::time::Duration;

use amdahl_reports::gate::Side;
use amdahl_reports::gate::evaluation::{
    CriterionCase, CriterionSays, CriterionSuite, GateSuite, Suite, SuiteKind,
};
use amdahl_reports::{CaseId, KernelInfo};

pub(crate) use plan::{Draw, PLANTED_PERCENTS, SuitePlan, Through};

use super::calibrate::Calibrated;
use super::sides::{Common, Program};
use super::{Built, Gate, GateError, Setting, TwoBuilds, run};
use crate::bench::SideBySide;
use crate::config::Config;
use crate::driver::{Interrupt, Launcher, LiveCase};
use crate::measure::Deadline;
use crate::plan::Source;
use crate::run::Progress;
use neighbour::Neighbour;

/// What all suites share.
pub(crate) struct Place<'a> {
    /// How each is run; its seed and filter are the suite's.
    pub(crate) setting: Setting,
    /// The program, base and head.
    pub(crate) program: PathBuf,
    /// The same source linked in another way, where there is such a program.
    pub(crate) relinked: Option<PathBuf>,
    /// Limits of cases.
    pub(crate) config: &'a Config,
    /// How workers of the running program are started: one of them is the neighbour.
    pub(crate) own: Launcher,
    /// What ends it.
    pub(crate) interrupt: &'a Interrupt,
}

/// The kernels of a program.
///
/// # Errors
/// Where it does not answer as workers do.
pub(crate) fn kernels_of(launcher: Launcher) -> Result<Vec<KernelInfo>, GateError> {
    let program = launcher.program.clone();
    Ok(Program::greet(launcher, &program, amdahl_reports::gate::Which::Base)?.kernels)
}

impl Place<'_> {
    /// Runs one suite. `scratch` is a folder for its programs, `started` the time it begins, UTC.
    ///
    /// # Errors
    /// Where it gives no result: see [`GateError`].
    pub(crate) fn run(
        &self,
        plan: &SuitePlan,
        scratch: &Path,
        started: String,
        progress: &mut dyn Progress,
    ) -> Result<Suite, GateError> {
        let neighbour = plan.neighbour.then(|| Neighbour::start(&self.own)).transpose()?;
        let mut setting = self.setting.clone();
        setting.seed = plan.seed;
        setting.filter = plan.filter();
        setting.started = started;
        setting.plants.clone_from(&plan.plants);
        let builds = self.builds(plan, scratch)?;
        let suite = match plan.through {
            Through::Gate(kind) => {
                let run =
                    run(setting, &builds, self.config, scratch, self.interrupt, progress, None)?;
                Suite::Gate(Box::new(GateSuite {
                    kind,
                    neighbour: plan.neighbour,
                    plants: plan.plants.clone(),
                    run,
                }))
            }
            Through::Criterion => {
                let gate =
                    Gate::begin(setting, &builds, self.config, scratch, self.interrupt, progress)?;
                Suite::Criterion(gate.by_criterion(plan)?)
            }
        };
        neighbour.map_or(Ok(()), Neighbour::end)?;
        Ok(suite)
    }

    /// The program and a copy of it, or the relinked one.
    fn builds(&self, plan: &SuitePlan, scratch: &Path) -> Result<TwoBuilds, GateError> {
        let head = scratch.join("head");
        let is_relinked = plan.through == Through::Gate(SuiteKind::Relinked);
        let from = self.relinked.as_ref().filter(|_| is_relinked).unwrap_or(&self.program);
        std::fs::copy(from, &head)
            .map_err(|source| GateError::Io { path: from.clone(), source })?;
        let named = |built: Built, name: &str| Side { name: name.to_owned(), ..built.side };
        Ok(TwoBuilds {
            base: self.program.clone(),
            base_side: named(Built::given(self.program.clone()), "program"),
            head_side: named(Built::given(head.clone()), plan.head_name()),
            head,
            notes: Vec::new(),
        })
    }
}

impl Gate<'_> {
    /// The suite by criterion: all of the base, then all of the head, in the budget of a gate. The
    /// cases are those that the gate would time.
    fn by_criterion(mut self, plan: &SuitePlan) -> Result<CriterionSuite, GateError> {
        let cases = self.timed_cases()?;
        let each = self.setting.budget.div_f64(2.0 * cases.len().max(1) as f64);
        let mut side_by_side = SideBySide::new(self.scratch, each)
            .map_err(|source| GateError::Io { path: self.scratch.to_owned(), source })?;
        let started = self.setting.started.clone();
        self.progress.begin(2 * cases.len() as u64);
        let timing = Deadline::after(Duration::MAX);
        for case in &cases {
            self.step(&format!("criterion, base: {case}"));
            if let Some(mut live) = self.live(&self.base.launcher, case)? {
                side_by_side.save(&mut live);
            }
        }
        let mut said = Vec::new();
        for case in cases {
            self.step(&format!("criterion, head: {case}"));
            let live = self.live(&self.head.launcher, &case)?;
            let says: Option<CriterionSays> =
                live.and_then(|mut live| side_by_side.compare(&mut live));
            said.push(CriterionCase { case, says });
        }
        self.progress.end();
        Ok(CriterionSuite {
            started,
            seed: plan.seed,
            neighbour: plan.neighbour,
            took_s: timing.elapsed().as_secs_f64(),
            plants: plan.plants.clone(),
            cases: said,
        })
    }

    /// The cases that can be timed, each at the size of a gate.
    fn timed_cases(&mut self) -> Result<Vec<CaseId>, GateError> {
        let Common { entries, .. } = Common::of(
            &self.base.kernels,
            &self.head.kernels,
            &self.setting.filter,
            self.setting.max_threads,
        );
        self.progress.begin(entries.len() as u64);
        let mut cases = Vec::new();
        for entry in &entries {
            if self.interrupt.has_come() {
                return Err(GateError::Interrupted);
            }
            self.step(&format!("choose a size of {}/{}", entry.kernel, entry.variant));
            if let Calibrated::Entrant(own) = self.calibrate(entry)
                && own.failure.is_none()
                && own.length.iterations > 0
            {
                cases.push(own.case);
            }
        }
        self.progress.end();
        Ok(cases)
    }

    /// A fresh worker with the case, as criterion's users have one; none where it fails.
    fn live(&self, launcher: &Launcher, case: &CaseId) -> Result<Option<LiveCase>, GateError> {
        let live = LiveCase::start(launcher, case, &Source::seed(self.setting.seed), None);
        if self.interrupt.has_come() {
            return Err(GateError::Interrupted);
        }
        Ok(live.ok())
    }
}

/// A finished suite of a plan with nothing in it.
#[cfg(test)]
fn finished(kind: SuiteKind, plan: &SuitePlan) -> Suite {
    let run = amdahl_reports::gate::GateRun {
        started: String::new(),
        took_s: 0.0,
        command: String::new(),
        seed: plan.seed,
        machine: crate::machine::machine(),
        base: Side::default(),
        head: Side::default(),
        protocol: amdahl_reports::gate::Protocol::default(),
        cases: Vec::new(),
        canaries: Vec::new(),
        only_base: Vec::new(),
        only_head: Vec::new(),
        explanations: Vec::new(),
        notes: Vec::new(),
    };
    let (neighbour, plants) = (plan.neighbour, plan.plants.clone());
    Suite::Gate(Box::new(GateSuite { kind, neighbour, plants, run }))
}
