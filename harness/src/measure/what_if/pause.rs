//! Delays of known length: a spin that keeps the processor busy, and a pause that leaves it to others.

use std::time::{Duration, Instant};

/// A sleep may last this much longer than asked for; the rest of a pause is spun.
const SLEEP_OVERSHOOT: Duration = Duration::from_micros(200);

/// Spins by the clock, as work would, and returns how long that took in nanoseconds.
pub(super) fn spin_ns(ns: u64) -> u64 {
    let started = Instant::now();
    let length = Duration::from_nanos(ns);
    loop {
        let elapsed = started.elapsed();
        if elapsed >= length {
            return whole_ns(elapsed);
        }
        std::hint::spin_loop();
    }
}

/// Pauses, and returns how long that took in nanoseconds.
pub(super) fn pause_ns(ns: u64) -> u64 {
    let started = Instant::now();
    let length = Duration::from_nanos(ns);
    if length > SLEEP_OVERSHOOT * 2 {
        std::thread::sleep(length - SLEEP_OVERSHOOT);
    }
    let rest = length.saturating_sub(started.elapsed());
    spin_ns(whole_ns(rest));
    whole_ns(started.elapsed())
}

pub(super) fn whole_ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
