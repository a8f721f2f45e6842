//! A case of the gate: how its slots are cut, and what was seen of it so far.

use amdahl_reports::gate::{
    DEFAULT_LIMIT, ExactCounts, GatedCase, Limit, Pair, Pairs, SideFailure, Trial, Which,
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
    /// Epochs that it has for each of its stage's: more where its launches spread.
    pub(super) epochs: usize,
    /// Preparing it on both sides, in seconds.
    pub(super) prepare_s: f64,
    pub(super) exact: Vec<ExactCounts>,
    pub(super) failure: Option<SideFailure>,
    screen: Vec<f64>,
    second: Option<Vec<f64>>,
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
            length: Length { warm_up: 0, iterations: 0 },
            epochs: 1,
            prepare_s: 0.0,
            exact: Vec::new(),
            failure: None,
            screen: Vec::new(),
            second: None,
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

    /// Slots of its epochs with what goes on between them, in seconds.
    pub(super) fn epoch_s(&self) -> f64 {
        /// Two readings of `/proc`, a request and a reply.
        const BETWEEN_S: f64 = 0.3e-3;
        let slot_s =
            (self.length.warm_up + self.length.iterations) as f64 * self.estimate_ns * 1e-9;
        4.0 * self.epochs as f64 * (slot_s + BETWEEN_S)
    }

    /// Puts it into the second stage.
    pub(super) fn look_again(&mut self) {
        self.second = Some(Vec::new());
    }

    /// Keeps what a launch gave.
    pub(super) fn keep(&mut self, stage: Stage, pairs: &[Pair]) {
        self.pairs.all += pairs.len() as u64;
        self.pairs.disturbed += pairs.iter().filter(|pair| pair.disturbed).count() as u64;
        let iterations = self.length.iterations.max(1) as f64;
        self.base_slots_ns.extend(pairs.iter().map(|pair| pair.base_ns / iterations));
        let Some(value) = amdahl_reports::gate::launch_value(pairs) else { return };
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
