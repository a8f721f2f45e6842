//! The book-keeping of virtual speed-ups: who owes which delay.
//!
//! As in Curtsinger and Berger, "Coz: Finding Code that Counts with Causal Profiling", SOSP 2015,
//! section 3.4: what a thread spends in the chosen stage every other thread has to spend in delays, and
//! a thread that waited for another one is credited with the delays of that time, which the other has
//! paid on its behalf. No clock and no thread: time comes in and delays go out as numbers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::plan::whole;

/// The delay that every thread has to have behind it, in nanoseconds since the experiment began.
#[derive(Debug, Default)]
pub(super) struct Required {
    ns: AtomicU64,
    /// Threads in the chosen stage now, for whose time delays are still to come.
    inside: Mutex<Vec<Stay>>,
}

/// A thread's stay in the chosen stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stay {
    /// What the thread had settled when it entered.
    settled_ns: u64,
    entered_ns: u64,
    fraction: f64,
}

impl Stay {
    fn earned_ns(&self, now_ns: u64) -> u64 {
        whole(now_ns.saturating_sub(self.entered_ns) as f64 * self.fraction)
    }
}

impl Required {
    pub(super) const fn new() -> Self {
        Self { ns: AtomicU64::new(0), inside: Mutex::new(Vec::new()) }
    }

    /// How much it is, of stays that have ended.
    pub(super) fn ns(&self) -> u64 {
        self.ns.load(Ordering::SeqCst)
    }

    /// How much it is with what has come together in stays that go on.
    fn by_now(&self, now_ns: u64) -> u64 {
        let so_far = |stay: &Stay| stay.settled_ns + stay.earned_ns(now_ns);
        self.inside().iter().map(so_far).fold(self.ns(), u64::max)
    }

    /// Begins anew.
    pub(super) fn reset(&self) {
        self.ns.store(0, Ordering::SeqCst);
        self.inside().clear();
    }

    fn inside(&self) -> MutexGuard<'_, Vec<Stay>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One thread's page of the ledger. It never has more settled than is required by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_field_names, reason = "units are last in names, and all are of time")]
pub(super) struct Page {
    /// What it has behind it: paid, credited, or earned in the chosen stage.
    settled_ns: u64,
    /// By how much its pauses were longer than they had to be; they count towards the next.
    ahead_ns: u64,
    /// What was required when it began to wait.
    waits_since_ns: u64,
}

impl Page {
    /// A page with nothing on it.
    pub(super) const EMPTY: Self = Self { settled_ns: 0, ahead_ns: 0, waits_since_ns: 0 };

    /// The page of a thread that appears now: what was required before concerns it not.
    pub(super) fn opened(required: &Required) -> Self {
        Self { settled_ns: required.ns(), ..Self::EMPTY }
    }

    /// The page of a thread that this one starts: a debt goes over to it, as its work comes out of
    /// this one's.
    pub(super) fn child(&self) -> Self {
        Self { settled_ns: self.settled_ns, ..Self::EMPTY }
    }

    /// The page of the two that has more settled.
    pub(super) fn or_later(self, other: Self) -> Self {
        if other.settled_ns > self.settled_ns { other } else { self }
    }

    /// The thread enters the chosen stage, of which a fraction is to be saved.
    pub(super) fn enter(&self, required: &Required, now_ns: u64, fraction: f64) -> Stay {
        let stay = Stay { settled_ns: self.settled_ns, entered_ns: now_ns, fraction };
        required.inside().push(stay);
        stay
    }

    /// The thread leaves it; returns what it has earned.
    pub(super) fn leave(&mut self, required: &Required, stay: Stay, now_ns: u64) -> u64 {
        let earned_ns = stay.earned_ns(now_ns);
        self.earn(required, earned_ns);
        let mut inside = required.inside();
        if let Some(at) = inside.iter().position(|own| *own == stay) {
            inside.swap_remove(at);
        }
        earned_ns
    }

    /// The thread was in the chosen stage, for which the others have to be delayed by `ns`. What it was
    /// behind by counts as paid first, so of two threads in the stage at once neither delays the other.
    fn earn(&mut self, required: &Required, ns: u64) {
        self.settled_ns += ns;
        required.ns.fetch_max(self.settled_ns, Ordering::SeqCst);
    }

    /// How long the thread has to pause now, in nanoseconds: it must do so before it goes on.
    pub(super) fn due(&mut self, required: &Required) -> u64 {
        let debt_ns = required.ns().saturating_sub(self.settled_ns);
        let covered_ns = debt_ns.min(self.ahead_ns);
        self.settled_ns += debt_ns;
        self.ahead_ns -= covered_ns;
        debt_ns - covered_ns
    }

    /// A pause of `due_ns` took `paused_ns`.
    pub(super) fn paused(&mut self, due_ns: u64, paused_ns: u64) {
        self.ahead_ns += paused_ns.saturating_sub(due_ns);
    }

    /// The thread begins to wait for another one. Of a stay in the chosen stage that goes on meanwhile,
    /// only what comes from now on is credited.
    pub(super) fn wait(&mut self, required: &Required, now_ns: u64) {
        self.waits_since_ns = required.by_now(now_ns);
    }

    /// The other one has let it go on: what was required meanwhile is credited.
    pub(super) fn wake(&mut self, required: &Required, now_ns: u64) {
        let required_ns = required.by_now(now_ns);
        let credit_ns = required_ns.saturating_sub(self.waits_since_ns);
        self.settled_ns = (self.settled_ns + credit_ns).min(required_ns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_earns_the_others_owe_and_nobody_twice() {
        let required = Required::new();
        let [mut worker, mut other] = [Page::opened(&required); 2];
        worker.earn(&required, 30);
        assert_eq!((worker.due(&required), other.due(&required)), (0, 30));
        assert_eq!(other.due(&required), 0);
        assert_eq!(required.ns(), 30);
    }

    #[test]
    fn of_two_in_the_stage_at_once_neither_delays_the_other() {
        let required = Required::new();
        let [mut a, mut b] = [Page::opened(&required); 2];
        a.earn(&required, 30);
        b.earn(&required, 40);
        assert_eq!(required.ns(), 40);
        assert_eq!((a.due(&required), b.due(&required)), (10, 0));
    }

    #[test]
    fn who_waited_is_credited_with_that_time_and_with_no_more() {
        let required = Required::new();
        let [mut worker, mut waiter] = [Page::opened(&required); 2];
        worker.earn(&required, 10);
        waiter.wait(&required, 0);
        worker.earn(&required, 25);
        waiter.wake(&required, 0);
        assert_eq!(waiter.due(&required), 10, "what it owed before it waited");
    }

    #[test]
    fn who_waits_for_the_end_of_a_stay_is_credited_with_that_part_of_it() {
        let required = Required::new();
        let [mut worker, mut waiter] = [Page::opened(&required); 2];
        let stay = worker.enter(&required, 100, 0.5);
        waiter.wait(&required, 180);
        assert_eq!(worker.leave(&required, stay, 200), 50);
        waiter.wake(&required, 200);
        assert_eq!(waiter.due(&required), 40, "the part before it waited");
        assert_eq!(required.inside().len(), 0);
    }

    #[test]
    fn a_pause_that_took_too_long_counts_towards_the_next() {
        let required = Required::new();
        let [mut worker, mut other] = [Page::opened(&required); 2];
        worker.earn(&required, 10);
        let due = other.due(&required);
        other.paused(due, 14);
        worker.earn(&required, 10);
        assert_eq!(other.due(&required), 6);
        // Being ahead is in its own favour alone: what it earns others owe in full and no more.
        other.paused(6, 106);
        other.earn(&required, 5);
        assert_eq!((required.ns(), worker.due(&required)), (25, 5));
    }

    #[test]
    fn a_thread_that_is_started_takes_the_debt_over_and_one_from_elsewhere_owes_nothing() {
        let required = Required::new();
        let [mut worker, starter] = [Page::opened(&required); 2];
        worker.earn(&required, 10);
        assert_eq!(starter.child().due(&required), 10);
        assert_eq!(Page::opened(&required).due(&required), 0);
    }
}
