//! What if a stage were faster: experiments that shift it without another implementation.
//!
//! `ledger` keeps the books of virtual speed-ups, `pause` makes delays, `rounds` takes the points of an
//! experiment in random order. Here is what a stage and a wait of [`crate::sync`] do meanwhile.

mod ledger;
mod pause;
mod rounds;
#[cfg(test)]
mod simulation;

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

use amdahl_reports::{Detail, Measurement, Shift, StageExperiment, WhatIf};

use super::Probe;
use super::clocks::now_ns;
use super::listen::{Listener, listener};
use crate::declare::Prepared;
use ledger::{Page, Required, Stay};

pub(crate) use rounds::{Design, Length, POINTS_PER_STAGE, ROUNDS, Refusal, experiment};

/// What an experiment does to a stage at the moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Arrangement {
    /// Nothing.
    None,
    /// Makes each call longer by so many nanoseconds.
    Delay { stage: String, delay_ns: u64 },
    /// Makes it virtually shorter by this fraction of its time.
    SpeedUp { stage: String, fraction: f64 },
}

static ARRANGEMENT: RwLock<Arrangement> = RwLock::new(Arrangement::None);
static REQUIRED: Required = Required::new();
/// Time inserted into the chosen stage, or virtually taken out of it, in this iteration.
static SHIFTED_NS: AtomicU64 = AtomicU64::new(0);
/// Which iteration this is: the pages of earlier ones are closed.
static ITERATION: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// This thread's page, and the iteration it belongs to.
    static PAGE: Cell<(u32, Page)> = const { Cell::new((0, Page::EMPTY)) };
}

/// Chooses what happens from now on.
fn arrange(arrangement: Arrangement) {
    *ARRANGEMENT.write().unwrap_or_else(PoisonError::into_inner) = arrangement;
}

/// Does something with this thread's page of the ledger, opening it first where it has none.
fn with_page<R>(use_it: impl FnOnce(&mut Page) -> R) -> R {
    let iteration = ITERATION.load(Ordering::SeqCst);
    let known = PAGE.try_with(Cell::get).ok().filter(|(opened, _)| *opened == iteration);
    let mut page = known.map_or_else(|| Page::opened(&REQUIRED), |(_, page)| page);
    let result = use_it(&mut page);
    let _ = PAGE.try_with(|own| own.set((iteration, page)));
    result
}

/// Pays what this thread owes.
fn pay() {
    with_page(|page| {
        let due_ns = page.due(&REQUIRED);
        if due_ns > 0 {
            page.paused(due_ns, pause::pause_ns(due_ns));
        }
    });
}

/// A stage that is being shifted, or not, from its entry to its exit.
pub(crate) struct Inside {
    name: &'static str,
    /// The stay, where it is the chosen one of a virtual speed-up.
    stay: Option<Stay>,
}

/// Delays every stage of a case, in about so many points of so many iterations each. Where that would
/// give a wrong answer, the named stages carry the reason.
pub(crate) fn measure(
    case: &mut dyn Prepared,
    stages: &[String],
    points: u64,
    iterations: u64,
) -> Measurement {
    case.batch(1, 1, &mut super::NoProbe);
    let mut subject = |probe: &mut dyn Probe| case.batch(iterations, 1, probe);
    let design = Design::of(Shift::Delay, Length::Points(points));
    let measured = experiment(&design, &mut subject, &[]);
    let what_if = measured.unwrap_or_else(|refusal| WhatIf {
        shift: Shift::Delay,
        stages: stages
            .iter()
            .map(|name| StageExperiment {
                name: name.clone(),
                refused: Some(refusal.to_string()),
                ..StageExperiment::default()
            })
            .collect(),
    });
    Measurement { detail: Detail::WhatIf(what_if), ..Measurement::default() }
}

/// What is to be done where a stage begins or ends.
enum Part {
    Nothing,
    Delay {
        ns: u64,
    },
    /// Of another stage than the chosen one.
    Pay,
    Earn {
        fraction: f64,
    },
}

/// The part that this stage has in the experiment.
fn part_of(name: &str) -> Part {
    let arrangement = ARRANGEMENT.read().unwrap_or_else(PoisonError::into_inner);
    match &*arrangement {
        Arrangement::Delay { stage, delay_ns } if stage == name => Part::Delay { ns: *delay_ns },
        Arrangement::Delay { .. } | Arrangement::None => Part::Nothing,
        Arrangement::SpeedUp { stage, fraction } if stage == name => {
            Part::Earn { fraction: *fraction }
        }
        Arrangement::SpeedUp { .. } => Part::Pay,
    }
}

/// Enters a stage during an experiment.
pub(super) fn enter(name: &'static str) -> Inside {
    match part_of(name) {
        Part::Nothing | Part::Delay { .. } => Inside { name, stay: None },
        Part::Pay => {
            pay();
            Inside { name, stay: None }
        }
        Part::Earn { fraction } => {
            pay();
            let stay = with_page(|page| page.enter(&REQUIRED, now_ns(), fraction));
            Inside { name, stay: Some(stay) }
        }
    }
}

impl Inside {
    /// Leaves it: here delays are inserted, and virtual ones earned and paid.
    pub(super) fn exit(&mut self) {
        match part_of(self.name) {
            Part::Nothing => {}
            Part::Delay { ns } => {
                // What it took, not what was asked for: on a busy machine a delay ends late.
                SHIFTED_NS.fetch_add(pause::pause_ns(ns), Ordering::Relaxed);
            }
            Part::Pay => pay(),
            Part::Earn { .. } => {
                if let Some(stay) = self.stay.take() {
                    let earned_ns = with_page(|page| page.leave(&REQUIRED, stay, now_ns()));
                    SHIFTED_NS.fetch_add(earned_ns, Ordering::Relaxed);
                }
                pay();
            }
        }
    }
}

/// Called before anything that may let another thread go on.
#[inline]
pub(crate) fn before_release() {
    if listener() == Listener::Experiment {
        pay();
    }
}

/// Does what may wait for another thread.
#[inline]
pub(crate) fn waiting<R>(wait: impl FnOnce() -> R) -> R {
    begin_wait();
    let result = wait();
    end_wait();
    result
}

/// This thread begins to wait for another one.
#[inline]
pub(crate) fn begin_wait() {
    if listener() == Listener::Experiment {
        with_page(|page| page.wait(&REQUIRED, now_ns()));
    }
}

/// Another thread has let this one go on.
#[inline]
pub(crate) fn end_wait() {
    if listener() == Listener::Experiment {
        with_page(|page| page.wake(&REQUIRED, now_ns()));
    }
}

/// What a thread hands to one that it starts, during an experiment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Debt(Option<(u32, Page)>);

/// What this thread hands to one that it starts.
pub(crate) fn debt() -> Debt {
    let page = || (ITERATION.load(Ordering::SeqCst), with_page(|page| page.child()));
    Debt((listener() == Listener::Experiment).then(page))
}

/// Takes over what the starting thread handed on.
pub(crate) fn take_over(debt: Debt) {
    let Some((iteration, from)) = debt.0 else { return };
    let _ = PAGE.try_with(|own| {
        let (opened, page) = own.get();
        // A thread of a pool that was at work meanwhile may have settled more.
        let page = if opened == iteration { page.or_later(from) } else { from };
        own.set((iteration, page));
    });
}

/// Times iterations of an experiment, and adds up what was shifted in them.
struct ShiftProbe {
    started: Instant,
    /// Time of the iterations, virtual delays taken off, in nanoseconds.
    total_ns: u64,
    /// Time inserted into the chosen stage, or virtually taken out of it, in nanoseconds.
    shifted_ns: u64,
    iterations: u64,
}

impl ShiftProbe {
    fn new() -> Self {
        Self { started: Instant::now(), total_ns: 0, shifted_ns: 0, iterations: 0 }
    }
}

impl Probe for ShiftProbe {
    fn start(&mut self) {
        REQUIRED.reset();
        SHIFTED_NS.store(0, Ordering::SeqCst);
        ITERATION.fetch_add(1, Ordering::SeqCst);
        with_page(|_| ());
        self.started = Instant::now();
    }

    fn stop(&mut self) {
        // What this thread still owes was required of the whole: it is paid before the clock is read.
        pay();
        let elapsed_ns = pause::whole_ns(self.started.elapsed());
        self.total_ns += elapsed_ns.saturating_sub(REQUIRED.ns());
        self.shifted_ns += SHIFTED_NS.load(Ordering::SeqCst);
        self.iterations += 1;
    }
}
