//! A launch: fresh processes of both sides, in which every case has its epochs.
//!
//! The launch is what the statistics count. Address layout, page placement and the padding of the
//! environment are drawn anew with each; a case prepared again in an old process is not.

use amdahl_reports::gate::{Effort, Which};
use amdahl_reports::{CaseId, Failure};

use super::Gate;
use super::entrant::{Entrant, Stage};
use super::slots::{SIDES, epochs};
use super::watch::pin;
use crate::driver::{Launcher, LiveCase, Worker};
use crate::protocol::Purpose;

/// The environment's padding is below this, in bytes: a page, after which the stack's layout repeats.
const PADDING_BYTES: usize = 4096;

/// The two workers of a launch.
type Workers = [Worker; 2];

impl Gate<'_> {
    /// Launches both sides so often, and once more each time for the canaries. Gives false where the
    /// budget, or an interrupt, ended it before.
    pub(super) fn stage(
        &mut self,
        stage: Stage,
        effort: Effort,
        entrants: &mut [&mut Entrant],
        canaries: &mut [Entrant],
    ) -> bool {
        let sides = [self.base.launcher.clone(), self.head.launcher.clone()];
        let twins = [self.base.launcher.clone(), self.copy.clone()];
        let what = if stage == Stage::Screen { "screen" } else { "look again at" };
        for launch in 1..=effort.launches {
            if self.must_stop() {
                return false;
            }
            let left = self.left_s();
            self.step(&format!(
                "{what} {}: launch {launch} of {}, at most {} left",
                amdahl_reports::format::plural(entrants.len(), "case"),
                effort.launches,
                amdahl_reports::format::duration(left)
            ));
            let mut counts: Vec<usize> = entrants.iter().map(|own| own.case.threads).collect();
            counts.sort_unstable();
            counts.dedup();
            for threads in counts {
                let same = entrants.iter_mut().filter(|own| own.case.threads == threads);
                let team: Vec<&mut Entrant> = same.map(|own| &mut **own).collect();
                self.launch(&sides, stage, effort.epochs, team);
            }
            self.launch(&twins, stage, effort.epochs, canaries.iter_mut().collect());
        }
        !self.must_stop()
    }

    /// One launch for cases of one number of threads, in shuffled order.
    fn launch(
        &mut self,
        sides: &[Launcher; 2],
        stage: Stage,
        count: usize,
        mut team: Vec<&mut Entrant>,
    ) {
        self.rng.shuffle(&mut team);
        let core = self.next_core();
        let mut workers: Option<Workers> = None;
        for entrant in team {
            if self.must_stop() {
                return;
            }
            if entrant.failure.is_some() || entrant.length.iterations == 0 {
                continue;
            }
            match self.visit(sides, workers.take(), entrant, stage, count, core) {
                Ok(again) => workers = Some(again),
                // Out of time, a worker is ended in the middle of its work: no fault of the case.
                Err(_) if self.must_stop() => return,
                Err((side, failure)) => entrant.stumble(side, failure, false),
            }
        }
    }

    /// Prepares a case on both sides and runs its epochs; gives the workers back.
    fn visit(
        &mut self,
        sides: &[Launcher; 2],
        workers: Option<Workers>,
        entrant: &mut Entrant,
        stage: Stage,
        count: usize,
        core: Option<usize>,
    ) -> Result<Workers, (Which, Failure)> {
        let threads = entrant.case.threads;
        let core = core.filter(|_| threads == 1);
        let [base, head] = match workers {
            Some(workers) => workers,
            None => [self.start(sides, 0, &entrant.case)?, self.start(sides, 1, &entrant.case)?],
        };
        let base = self.prepare(base, entrant, core).map_err(|failure| (SIDES[0], failure))?;
        let head = self.prepare(head, entrant, core).map_err(|failure| (SIDES[1], failure))?;
        let mut live = [base, head];
        let (clock, interrupt) = (self.clock, self.interrupt.clone());
        let stop = move || clock.has_passed() || interrupt.has_come();
        let pairs = epochs(&mut live, entrant.length, count, core, &mut self.rng, &stop)?;
        entrant.keep(stage, &pairs);
        Ok(live.map(LiveCase::into_worker))
    }

    fn start(
        &mut self,
        sides: &[Launcher; 2],
        side: usize,
        case: &CaseId,
    ) -> Result<Worker, (Which, Failure)> {
        let padding = 1 + self.rng.index(PADDING_BYTES - 1);
        let launcher = self.patient(&sides[side]);
        let started = launcher.launch_padded(Purpose::Time, case.threads, padding);
        started.map_err(|failure| (SIDES[side], failure))
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
        live.estimate_ns = entrant.estimate_ns;
        live.agreement.clone_from(&entrant.agreement);
        Ok(live)
    }

    /// The processors take turns, so that none decides alone.
    fn next_core(&mut self) -> Option<usize> {
        self.turn += 1;
        let count = self.processors.len();
        (count > 0).then(|| self.processors[self.turn % count])
    }
}
