//! Before anything is timed: which size, does it agree on both sides, and how long is an iteration.

use std::time::Duration;

use amdahl_reports::gate::Which;
use amdahl_reports::{CaseId, Failure, FailureKind, KernelInfo, Machine, Metric};

use super::Gate;
use super::entrant::Entrant;
use super::sides::{Entry, Program, reference_at};
use super::slots::{Length, SIDES};
use crate::driver::LiveCase;
use crate::measure::Deadline;
use crate::protocol::Purpose;

/// A slot lasts about this long: long against a request and its reply, short against what the machine
/// does to both sides in turn.
const SLOT: Duration = Duration::from_millis(4);
/// Each slot begins with so much untimed work, since the other side has left its own data in the caches.
/// Threads need no more: the processors never rest between slots.
const WARM_UP: Duration = Duration::from_millis(1);
/// Of several threads, the first slot of a side in a launch begins with so much: until they run at their
/// steady speed.
const SETTLING: Duration = Duration::from_millis(20);
/// A case whose iteration is longer than this at its smallest size would take the others' time.
const LONGEST: Duration = Duration::from_millis(250);

/// Of its own cache a case may fill this share: what it reads and writes is not all that lies there.
const HELD_SHARE: f64 = 0.5;

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
                let settling = if case.threads > 1 { SETTLING } else { Duration::ZERO };
                entrant.length = Length {
                    settling: live.iterations_within(settling),
                    warm_up: live.iterations_within(WARM_UP),
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
    /// from the smallest up, else the smallest; among those that its own caches hold. And how long it takes
    /// to start a process and prepare it there, in seconds.
    fn size(&self, entry: &Entry) -> Result<(String, f64), Failure> {
        let starting = Deadline::after(Duration::MAX);
        let mut worker = self
            .patient(&self.program(Which::Base).launcher)
            .launch(Purpose::Time, entry.threads)?;
        // The first size is prepared by a process that is starting, and any other would be.
        let mut first_s = None;
        let mut chosen = None;
        let kernel = self.program(Which::Base).kernels.iter().find(|own| own.id == entry.kernel);
        for size in held(entry, kernel, own_cache_bytes(&self.machine)) {
            let preparing = Deadline::after(Duration::MAX);
            let mut live = LiveCase::prepare(worker, &entry.case(size), &self.source, None)?;
            let prepare_s = match first_s {
                None => *first_s.insert(starting.elapsed().as_secs_f64()),
                Some(first_s) => first_s + preparing.elapsed().as_secs_f64(),
            };
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

/// The bytes of this processor's second cache, which few others use; 0 where nobody knows.
fn own_cache_bytes(machine: &Machine) -> f64 {
    machine.caches.iter().find(|cache| cache.level == 2).map_or(0.0, |cache| cache.bytes as f64)
}

/// The sizes of a case whose data fit into a share of the caches of its own processors, or the smallest
/// where none does: what waits for memory that other guests use too spreads several times as far as what
/// computes. All sizes where nobody knows.
fn held<'e>(entry: &'e Entry, kernel: Option<&KernelInfo>, cache_bytes: f64) -> &'e [String] {
    let fits = |label: &String| {
        let size = kernel?.sizes.iter().find(|own| own.label == *label)?;
        let caches_bytes = cache_bytes * entry.threads as f64;
        Some(size.working_set.or(size.bytes)? <= HELD_SHARE * caches_bytes)
    };
    if cache_bytes <= 0.0 || entry.sizes.iter().any(|own| fits(own).is_none()) {
        return &entry.sizes;
    }
    let count = entry.sizes.iter().take_while(|own| fits(own) == Some(true)).count();
    &entry.sizes[..count.clamp(1, entry.sizes.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::{Cost, Kernel, Sizes, Timed};

    #[test]
    fn a_case_is_timed_where_its_own_caches_hold_it() {
        #[allow(clippy::ptr_arg, reason = "a variant takes its input as the kernel makes it")]
        fn sum(x: &Vec<f64>) -> Timed<'_, f64> {
            Timed::returning(move || x.iter().sum::<f64>())
        }
        let kernel = Kernel::new("sum", "sum of x")
            .sizes(Sizes::smoke([3]).measured([1_000, 10_000, 100_000]))
            .input(|&n, rng| rng.vector(n))
            .cost(|&n| Cost { flops: n as f64, bytes: 8.0 * n as f64 })
            .reference("naive", sum)
            .build();
        let info = kernel.info().expect("a sound declaration");
        let sizes: Vec<String> = ["1000", "10000", "100000"].map(str::to_owned).to_vec();
        let entry = |threads| Entry {
            kernel: "sum".to_owned(),
            variant: "naive".to_owned(),
            threads,
            sizes: sizes.clone(),
        };
        let of = |threads, cache| held(&entry(threads), Some(info), cache).len();
        // 8, 80 and 800 KB; half of a cache of 200 KB holds two of them.
        assert_eq!(of(1, 200e3), 2);
        assert_eq!(of(1, 2e6), 3);
        assert_eq!(of(1, 1e3), 1, "the smallest where none fits");
        assert_eq!(of(2, 80e3), 2, "each thread has a cache");
        assert_eq!(of(1, 0.0), 3, "nobody knows the cache");
        assert_eq!(held(&entry(1), None, 200e3).len(), 3, "nobody knows the bytes");
    }
}
