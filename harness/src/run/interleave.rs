//! Interleaved timing: the cases of a group in turn, again and again, so that what disturbs the
//! machine for longer than a round disturbs them all alike.

use std::time::Duration;

use amdahl_reports::{Measurement, measurer};

use super::ceiling::Entrant;
use super::group::is_slow;
use super::measurers::Measurer;
use super::{Runner, wall_time};
use crate::data::Rng;
use crate::driver::LiveCase;
use crate::plan::{Group, whole};

/// A slot lasts about this long: long against a timer tick, short against a burst of steal.
const SLOT: Duration = Duration::from_millis(8);
/// Each slot begins with so much untimed work: the case before it left its own data in the caches.
const WARM_UP: Duration = Duration::from_millis(4);
/// The same where a case has several threads, which have slept meanwhile: on a guest it takes them
/// tens of milliseconds to run at their steady speed again.
const WARM_UP_OF_THREADS: Duration = Duration::from_millis(40);
/// Fewer rounds than this give no interval worth printing.
const LEAST_ROUNDS: u64 = 5;
/// More rounds than this narrow nothing.
const MOST_ROUNDS: u64 = 200;

/// A case's samples so far, and the iterations of one slot.
struct Slot {
    at: usize,
    warm_up: u64,
    iterations: u64,
    totals: Vec<f64>,
    pairs: Vec<f64>,
}

impl Slot {
    fn new(at: usize, case: &LiveCase) -> Self {
        Self {
            at,
            warm_up: warm_up_of(case),
            iterations: slot_of(case),
            totals: Vec::new(),
            pairs: Vec::new(),
        }
    }
}

/// Iterations of a case that go untimed before a slot.
pub(super) fn warm_up_of(case: &LiveCase) -> u64 {
    case.iterations_within(if case.id.threads > 1 { WARM_UP_OF_THREADS } else { WARM_UP })
}

/// Iterations of a case in a slot.
pub(super) fn slot_of(case: &LiveCase) -> u64 {
    case.iterations_for(SLOT)
}

/// Times the cases of a group in turn.
pub(super) struct Interleaved;

impl Measurer for Interleaved {
    fn id(&self) -> &'static str {
        measurer::INTERLEAVED
    }

    fn takes_peers(&self) -> bool {
        true
    }

    fn steps(&self, _: &Group) -> usize {
        1
    }

    fn measure(&self, runner: &mut Runner<'_>, group: &Group, live: &mut [LiveCase]) {
        runner.progress.step(&format!("interleave {} at {}", group.kernel, group.size));
        let mut ceilings = runner.ceilings(group, live);
        let cases = live.iter_mut().filter(|case| !is_slow(case)).map(Entrant::case);
        let mut entrants: Vec<Entrant<'_>> = cases.collect();
        if !entrants.is_empty() {
            entrants.extend(ceilings.iter_mut().map(Entrant::ceiling));
        }
        runner.interleave(&mut entrants);
    }
}

impl Runner<'_> {
    /// Times the entrants in rounds. The order within a round is shuffled; samples of one round
    /// share an index, so ratios between cases are of neighbours in time.
    pub(super) fn interleave(&mut self, entrants: &mut [Entrant<'_>]) {
        let mut slots: Vec<Slot> =
            entrants.iter().enumerate().map(|(at, entrant)| Slot::new(at, entrant.live)).collect();
        let mut rng = Rng::new(self.plan.source.seed);
        for left in (0..self.rounds(entrants, &slots)).rev() {
            rng.shuffle(&mut slots);
            let mut broken = None;
            for (index, slot) in slots.iter_mut().enumerate() {
                let live = &mut *entrants[slot.at].live;
                let timed = if left == 0 {
                    live.last_batch(slot.warm_up, slot.iterations)
                } else {
                    live.warm_batch(slot.warm_up, slot.iterations)
                };
                match timed {
                    Ok(batch) => {
                        slot.totals.push(batch.elapsed_ns as f64);
                        slot.pairs.push(batch.pairs as f64);
                    }
                    Err(failure) => {
                        broken = Some((index, failure));
                        break;
                    }
                }
            }
            if let Some((index, failure)) = broken {
                let out = &entrants[slots.remove(index).at];
                self.failed(&out.id, out.measurer, failure);
                // The round was cut short: drop what it has, so that indices stay aligned.
                let whole = slots.iter().map(|slot| slot.totals.len()).min().unwrap_or(0);
                for slot in &mut slots {
                    slot.totals.truncate(whole);
                    slot.pairs.truncate(whole);
                }
            }
        }
        slots.sort_by_key(|slot| slot.at);
        for slot in slots {
            let entrant = &entrants[slot.at];
            let iterations = vec![slot.iterations; slot.totals.len()];
            let mut series = wall_time(slot.totals, slot.pairs, iterations);
            series.extend(entrant.facts.iter().cloned());
            let measurement = Measurement { series, ..Measurement::default() };
            self.measured(&entrant.id, entrant.measurer, measurement);
        }
    }

    /// How many rounds fit into the group's time.
    fn rounds(&self, entrants: &[Entrant<'_>], slots: &[Slot]) -> u64 {
        let round_ns: f64 = slots
            .iter()
            .map(|slot| {
                entrants[slot.at].live.estimate_ns * (slot.warm_up + slot.iterations) as f64
            })
            .sum();
        let time = self.schedule.interleaved * u32::try_from(slots.len()).unwrap_or(u32::MAX);
        let rounds = time.as_nanos() as f64 / round_ns.max(1.0);
        whole(rounds).clamp(LEAST_ROUNDS, MOST_ROUNDS)
    }
}
