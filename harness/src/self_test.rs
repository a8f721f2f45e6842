//! What this machine makes of measuring one and the same thing twice.
//!
//! A kernel of the harness's own goes through the same workers, batches and slots as any other: by
//! two workers in turn, and by several processes one after the other. What they differ by is read
//! by the doctor.

use std::time::Duration;

use amdahl_reports::{CaseId, Failure, SelfTest, stats};

use crate::data::Matrix;
use crate::declare::{Kernel, Sizes, Timed};
use crate::driver::{Launcher, LiveCase};
use crate::plan::Source;

/// The kernel's id, which no kernel of a suite should have.
const KERNEL: &str = "amdahl.self_test";
/// Its only variant, and its only measured size: numbers that fill a first-level cache, so that the
/// kernel moves with the clock and with whoever shares the core, as most kernels do.
const VARIANT: &str = "squares";
const LENGTH: usize = 4_096;
/// Any seed would do: nothing is compared with another run's.
const SEED: u64 = 1;

/// A slot and the untimed work before it, as in the interleaved pass.
const SLOT: Duration = Duration::from_millis(8);
const WARM_UP: Duration = Duration::from_millis(4);
/// Slots of each of the separate processes: their median is one figure.
const SLOTS_OF_A_PROCESS: usize = 12;

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Pairs of workers.
    tries: usize,
    /// Pairs of slots of each two workers.
    pairs: usize,
    /// Separate processes.
    processes: usize,
}

impl Extent {
    /// Six to ten seconds, for the doctor.
    pub(crate) const FULL: Self = Self { tries: 4, pairs: 40, processes: 12 };
    /// Less than one second, for the head of a run: enough pairs for an interval of 99 %.
    pub(crate) const SHORT: Self = Self { tries: 1, pairs: 24, processes: 0 };
}

/// The kernel that is measured.
pub(crate) fn kernel() -> Kernel {
    Kernel::new(KERNEL, "the sum of the squares of a vector that fits the first-level cache")
        .sizes(Sizes::smoke([0, 3]).measured([LENGTH]))
        .input(|&n, rng| rng.matrix(1, n))
        .reference(VARIANT, |x: &Matrix| {
            Timed::returning(move || x.as_slice().iter().map(|value| value * value).sum::<f64>())
        })
        .build()
}

/// Measures it.
///
/// # Errors
/// Where a worker cannot be started or fails.
pub(crate) fn run(launcher: &Launcher, extent: Extent) -> Result<SelfTest, Failure> {
    let mut test = SelfTest { pairs_a_try: extent.pairs as u64, ..SelfTest::default() };
    for _ in 0..extent.tries {
        take_turns(launcher, extent.pairs, &mut test)?;
    }
    for _ in 0..extent.processes {
        let mut case = start(launcher)?;
        let slots: Vec<f64> =
            (0..SLOTS_OF_A_PROCESS).map(|_| slot(&mut case)).collect::<Result<_, _>>()?;
        test.processes_ns.extend(stats::median(&slots));
    }
    Ok(test)
}

/// Measures by two fresh workers in turn.
fn take_turns(launcher: &Launcher, pairs: usize, test: &mut SelfTest) -> Result<(), Failure> {
    let [mut first, mut second] = [start(launcher)?, start(launcher)?];
    for pair in 0..pairs {
        // First, second, second, first: whatever drifts evenly cancels within two pairs.
        let (one, two) = if pair % 2 == 0 {
            let one = slot(&mut first)?;
            (one, slot(&mut second)?)
        } else {
            let two = slot(&mut second)?;
            (slot(&mut first)?, two)
        };
        test.first_ns.push(one);
        test.second_ns.push(two);
    }
    Ok(())
}

/// A fresh worker with the kernel's case prepared in it.
pub(crate) fn start(launcher: &Launcher) -> Result<LiveCase, Failure> {
    let case = CaseId::new(KERNEL, VARIANT, &LENGTH.to_string(), 1);
    LiveCase::start(launcher, &case, &Source::seed(SEED), None)
}

/// Nanoseconds an iteration in one slot.
fn slot(case: &mut LiveCase) -> Result<f64, Failure> {
    let iterations = case.iterations_for(SLOT);
    let batch = case.warm_batch(case.iterations_within(WARM_UP), iterations)?;
    Ok(batch.elapsed_ns as f64 / iterations as f64)
}

/// The kernel's case, for a test that needs any.
#[cfg(test)]
pub(crate) fn request() -> crate::declare::CaseRequest {
    crate::declare::CaseRequest {
        variant: VARIANT.to_owned(),
        size: LENGTH.to_string(),
        swap: None,
        against: VARIANT.to_owned(),
        seed: SEED,
        other_seed: None,
        input: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_of_the_self_test_is_a_sound_declaration() {
        kernel().check(1).unwrap_or_else(|failure| panic!("{failure}"));
    }
}
