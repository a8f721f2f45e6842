//! The book-keeping of virtual speed-ups: who owes which delay.
//!
//! As in Curtsinger and Berger, "Coz: Finding Code that Counts with Causal Profiling", SOSP 2015,
//! section 3.4: what a thread spends in the chosen stage every other thread has to spend in delays, and
//! a thread that waited for another one is credited with the delays of that time, which the other has
//! paid on its behalf. No clock and no thread: time comes in and delays go out as numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// The delay that every thread has to have behind it, in nanoseconds since the experiment began.
#[derive(Debug, Default)]
pub(super) struct Required(AtomicU64);

impl Required {
    pub(super) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// How much it is.
    pub(super) fn ns(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Begins anew.
    pub(super) fn reset(&self) {
        self.0.store(0, Ordering::SeqCst);
    }
}

/// One thread's page of the ledger. It never has more settled than is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

    /// The thread was in the chosen stage, for which the others have to be delayed by `ns`. What it was
    /// behind by counts as paid first, so of two threads in the stage at once neither delays the other.
    pub(super) fn earn(&mut self, required: &Required, ns: u64) {
        self.settled_ns += ns;
        required.0.fetch_max(self.settled_ns, Ordering::SeqCst);
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

    /// The thread begins to wait for another one.
    pub(super) fn wait(&mut self, required: &Required) {
        self.waits_since_ns = required.ns();
    }

    /// The other one has let it go on: what was required meanwhile is credited.
    pub(super) fn wake(&mut self, required: &Required) {
        let required_ns = required.ns();
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
        waiter.wait(&required);
        worker.earn(&required, 25);
        waiter.wake(&required);
        assert_eq!(waiter.due(&required), 10, "what it owed before it waited");
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
