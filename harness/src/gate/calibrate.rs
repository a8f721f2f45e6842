//! Before anything is timed: which size, does it agree on both sides, and how long is an iteration.

use std::time::Duration;

use amdahl_reports::gate::Which;
use amdahl_reports::{CaseId, Failure, FailureKind, Metric};

use super::Gate;
use super::entrant::Entrant;
use super::sides::{Entry, Program, reference_at};
use super::slots::{Length, SIDES};
use crate::driver::LiveCase;
use crate::measure::Deadline;
use crate::protocol::Purpose;

/// A slot lasts about this long: long against a timer tick, short against a burst of steal.
const SLOT: Duration = Duration::from_millis(8);
/// Each slot begins with so much untimed work, since the other side has left its own data in the caches.
const WARM_UP: Duration = Duration::from_millis(4);
/// The same for a case of several threads, which slept meanwhile and take tens of milliseconds to run
/// at their steady speed again.
const WARM_UP_OF_THREADS: Duration = Duration::from_millis(40);
/// A case whose iteration is longer than this at its smallest size would take the others' time.
const LONGEST: Duration = Duration::from_millis(250);

/// What came of a case before it is timed.
pub(super) enum Calibrated {
    /// It can be timed, or has failed and says so.
    Entrant(Box<Entrant>),
    /// It is too long for a gate, and why that is.
    TooLong(String),
}

impl Gate<'_> {
    /// Chooses a case's size, holds it to its reference on both sides, and cuts its slots. A failure is
    /// tried again in fresh processes before it counts.
    pub(super) fn calibrate(&mut self, entry: &Entry) -> Calibrated {
        let first = entry.sizes.first().map_or("", String::as_str);
        let mut entrant = self.entrant(entry.case(first));
        while entrant.failure.is_none() {
            match self.try_to_calibrate(entry, &mut entrant) {
                Ok(()) => break,
                Err(_) if self.must_stop() => break,
                Err((side, failure)) => entrant.stumble(side, failure, true),
            }
        }
        if entrant.estimate_ns > LONGEST.as_nanos() as f64 {
            return Calibrated::TooLong(format!(
                "`{}` is not compared: one iteration takes {}; declare a smaller measured size",
                entrant.case,
                amdahl_reports::format::time(entrant.estimate_ns)
            ));
        }
        Calibrated::Entrant(Box::new(entrant))
    }

    pub(super) fn entrant(&self, case: CaseId) -> Entrant {
        let limit = self.config.limit(&case, Metric::WALL_TIME.id);
        Entrant::new(case, limit)
    }

    fn try_to_calibrate(
        &mut self,
        entry: &Entry,
        entrant: &mut Entrant,
    ) -> Result<(), (Which, Failure)> {
        let of_base = |failure| (Which::Base, failure);
        let (size, prepare_s) = self.size(entry).map_err(of_base)?;
        let case = entry.case(&size);
        entrant.case = case.clone();
        entrant.limit = self.config.limit(&case, Metric::WALL_TIME.id);
        entrant.prepare_s = 2.0 * prepare_s;
        for side in SIDES {
            let of_side = |failure| (side, failure);
            let mut live = self.checked(side, &case).map_err(of_side)?;
            if side == Which::Base {
                live.estimate().map_err(of_side)?;
                entrant.estimate_ns = live.estimate_ns;
                entrant.agreement.clone_from(&live.agreement);
                let warm_up = if case.threads > 1 { WARM_UP_OF_THREADS } else { WARM_UP };
                entrant.length = Length {
                    warm_up: live.iterations_within(warm_up),
                    iterations: live.iterations_for(SLOT),
                };
            }
        }
        Ok(())
    }

    /// The case on one side, held to its reference there.
    fn checked(&self, side: Which, case: &CaseId) -> Result<LiveCase, Failure> {
        let program = self.program(side);
        let worker = self.patient(&program.launcher).launch(Purpose::Time, case.threads)?;
        let against = reference_at(&program.kernels, case);
        let live = LiveCase::prepare(worker, case, &self.source, against)?;
        if live.agreement.is_none() {
            let reason =
                "the worker says nothing of the agreement that it was asked for".to_owned();
            return Err(Failure { kind: FailureKind::Broken, reason });
        }
        Ok(live)
    }

    /// The largest size at which an iteration of the base takes no longer than a slot, by a first timing
    /// from the smallest up, else the smallest; and how long it takes to prepare, in seconds.
    fn size(&self, entry: &Entry) -> Result<(String, f64), Failure> {
        let mut worker = self
            .patient(&self.program(Which::Base).launcher)
            .launch(Purpose::Time, entry.threads)?;
        let mut chosen = None;
        for size in &entry.sizes {
            let preparing = Deadline::after(Duration::MAX);
            let mut live = LiveCase::prepare(worker, &entry.case(size), &self.source, None)?;
            let prepare_s = preparing.elapsed().as_secs_f64();
            live.batch(1)?;
            let takes_ns = live.batch(1)?.elapsed_ns;
            worker = live.into_worker();
            if chosen.is_some() && u128::from(takes_ns) > SLOT.as_nanos() {
                break;
            }
            let is_long = u128::from(takes_ns) > SLOT.as_nanos();
            chosen = Some((size.clone(), prepare_s));
            if is_long {
                break;
            }
        }
        Ok(chosen.unwrap_or_default())
    }

    pub(super) fn program(&self, side: Which) -> &Program {
        match side {
            Which::Base => &self.base,
            Which::Head => &self.head,
        }
    }
}
