//! Slots: the two sides of one case in turn, ABBA or BAAB, as long as an epoch lasts.

use amdahl_reports::Failure;
use amdahl_reports::gate::{Pair, Which};

use super::watch::steal_ticks;
use crate::data::Rng;
use crate::driver::LiveCase;

/// A slot is disturbed where its threads waited for a processor for a longer share of it: half of the
/// default limit. A thread of the kernel that runs for some microseconds spoils nothing.
const WAITED_SHARE: f64 = 0.005;

/// One side's slot.
#[derive(Debug, Clone, Copy)]
struct Slot {
    side: usize,
    elapsed_ns: f64,
    disturbed: bool,
}

/// How long a slot is, in iterations, on both sides alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    /// Untimed iterations before the first slot of each side in a launch.
    pub(super) settling: u64,
    /// Untimed iterations before each slot.
    pub(super) warm_up: u64,
    /// Timed iterations.
    pub(super) iterations: u64,
}

/// A side by its index: 0 is the base.
pub(super) const SIDES: [Which; 2] = [Which::Base, Which::Head];

/// Runs so many epochs and gives their pairs; stops early, between epochs, when told to.
///
/// # Errors
/// The side that failed, and how. Where the head failed the base is driven on for as long again: what
/// fails there too is no fault of the head.
pub(super) fn epochs(
    live: &mut [LiveCase; 2],
    length: Length,
    count: usize,
    core: Option<usize>,
    rng: &mut Rng,
    stop: &dyn Fn() -> bool,
) -> Result<Vec<Pair>, (Which, Failure)> {
    let mut pairs = Vec::new();
    let mut first = rng.index(2);
    settle(live, length.settling, first)?;
    for _ in 0..count {
        if stop() {
            break;
        }
        let mut slots = [Slot { side: 0, elapsed_ns: 0.0, disturbed: false }; 4];
        for (at, side) in [first, 1 - first, 1 - first, first].into_iter().enumerate() {
            match slot(&mut live[side], length, core) {
                Ok((elapsed_ns, disturbed)) => slots[at] = Slot { side, elapsed_ns, disturbed },
                Err(failure) => {
                    let so_far = 4 * (count + 1);
                    let both = side == 1 && !survives(&mut live[0], length, so_far);
                    return Err((SIDES[if both { 0 } else { side }], failure));
                }
            }
        }
        pairs.extend([pair(slots[0], slots[1]), pair(slots[2], slots[3])]);
        first = rng.index(2);
    }
    Ok(pairs)
}

/// Runs what comes before the first slots, in two halves a side, in turn as slots are: a pool that has rested
/// while the other side settled is slower, and one that goes straight on is faster.
fn settle(live: &mut [LiveCase; 2], iterations: u64, first: usize) -> Result<(), (Which, Failure)> {
    if iterations > 0 {
        for side in [first, 1 - first, first, 1 - first] {
            let settled = live[side].warm_batch(iterations.div_ceil(2), 1);
            settled.map_err(|failure| (SIDES[side], failure))?;
        }
    }
    Ok(())
}

fn survives(case: &mut LiveCase, length: Length, slots: usize) -> bool {
    (0..slots).all(|_| case.warm_batch(length.warm_up, length.iterations).is_ok())
}

fn slot(case: &mut LiveCase, length: Length, core: Option<usize>) -> Result<(f64, bool), Failure> {
    let before = steal_ticks(core);
    let batch = case.warm_batch(length.warm_up, length.iterations)?;
    let elapsed_ns = batch.elapsed_ns as f64;
    let has_waited = batch.waited_ns.is_some_and(|ns| ns as f64 > WAITED_SHARE * elapsed_ns);
    Ok((elapsed_ns, has_waited || steal_ticks(core) != before))
}

fn pair(one: Slot, other: Slot) -> Pair {
    let (base, head) = if one.side == 0 { (one, other) } else { (other, one) };
    Pair {
        base_ns: base.elapsed_ns,
        head_ns: head.elapsed_ns,
        disturbed: base.disturbed || head.disturbed,
    }
}
