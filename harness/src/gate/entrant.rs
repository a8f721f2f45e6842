//! A case of the gate: how its slots are cut, and what was seen of it so far.

use amdahl_reports::gate::{
    Costs, DEFAULT_LIMIT, Effort, ExactCounts, GatedCase, Limit, Pair, Pairs, Scatter, SideFailure,
    Trial, Which, launch_value, pair_variance,
};
use amdahl_reports::stats::median;
use amdahl_reports::{Agreement, CaseId, Failure};

use super::slots::Length;

/// A case that fails so often, each time in fresh processes, is out.
const CHANCES: usize = 2;

/// Which stage a launch belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Screen,
    Second,
}

/// A case and what was seen of it.
#[derive(Debug, Clone)]
pub(super) struct Entrant {
    pub(super) case: CaseId,
    pub(super) limit: Limit,
    /// One iteration on the base, in nanoseconds, by a first estimate.
    pub(super) estimate_ns: f64,
    /// What its check said, of which a worker that is not checked again takes the size of a result.
    pub(super) agreement: Option<Agreement>,
    pub(super) length: Length,
    /// Its launches in the stage, or the part of it, that is at hand: in the second more where they spread.
    pub(super) launches: usize,
    /// Preparing it on both sides, in seconds.
    pub(super) prepare_s: f64,
    pub(super) exact: Vec<ExactCounts>,
    pub(super) failure: Option<SideFailure>,
    screen: Vec<f64>,
    second: Option<Vec<f64>>,
    /// Epochs of a launch in the second stage, where that is decided.
    pub(super) epochs: Option<usize>,
    /// The variance of a pair within each launch.
    within: Vec<f64>,
    pairs: Pairs,
    base_slots_ns: Vec<f64>,
    stumbles: Vec<(Which, Failure)>,
}

impl Entrant {
    pub(super) fn new(case: CaseId, limit: Limit) -> Self {
        Self {
            case,
            limit,
            estimate_ns: 0.0,
            agreement: None,
            length: Length { settling: 0, warm_up: 0, iterations: 0 },
            launches: Effort::SCREEN.launches,
            prepare_s: 0.0,
            exact: Vec::new(),
            failure: None,
            screen: Vec::new(),
            second: None,
            epochs: None,
            within: Vec::new(),
            pairs: Pairs::default(),
            base_slots_ns: Vec::new(),
            stumbles: Vec::new(),
        }
    }

    /// The same case as a canary: only its times are of interest, and no limit of its own forgives it.
    pub(super) fn as_canary(&self) -> Self {
        let limit = Limit::fraction(DEFAULT_LIMIT);
        Self { limit, exact: Vec::new(), ..self.clone() }
    }

    /// The same case with nothing seen of it yet.
    pub(super) fn afresh(&self) -> Self {
        let Self { case, limit, estimate_ns, agreement, length, prepare_s, .. } = self.clone();
        Self { estimate_ns, agreement, length, prepare_s, ..Self::new(case, limit) }
    }

    /// The slots of an epoch with what goes on between them, in seconds.
    fn epoch_s(&self) -> f64 {
        /// Two readings of `/proc`, a request and a reply.
        const BETWEEN_S: f64 = 0.3e-3;
        let slot_s =
            (self.length.warm_up + self.length.iterations) as f64 * self.estimate_ns * 1e-9;
        4.0 * (slot_s + BETWEEN_S)
    }

    /// Of the epochs that a launch has for each case, those of this one: a long iteration has averaged
    /// already what more epochs would.
    pub(super) fn epochs_of(&self, epochs: usize) -> usize {
        /// Ten times an epoch of slots that are as long as they should be.
        const LONG_S: f64 = 0.2;
        (2..=epochs).rev().find(|&count| count as f64 * self.epoch_s() <= LONG_S).unwrap_or(1)
    }

    /// What it costs. Where iterations are long its few epochs count as part of its launch.
    pub(super) fn costs(&self) -> Costs {
        // The first iteration of a process shows which code it runs.
        let untimed = self.length.settling + 1;
        let settling_s = 2.0 * untimed as f64 * self.estimate_ns * 1e-9;
        let (launch_s, epoch_s) = (self.prepare_s + settling_s, self.epoch_s());
        let epochs = self.epochs_of(Effort::SCREEN.epochs);
        if epochs == Effort::SCREEN.epochs {
            return Costs { launch_s, epoch_s };
        }
        Costs { launch_s: launch_s + epochs as f64 * epoch_s, epoch_s: 0.0 }
    }

    /// Whether a stage's round, of so many, has a launch of it: its launches lie evenly over the stage.
    pub(super) fn takes_part(&self, round: usize, rounds: usize) -> bool {
        let before = |round: usize| self.launches * round / rounds.max(1);
        before(round + 1) > before(round)
    }

    /// Puts it into the second stage, where a launch has no more epochs than in the first, and no more than are
    /// worth their time.
    pub(super) fn begin_again(&mut self, epochs: usize) {
        self.second = Some(Vec::new());
        let pairs = 2 * self.epochs_of(epochs);
        let pair = median(&self.within).unwrap_or(0.0);
        let scatter = Scatter { launch: self.trial().launch_variance(), pair, pairs };
        self.epochs = Some(scatter.epochs(&self.costs(), epochs));
    }

    /// What a launch of the second stage costs, in seconds.
    pub(super) fn launch_s(&self, epochs: usize) -> f64 {
        Effort { launches: 1, epochs: self.epochs.unwrap_or(epochs) }.takes_s(&self.costs())
    }

    /// How many launches of the second stage gave a value.
    pub(super) fn again(&self) -> usize {
        self.second.as_ref().map_or(0, Vec::len)
    }

    /// Keeps what a launch gave.
    pub(super) fn keep(&mut self, stage: Stage, pairs: &[Pair]) {
        self.pairs.all += pairs.len() as u64;
        self.pairs.disturbed += pairs.iter().filter(|pair| pair.disturbed).count() as u64;
        let iterations = self.length.iterations.max(1) as f64;
        self.base_slots_ns.extend(pairs.iter().map(|pair| pair.base_ns / iterations));
        self.within.extend(pair_variance(pairs));
        let Some(value) = launch_value(pairs) else { return };
        match stage {
            Stage::Screen => self.screen.push(value),
            Stage::Second => self.second.get_or_insert_default().push(value),
        }
    }

    /// Remembers a failure; the last one of its chances puts it out. It is the head's only where the
    /// base never failed.
    pub(super) fn stumble(&mut self, side: Which, failure: Failure, in_check: bool) {
        self.stumbles.push((side, failure));
        if self.stumbles.len() < CHANCES {
            return;
        }
        let of_base = self.stumbles.iter().find(|(side, _)| *side == Which::Base);
        if let Some((side, failure)) = of_base.or(self.stumbles.last()).cloned() {
            self.failure = Some(SideFailure { side, in_check, failure });
        }
    }

    /// A sentence for each failure that did not repeat.
    pub(super) fn slip(&self) -> Option<String> {
        let (side, failure) = self.stumbles.first().filter(|_| self.failure.is_none())?;
        Some(format!(
            "`{}` failed once in the {}, and not again: {} ({})",
            self.case,
            side.word(),
            failure.kind.label(),
            failure.reason
        ))
    }

    /// Its times, as far as they are known.
    pub(super) fn trial(&self) -> Trial {
        Trial {
            case: self.case.clone(),
            limit: self.limit.clone(),
            base_ns: median(&self.base_slots_ns).unwrap_or(0.0),
            iterations: self.length.iterations,
            screen: self.screen.clone(),
            second: self.second.clone(),
            pairs: self.pairs,
            failure: self.failure.clone(),
        }
    }

    /// Everything of it.
    pub(super) fn gated(&self) -> GatedCase {
        GatedCase { time: self.trial(), exact: self.exact.clone() }
    }
}
