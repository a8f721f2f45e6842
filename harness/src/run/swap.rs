//! Swapped stages: what Amdahl's law promises of a faster stage, measured in the whole.
//!
//! From the all-reference pipeline one stage at a time is swapped for each of its other variants. The
//! compositions are timed in turn with the all-reference one, with their stages' spans heard, so that
//! a promise that is not kept shows where the time went. Each is checked before it is timed.

use std::time::Duration;

use amdahl_reports::{
    CaseId, Detail, Failure, KernelInfo, Measurement, Metric, Outcome, Series, StageSamples,
    Stages, Swap, SwappedStage, measurer, stats,
};

use super::Runner;
use super::choose_swaps::{Chosen, Pass};
use super::group::check_measurement;
use super::interleave::{slot_of, warm_up_of};
use super::measurers::Measurer;
use crate::data::Rng;
use crate::driver::LiveCase;
use crate::plan::{Group, nanoseconds, whole};
use crate::protocol::Request;

/// Rounds: with fewer than 7 samples an interval of a median cannot have the 98.3 % that each of three
/// needs to hold together at 95 % (`1 - 2^(1 - n)`), and more than 60 narrow nothing.
const ROUNDS: (u64, u64) = (7, 60);
/// Rounds where the reference is slow and each costs seconds, as time allows.
const SLOW_ROUNDS: (u64, u64) = (3, 7);
/// The part of a composition's time in which its swapped stage is timed alone.
const ALONE_PART: f64 = 0.25;
/// Iterations whose page faults are counted: the count hardly varies.
const FAULT_ITERATIONS: u64 = 3;

/// Times the compositions of a pipeline that have one stage swapped.
pub(super) struct SwappedStages;

impl Measurer for SwappedStages {
    fn id(&self) -> &'static str {
        measurer::SWAP
    }

    fn steps(&self, group: &Group) -> usize {
        usize::from(group.swaps > 0)
    }

    fn measure(&self, runner: &mut Runner<'_>, group: &Group, _: &mut [LiveCase]) {
        if group.swaps == 0 {
            return;
        }
        runner.progress.step(&format!("swap stages of {}", group.kernel));
        let kernel = runner.plan.kernels.iter().find(|kernel| kernel.id == group.kernel);
        if let Some(kernel) = kernel {
            runner.swap(kernel);
        }
    }
}

/// A composition in its worker, with what it has given so far.
struct Entrant {
    live: LiveCase,
    swapped: Option<SwappedStage>,
    /// The swapped stage alone, in turn with the reference's.
    alone: Vec<Series>,
    warm_up: u64,
    iterations: u64,
    /// One sample a round.
    stages: Stages,
}

impl Runner<'_> {
    fn swap(&mut self, kernel: &KernelInfo) {
        let Some(pass) = self.choose_swaps(kernel) else { return };
        for left_out in &pass.left_out {
            let outcome = Outcome::NotMeasured {
                reason: "the run's time is too short for every swapped stage".to_owned(),
                remedy: "give the run a longer AMDAHL_BUDGET, or --budget".to_owned(),
            };
            self.keep(left_out, measurer::SWAP, outcome);
        }
        if pass.chosen.is_empty() {
            return;
        }
        let against = Some(pass.base.variant.as_str());
        let base = match LiveCase::start(&self.launcher, &pass.base, &self.plan.source, against) {
            Ok(live) => Entrant::new(live, None),
            Err(failure) => return self.failed(&pass.base, measurer::SWAP, failure),
        };
        let mut entrants = vec![base];
        for chosen in &pass.chosen {
            match self.open_swap(&pass, chosen) {
                Ok(entrant) => {
                    let check = check_measurement(&entrant.live);
                    self.measured(&entrant.live.id, measurer::CHECK, check);
                    entrants.push(entrant);
                }
                Err(failure) => self.failed(&pass.id_of(chosen), measurer::SWAP, failure),
            }
        }
        self.swap_rounds(&pass, &mut entrants);
        for mut entrant in entrants {
            let iterations = if pass.is_slow { 1 } else { FAULT_ITERATIONS };
            let faults = entrant.live.measure(&Request::Faults { iterations }, expected(&entrant));
            let measurement = entrant.measurement(faults.ok());
            self.measured(&entrant.live.id, measurer::SWAP, measurement);
        }
    }

    /// Starts a composition, holds it to the reference, and times its swapped stage alone.
    fn open_swap(&self, pass: &Pass, chosen: &Chosen) -> Result<Entrant, Failure> {
        let base = CaseId { threads: chosen.threads, ..pass.base.clone() };
        let mut live = LiveCase::start_swapped(
            &self.launcher,
            &base,
            &chosen.swap,
            &self.plan.source,
            Some(&pass.against),
        )?;
        let part = if pass.is_slow { 1.0 } else { ALONE_PART };
        let time = self.schedule.swap.mul_f64(part).as_nanos() as f64;
        let (least, most) = bounds(pass);
        let rounds = whole(time / chosen.pair_ns.max(1.0)).clamp(least, most);
        let expected = nanoseconds((rounds + 2) as f64 * chosen.pair_ns + pass.base_ns);
        let alone = live.measure(&Request::Alone { rounds }, expected * 4)?;
        let mut entrant = Entrant::new(live, Some(chosen.swap.clone()));
        entrant.alone = alone.series;
        Ok(entrant)
    }

    /// Times the compositions in rounds of shuffled order; one that fails is recorded and left out.
    fn swap_rounds(&mut self, pass: &Pass, entrants: &mut Vec<Entrant>) {
        let mut rng = Rng::new(self.plan.source.seed);
        for _ in 0..self.rounds_of_swaps(pass, entrants) {
            let mut order: Vec<usize> = (0..entrants.len()).collect();
            rng.shuffle(&mut order);
            let broken = order.into_iter().find_map(|at| {
                let failure = entrants[at].round().err()?;
                Some((at, failure))
            });
            let Some((at, failure)) = broken else { continue };
            let out = entrants.remove(at);
            let was_base = out.swapped.is_none();
            self.failed(&out.live.id, measurer::SWAP, failure);
            // The round was cut short: drop what it has, so that indices stay aligned.
            let rounds = entrants.iter().map(|entrant| entrant.stages.total_ns.len());
            let rounds = rounds.min().unwrap_or(0);
            for entrant in entrants.iter_mut() {
                entrant.truncate(rounds);
            }
            if was_base {
                // Nothing is left to compare with.
                return entrants.clear();
            }
        }
    }

    fn rounds_of_swaps(&self, pass: &Pass, entrants: &[Entrant]) -> u64 {
        let round_ns: f64 = entrants
            .iter()
            .map(|entrant| entrant.live.estimate_ns * (entrant.warm_up + entrant.iterations) as f64)
            .sum();
        let time = self.schedule.swap.mul_f64((1.0 - ALONE_PART) * entrants.len() as f64);
        let (least, most) = bounds(pass);
        whole(time.as_nanos() as f64 / round_ns.max(1.0)).clamp(least, most)
    }
}

/// The fewest and the most rounds of a pass.
fn bounds(pass: &Pass) -> (u64, u64) {
    if pass.is_slow { SLOW_ROUNDS } else { ROUNDS }
}

/// How long the iterations of a slot may take beyond the worker's patience.
fn expected(entrant: &Entrant) -> Duration {
    nanoseconds(entrant.live.estimate_ns * entrant.iterations.max(FAULT_ITERATIONS) as f64 * 4.0)
}

impl Entrant {
    fn new(live: LiveCase, swapped: Option<SwappedStage>) -> Self {
        Self {
            warm_up: warm_up_of(&live),
            iterations: slot_of(&live),
            live,
            swapped,
            alone: Vec::new(),
            stages: Stages::default(),
        }
    }

    /// One slot: its medians are a sample. An iteration during which the system ran something else
    /// would move a mean by more than any stage.
    fn round(&mut self) -> Result<(), Failure> {
        if self.warm_up > 0 {
            self.live.batch(self.warm_up)?;
        }
        let request = Request::Stages { iterations: self.iterations };
        let measurement = self.live.measure(&request, expected(self))?;
        if let Detail::Stages(slot) = measurement.detail {
            self.add(&slot);
        }
        Ok(())
    }

    fn add(&mut self, slot: &Stages) {
        let rounds = self.stages.total_ns.len();
        let typical = |samples: &[f64]| stats::median(samples).unwrap_or(0.0);
        self.stages.span_cost_ns = slot.span_cost_ns;
        self.stages.total_ns.push(typical(&slot.total_ns));
        for stage in &slot.stages {
            let known = self.stages.stages.iter().position(|own| own.name == stage.name);
            let at = known.unwrap_or_else(|| {
                self.stages.stages.push(StageSamples {
                    name: stage.name.clone(),
                    self_ns: vec![0.0; rounds],
                    total_ns: vec![0.0; rounds],
                    ..StageSamples::default()
                });
                self.stages.stages.len() - 1
            });
            let own = &mut self.stages.stages[at];
            own.self_ns.push(typical(&stage.self_ns));
            own.total_ns.push(typical(&stage.total_ns));
            own.calls = stage.calls;
        }
        // A stage that this slot did not enter took no time in it.
        for own in &mut self.stages.stages {
            own.self_ns.resize(rounds + 1, 0.0);
            own.total_ns.resize(rounds + 1, 0.0);
        }
    }

    fn truncate(&mut self, rounds: usize) {
        self.stages.total_ns.truncate(rounds);
        for stage in &mut self.stages.stages {
            stage.self_ns.truncate(rounds);
            stage.total_ns.truncate(rounds);
        }
    }

    /// The record's contents; `faults` is none where the system does not count them.
    fn measurement(&mut self, faults: Option<Measurement>) -> Measurement {
        let mut series = vec![Series::single(Metric::WALL_TIME, self.stages.total_ns.clone())];
        series.append(&mut self.alone);
        series.extend(faults.into_iter().flat_map(|faults| faults.series));
        let swap = Swap { swapped: self.swapped.take(), stages: std::mem::take(&mut self.stages) };
        Measurement { series, notes: Vec::new(), detail: Detail::Swap(swap) }
    }
}
