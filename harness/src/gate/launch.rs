//! A launch: fresh processes of both sides, in which a case has its epochs.
//!
//! The launch is what the statistics count. Address layout, page placement and the padding of the
//! environment are drawn anew with each. No case follows another in a process: what that one left in the
//! heap would move this one's data, and may differ between the sides.

use std::time::Duration;

use amdahl_reports::gate::{Effort, Which};
use amdahl_reports::{CaseId, Failure};

use super::entrant::{Entrant, Stage};
use super::slots::epochs;
use super::watch::{pin, spread};
use super::{Gate, costs};
use crate::driver::{Launcher, LiveCase, Worker};
use crate::measure::Deadline;
use crate::protocol::Purpose;

/// The environment's padding is below this, in bytes: a page, after which the stack's layout repeats.
const PADDING_BYTES: usize = 4096;

impl Gate<'_> {
    /// The first stage: launches both sides, and the canaries with them, as often as the effort says and the
    /// time allows; gives how often that was. The pace is watched: on a busy machine later launches have
    /// fewer epochs.
    pub(super) fn screen(
        &mut self,
        effort: Effort,
        time: Duration,
        entrants: &mut [&mut Entrant],
        canaries: &mut [Entrant],
    ) -> usize {
        let time = Deadline::after(time);
        let costs = costs(entrants.iter().map(|own| &**own).chain(&*canaries));
        let (mut done, mut planned_s) = (0, 0.0);
        while !self.must_stop() {
            let pace = if done == 0 { 1.0 } else { time.elapsed().as_secs_f64() / planned_s };
            let left_s = time.left().as_secs_f64();
            let Some(epochs) = effort.next(done, left_s, &costs.times(pace)) else { break };
            planned_s += Effort { launches: 1, epochs }.takes_s(&costs);
            self.say("screen", entrants.len(), done, effort.launches);
            let team = entrants.iter_mut().map(|own| &mut **own).collect();
            self.launch_all(Stage::Screen, epochs, team, canaries.iter_mut().collect());
            done += 1;
        }
        done
    }

    pub(super) fn say(&mut self, what: &str, cases: usize, done: usize, launches: usize) {
        let cases = amdahl_reports::format::plural(cases, "case");
        let left = amdahl_reports::format::duration(self.left_s());
        self.step(&format!(
            "{what} {cases}: launch {} of {launches}, at most {left} left",
            done + 1
        ));
    }

    /// One launch of each case, and of the canaries.
    pub(super) fn launch_all(
        &mut self,
        stage: Stage,
        epochs: usize,
        entrants: Vec<&mut Entrant>,
        canaries: Vec<&mut Entrant>,
    ) {
        let sides = [self.base.launcher.clone(), self.head.launcher.clone()];
        let twins = [self.base.launcher.clone(), self.copy.clone()];
        self.turn += 1;
        self.launch(&sides, stage, epochs, entrants);
        self.launch(&twins, stage, epochs, canaries);
    }

    /// One launch of each of these cases, in shuffled order.
    pub(super) fn launch(
        &mut self,
        sides: &[Launcher; 2],
        stage: Stage,
        count: usize,
        mut team: Vec<&mut Entrant>,
    ) {
        self.rng.shuffle(&mut team);
        let core = self.core_in_turn();
        for entrant in team {
            if self.must_stop() {
                return;
            }
            if entrant.failure.is_some() || entrant.length.iterations == 0 {
                continue;
            }
            match self.visit(sides, entrant, stage, count, core) {
                Ok(()) => {}
                // Out of time, a worker is ended in the middle of its work: no fault of the case.
                Err(_) if self.must_stop() => return,
                Err((side, failure)) => entrant.stumble(side, failure, false),
            }
        }
    }

    /// Starts both sides, prepares a case on them and runs its epochs.
    fn visit(
        &mut self,
        sides: &[Launcher; 2],
        entrant: &mut Entrant,
        stage: Stage,
        count: usize,
        core: Option<usize>,
    ) -> Result<(), (Which, Failure)> {
        let core = core.filter(|_| entrant.case.threads == 1);
        let count = entrant.epochs_of(entrant.epochs.unwrap_or(count));
        let [base, head] = self.start_both(sides, &entrant.case)?;
        let mut live = self.prepare_both(base, head, entrant, core)?;
        let (clock, interrupt) = (self.clock, self.interrupt.clone());
        let stop = move || clock.has_passed() || interrupt.has_come();
        let pairs = epochs(&mut live, entrant.length, count, core, &mut self.rng, &stop)?;
        entrant.keep(stage, &pairs);
        Ok(())
    }

    /// Prepares a case on both sides. Who comes first finds the memory as it is: a coin decides, so that it
    /// is not always the base. What fails on both sides is the base's.
    fn prepare_both(
        &mut self,
        base: Worker,
        head: Worker,
        entrant: &Entrant,
        core: Option<usize>,
    ) -> Result<[LiveCase; 2], (Which, Failure)> {
        let base_first = self.order()[0] == 0;
        let of_base = |failure| (Which::Base, failure);
        if base_first {
            let base = self.prepare(base, entrant, core).map_err(of_base)?;
            let head = self.prepare(head, entrant, core);
            return Ok([base, head.map_err(|failure| (Which::Head, failure))?]);
        }
        let head = self.prepare(head, entrant, core);
        let base = self.prepare(base, entrant, core).map_err(of_base)?;
        Ok([base, head.map_err(|failure| (Which::Head, failure))?])
    }

    /// Both sides by their index, in an order drawn by a coin.
    fn order(&mut self) -> [usize; 2] {
        let first = self.rng.index(2);
        [first, 1 - first]
    }

    /// Starts both workers, padded alike: where data lie in a line of the cache, or in a page, is drawn anew
    /// for each launch and is no difference between its sides. One that cannot be started is no fault of the
    /// head, whose program has started before: the system is short of something.
    fn start_both(
        &mut self,
        sides: &[Launcher; 2],
        case: &CaseId,
    ) -> Result<[Worker; 2], (Which, Failure)> {
        let order = self.order();
        let of_base = |failure| (Which::Base, failure);
        let random = 1 + self.rng.index(PADDING_BYTES - 1);
        let padding = self.padding.unwrap_or(random);
        let start = |side: usize| {
            let launcher = self.patient(&sides[side]);
            launcher.launch_padded(Purpose::Time, case.threads, padding).map_err(of_base)
        };
        let [first, second] = [start(order[0])?, start(order[1])?];
        Ok(if order[0] == 0 { [first, second] } else { [second, first] })
    }

    /// Prepares a case, whose pool then inherits the processor that its worker is kept to.
    fn prepare(
        &self,
        mut worker: Worker,
        entrant: &Entrant,
        core: Option<usize>,
    ) -> Result<LiveCase, Failure> {
        worker.set_patience(self.patience());
        match core {
            Some(core) => pin(worker.id(), &[core]),
            None => pin(worker.id(), &self.processors),
        }
        let mut live = LiveCase::prepare(worker, &entrant.case, &self.source, None)?;
        if core.is_none() {
            spread(live.process(), &self.processors);
        }
        live.estimate_ns = entrant.estimate_ns;
        live.agreement.clone_from(&entrant.agreement);
        Ok(live)
    }

    /// The processors take turns, so that none decides alone.
    fn core_in_turn(&self) -> Option<usize> {
        let count = self.processors.len();
        (count > 0).then(|| self.processors[self.turn % count])
    }
}
