//! The gate's driving half: two programs as workers in turn, from greeting to raw result.
//!
//! What the figures mean is decided in [`amdahl_reports::gate`]. Builds are in `build`; this module
//! takes two programs that are there.

mod build;
mod calibrate;
mod count;
mod entrant;
pub(crate) mod evaluate;
mod explain;
mod faults;
mod instructions;
mod launch;
mod second;
mod sides;
mod slots;
mod watch;

use std::path::{Path, PathBuf};
use std::time::Duration;

use amdahl_reports::Machine;
use amdahl_reports::gate::evaluation::Plant;
use amdahl_reports::gate::{
    Costs, Effort, FEWEST_LAUNCHES, GateRun, Protocol, Side, Which, for_second_stage,
};

pub(crate) use build::{BuildPlan, Built, Repository, lock_of};
use calibrate::Calibrated;
use entrant::Entrant;
pub(crate) use explain::{Explaining, PROFILES};
pub(crate) use faults::GateError;
use sides::{Common, Placed, Program};

use crate::config::Config;
use crate::data::Rng;
use crate::driver::{Interrupt, Launcher};
use crate::machine::machine;
use crate::measure::Deadline;
use crate::plan::{Filter, Shard, Source};
use crate::run::Progress;
use crate::worker::{encode_plants, plants_at_nothing};

/// Checking and estimating may take this share of the budget.
const CALIBRATION: f64 = 0.3;
/// Of what is left then, the first stage may take this share: the second spends the rest where it is
/// needed.
const SCREENING: f64 = 0.4;
/// No worker may be silent for a longer share of the budget: a hang must leave time for the others.
const SILENCE: f64 = 1.0 / 6.0;
/// But for so long in any case: a busy machine may hold a sound worker up for seconds.
const LEAST_SILENCE: Duration = Duration::from_secs(10);
/// This share of the budget is for what comes after the last slot.
const CLOSING: f64 = 0.02;
/// One canary for so many cases, at least one and at most [`MOST_CANARIES`].
const CASES_A_CANARY: usize = 8;
/// More canaries cost more time than they reassure.
const MOST_CANARIES: usize = 3;

/// How a gate is run.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// Time for measuring.
    pub(crate) budget: Duration,
    /// The seed of inputs, orders and paddings.
    pub(crate) seed: u64,
    /// How long a worker may be silent.
    pub(crate) patience: Duration,
    /// The pool of parallel cases.
    pub(crate) max_threads: usize,
    /// Which cases.
    pub(crate) filter: Filter,
    /// Which part of them, by whole kernels; all of them where nothing is said.
    pub(crate) shard: Option<Shard>,
    /// What was asked for, for the result.
    pub(crate) command: String,
    /// When it began, UTC.
    pub(crate) started: String,
    /// Slow-downs in the head, where the gate tests itself.
    pub(crate) plants: Vec<Plant>,
}

/// The programs of the two sides, with what is known of their builds.
#[derive(Debug, Clone)]
pub(crate) struct TwoBuilds {
    /// The base's program.
    pub(crate) base: PathBuf,
    /// What is known of it.
    pub(crate) base_side: Side,
    /// The head's program.
    pub(crate) head: PathBuf,
    /// What is known of it.
    pub(crate) head_side: Side,
    /// What must be said of the builds.
    pub(crate) notes: Vec<String>,
}

/// A gate that is being run.
pub(crate) struct Gate<'a> {
    setting: Setting,
    config: &'a Config,
    scratch: &'a Path,
    progress: &'a mut dyn Progress,
    interrupt: Interrupt,
    base: Program,
    head: Program,
    /// The base's program under another name, for the canaries.
    copy: Launcher,
    source: Source,
    clock: Deadline,
    rng: Rng,
    machine: Machine,
    processors: Vec<usize>,
    turn: usize,
    /// The padding of every launch, where it is not drawn for each.
    padding: Option<usize>,
}

/// Compares two programs within a budget, then explains what it confirmed, where that is asked for.
///
/// # Errors
/// Where there can be no result at all: see [`GateError`].
pub(crate) fn run(
    setting: Setting,
    builds: &TwoBuilds,
    config: &Config,
    scratch: &Path,
    interrupt: &Interrupt,
    progress: &mut dyn Progress,
    explaining: Option<Explaining<'_>>,
) -> Result<GateRun, GateError> {
    let gate = Gate::begin(setting, builds, config, scratch, interrupt, progress)?;
    gate.compare(builds, explaining)
}

impl<'a> Gate<'a> {
    /// Greets both programs; from here on the budget runs.
    fn begin(
        setting: Setting,
        builds: &TwoBuilds,
        config: &'a Config,
        scratch: &'a Path,
        interrupt: &Interrupt,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, GateError> {
        let placed = Placed::into(scratch, builds)?;
        let launcher = |program: &Path, plants: &[Plant]| Launcher {
            interrupt: interrupt.clone(),
            steady_memory: true,
            plants: (!plants.is_empty()).then(|| encode_plants(plants)),
            ..Launcher::of(program.to_owned(), setting.patience)
        };
        let none = plants_at_nothing(&setting.plants);
        // The end of the budget is the end of the run: the last worker's end and the files come after.
        let clock = Deadline::after(setting.budget.mul_f64(1.0 - CLOSING));
        let base = Program::greet(launcher(&placed.base, &none), &builds.base, Which::Base)?;
        let head = launcher(&placed.head, &setting.plants);
        let head = Program::greet(head, &builds.head, Which::Head)?;
        Ok(Gate {
            base,
            head,
            copy: launcher(&placed.canary, &none),
            source: Source::seed(setting.seed),
            rng: Rng::new(setting.seed),
            machine: machine(),
            processors: watch::processors(),
            turn: 0,
            padding: None,
            interrupt: interrupt.clone(),
            clock,
            setting,
            config,
            scratch,
            progress,
        })
    }
}

impl Gate<'_> {
    fn compare(
        mut self,
        builds: &TwoBuilds,
        explaining: Option<Explaining<'_>>,
    ) -> Result<GateRun, GateError> {
        let all = Common::of(
            &self.base.kernels,
            &self.head.kernels,
            &self.setting.filter,
            self.setting.max_threads,
        );
        let Common { entries, only_base, only_head } = match self.setting.shard {
            Some(shard) => all.shard(shard),
            None => all,
        };
        if entries.is_empty() {
            let hint = match self.setting.shard {
                Some(shard) => format!("; shard {shard} has none of them"),
                None => nothing(only_base.len(), only_head.len()),
            };
            return Err(GateError::NothingInCommon { hint });
        }
        let launches = Effort::SCREEN.launches + FEWEST_LAUNCHES;
        self.progress.begin((2 * entries.len() + launches) as u64);
        let mut notes = builds.notes.clone();
        notes
            .extend(self.setting.shard.map(|shard| format!("This is shard {shard} of the cases.")));
        notes.extend(watch::code_cannot_move());
        let mut entrants = self.calibrate_all(&entries, &mut notes)?;
        notes.extend(self.count(&mut entrants));
        if self.config.compares_instructions() {
            notes.extend(self.count_instructions(&mut entrants));
        }
        let mut canaries = self.canaries(&entrants);
        let mut protocol =
            Protocol { budget_s: self.setting.budget.as_secs_f64(), ..Protocol::default() };
        self.time(&mut entrants, &mut canaries, &mut protocol);
        self.progress.end();
        if self.interrupt.has_come() {
            return Err(GateError::Interrupted);
        }
        notes.extend(entrants.iter().filter_map(Entrant::slip));
        let mut run = GateRun {
            started: self.setting.started.clone(),
            took_s: self.clock.elapsed().as_secs_f64(),
            command: self.setting.command.clone(),
            seed: self.setting.seed,
            machine: self.machine.clone(),
            base: builds.base_side.clone(),
            head: builds.head_side.clone(),
            protocol,
            cases: entrants.iter().map(Entrant::gated).collect(),
            canaries: canaries.iter().map(Entrant::trial).collect(),
            only_base,
            only_head,
            explanations: Vec::new(),
            notes,
        };
        if let Some(mut explaining) = explaining {
            run.explanations = self.explain(&run, &entrants, &mut explaining);
        }
        if self.interrupt.has_come() {
            return Err(GateError::Interrupted);
        }
        Ok(run)
    }

    fn calibrate_all(
        &mut self,
        entries: &[sides::Entry],
        notes: &mut Vec<String>,
    ) -> Result<Vec<Entrant>, GateError> {
        let time = Deadline::after(self.setting.budget.mul_f64(CALIBRATION));
        let mut entrants = Vec::new();
        for entry in entries {
            if self.interrupt.has_come() {
                return Err(GateError::Interrupted);
            }
            let size = entry.sizes.first().map_or("", String::as_str);
            self.step(&format!("check {}", entry.case(size)));
            if time.has_passed() {
                entrants.push(self.entrant(entry.case(size)));
                continue;
            }
            match self.calibrate(entry) {
                Calibrated::Entrant(entrant) => entrants.push(*entrant),
                Calibrated::TooLong(why) => notes.push(amdahl_reports::format::sentence(&why)),
            }
        }
        Ok(entrants)
    }

    /// Cases of the base to be timed against its own copy, drawn by the seed.
    fn canaries(&mut self, entrants: &[Entrant]) -> Vec<Entrant> {
        let sound = |own: &&Entrant| own.failure.is_none() && own.length.iterations > 0;
        let mut able: Vec<&Entrant> = entrants.iter().filter(sound).collect();
        // Of the least number of threads: they vouch for the machine, not for a pool.
        let least = able.iter().map(|own| own.case.threads).min();
        able.retain(|own| Some(own.case.threads) == least);
        self.rng.shuffle(&mut able);
        let count = able.len().div_ceil(CASES_A_CANARY).min(MOST_CANARIES);
        able.into_iter().take(count).map(Entrant::as_canary).collect()
    }

    /// Both stages. What they came to is written into the protocol.
    fn time(
        &mut self,
        entrants: &mut [Entrant],
        canaries: &mut [Entrant],
        protocol: &mut Protocol,
    ) {
        let mut all: Vec<&mut Entrant> = entrants.iter_mut().collect();
        let time = self.clock.left().mul_f64(SCREENING);
        let costs = costs(all.iter().map(|own| &**own).chain(&*canaries));
        let planned = Effort::SCREEN.within(time.as_secs_f64(), &costs);
        let before_s = self.left_s();
        let launches = self.screen(planned, time, &mut all, canaries);
        let pace = (before_s - self.left_s()) / Effort { launches, ..planned }.takes_s(&costs);
        protocol.screen = Effort { launches, ..planned };
        protocol.cut_short = launches < planned.launches || self.must_stop();
        if self.must_stop() {
            return;
        }
        let trials: Vec<_> = entrants.iter().map(Entrant::trial).collect();
        let open = for_second_stage(&trials);
        let mut chosen: Vec<&mut Entrant> = Vec::new();
        for (index, entrant) in entrants.iter_mut().enumerate() {
            if open.contains(&index) {
                chosen.push(entrant);
            }
        }
        protocol.second = self.look_again(planned.epochs, pace, &mut chosen, canaries);
        protocol.cut_short |= !chosen.is_empty() && self.must_stop();
    }

    fn must_stop(&self) -> bool {
        self.clock.has_passed() || self.interrupt.has_come()
    }

    /// What is left of the budget, in seconds.
    fn left_s(&self) -> f64 {
        self.clock.left().as_secs_f64()
    }

    /// How long a worker may be silent from now on: never beyond the end of the budget.
    fn patience(&self) -> Duration {
        let share = self.setting.budget.mul_f64(SILENCE).max(LEAST_SILENCE);
        self.setting.patience.min(share).min(self.clock.left())
    }

    fn patient(&self, launcher: &Launcher) -> Launcher {
        Launcher { patience: self.patience(), ..launcher.clone() }
    }

    fn step(&mut self, what: &str) {
        self.progress.step(what);
    }
}

/// What a stage of these cases costs.
fn costs<'e>(entrants: impl Iterator<Item = &'e Entrant>) -> Costs {
    let timed = entrants.filter(|own| own.failure.is_none() && own.length.iterations > 0);
    timed.map(Entrant::costs).fold(Costs::default(), |sum, own| Costs {
        launch_s: sum.launch_s + own.launch_s,
        epoch_s: sum.epoch_s + own.epoch_s,
    })
}

fn nothing(only_base: usize, only_head: usize) -> String {
    if only_base + only_head == 0 {
        "; no case matches the filter".to_owned()
    } else {
        format!(": the base has {only_base} that the head lacks, the head {only_head} of its own")
    }
}
