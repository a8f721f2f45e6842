//! Threads, as in `std::thread`, and the two arms of `rayon::join`.

use std::thread;

use crate::measure::listen::{Listener, listener};
use crate::measure::stages::{current, inherit};
use crate::measure::what_if::{
    Debt, before_release, begin_wait, debt, end_wait, take_over, waiting,
};

/// What a thread is told by the one that starts it: the stage it works for, and what it owes.
#[derive(Clone, Copy)]
struct Origin {
    stage: Option<u64>,
    debt: Debt,
}

impl Origin {
    /// That of threads started here; it is empty where nobody listens.
    fn here() -> Self {
        Self { stage: is_recorded().then(current).flatten(), debt: debt() }
    }

    /// Runs the work of a thread that comes from here, up to paying what it owes in the end.
    fn run<R>(self, work: impl FnOnce() -> R) -> R {
        take_over(self.debt);
        let result = self.within(work);
        before_release();
        result
    }

    /// Runs work whose stages belong to the stage of this origin.
    fn within<R>(self, work: impl FnOnce() -> R) -> R {
        let _back = is_recorded().then(|| Back(inherit(self.stage)));
        work()
    }
}

fn is_recorded() -> bool {
    listener() == Listener::Recorder
}

/// Gives a thread its former stage back, after a panic too.
struct Back(Option<u64>);

impl Drop for Back {
    fn drop(&mut self) {
        inherit(self.0);
    }
}

/// Starts a thread; see [`std::thread::spawn`].
///
/// ```
/// let thread = amdahl::sync::spawn(|| amdahl::stage("sum", || (1..=4).sum::<u64>()));
/// assert_eq!(thread.join().expect("no panic"), 10);
/// ```
pub fn spawn<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R> {
    let origin = Origin::here();
    JoinHandle(thread::spawn(move || origin.run(work)))
}

/// A thread that can be waited for.
#[derive(Debug)]
pub struct JoinHandle<R>(thread::JoinHandle<R>);

impl<R> JoinHandle<R> {
    /// Waits for the thread's result.
    ///
    /// # Errors
    /// What it panicked with.
    pub fn join(self) -> thread::Result<R> {
        waiting(|| self.0.join())
    }
}

/// Starts threads that may borrow, and waits for them; see [`std::thread::scope`].
///
/// ```
/// let words = ["so", "it", "goes"];
/// let letters: usize = amdahl::sync::scope(|threads| {
///     let all = words.map(|word| threads.spawn(move || word.len()));
///     all.into_iter().map(|thread| thread.join().expect("no panic")).sum()
/// });
/// assert_eq!(letters, 8);
/// ```
pub fn scope<'env, R>(work: impl for<'scope> FnOnce(Scope<'scope, 'env>) -> R) -> R {
    let result = thread::scope(|scope| {
        let result = work(Scope(scope));
        // Threads that nobody joined are waited for behind the closure.
        begin_wait();
        result
    });
    end_wait();
    result
}

/// Where threads that borrow are started.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'scope, 'env: 'scope>(&'scope thread::Scope<'scope, 'env>);

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread.
    pub fn spawn<R: Send + 'scope>(
        self,
        work: impl FnOnce() -> R + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, R> {
        let origin = Origin::here();
        ScopedJoinHandle(self.0.spawn(move || origin.run(work)))
    }
}

/// A thread of a [`scope`] that can be waited for.
#[derive(Debug)]
pub struct ScopedJoinHandle<'scope, R>(thread::ScopedJoinHandle<'scope, R>);

impl<R> ScopedJoinHandle<'_, R> {
    /// Waits for the thread's result.
    ///
    /// # Errors
    /// What it panicked with.
    pub fn join(self) -> thread::Result<R> {
        waiting(|| self.0.join())
    }
}

/// Runs two closures, at once where the rayon pool has a thread to spare; see [`rayon::join`].
///
/// Stages in either belong to the stage around the call, whichever thread they run on.
///
/// ```
/// let (a, b) = amdahl::sync::join(|| (1..=4).sum::<u64>(), || (1..=4).product::<u64>());
/// assert_eq!((a, b), (10, 24));
/// ```
pub fn join<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    if listener() == Listener::Nobody {
        return rayon::join(a, b);
    }
    let origin = Origin::here();
    let home = thread::current().id();
    let results = rayon::join(
        || {
            let result = origin.within(a);
            before_release();
            begin_wait();
            result
        },
        || {
            if thread::current().id() != home {
                return origin.run(b);
            }
            // Nobody took this arm: the thread has not waited, and does it itself.
            end_wait();
            let result = origin.within(b);
            begin_wait();
            result
        },
    );
    end_wait();
    results
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::Duration;

    use super::*;
    use crate::measure::Probe;
    use crate::measure::listen::turn;
    use crate::measure::stages::{Account, StageProbe};
    use crate::span::stage;

    /// The stages of one run, each with what it took.
    fn recorded(work: impl FnOnce()) -> Vec<Account> {
        let _turn = turn();
        let mut probe = StageProbe::wall();
        probe.start();
        work();
        probe.stop();
        probe.accounts.swap_remove(0).stages
    }

    fn find<'a>(stages: &'a [Account], name: &str) -> &'a Account {
        stages.iter().find(|stage| stage.name == name).expect("it was entered")
    }

    fn nap(name: &'static str) {
        stage(name, || thread::sleep(Duration::from_millis(5)));
    }

    #[test]
    fn stages_of_started_threads_belong_to_the_stage_that_started_them() {
        let stages = recorded(|| {
            stage("outer", || {
                scope(|threads| {
                    threads.spawn(|| nap("scoped"));
                    threads.spawn(|| nap("scoped"));
                });
                spawn(|| nap("spawned")).join().expect("no panic");
            });
        });
        let [outer, scoped, spawned] = ["outer", "scoped", "spawned"].map(|n| find(&stages, n));
        assert_eq!((scoped.calls, spawned.calls), (2, 1));
        let inner_ns = scoped.total_ns + spawned.total_ns;
        assert!(outer.self_ns <= outer.total_ns - inner_ns + 1.0, "{stages:?}");
        assert!(outer.critical_ns < outer.total_ns - 5e6, "{stages:?}");
    }

    #[test]
    fn two_stages_in_the_arms_of_a_join_are_side_by_side() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
        let stages = recorded(|| {
            stage("outer", || pool.install(|| join(|| nap("a"), || nap("b"))));
        });
        for name in ["a", "b"] {
            let arm = find(&stages, name);
            assert_eq!(arm.self_ns, arm.total_ns, "no other is within it: {stages:?}");
        }
    }

    #[test]
    fn a_panic_leaves_its_stage() {
        let stages = recorded(|| {
            let broken =
                catch_unwind(AssertUnwindSafe(|| stage("broken", || panic!("on purpose"))));
            assert!(broken.is_err());
            nap("next");
        });
        assert_eq!(find(&stages, "broken").inner_calls, 0);
        let next = find(&stages, "next");
        assert_eq!(next.self_ns, next.critical_ns);
    }
}
