//! Delays of known length.
//!
//! A short one is spun. A long one sleeps but for its end: a spin spends the thread's turn, which on a
//! machine that others use too is taken back from the work behind it, and the delay would be charged
//! with more than its length.

use std::time::{Duration, Instant};

/// A sleep may last this much longer than asked for; this end of a delay is spun.
const SPUN: Duration = Duration::from_micros(200);

/// Delays this thread, and returns for how long in nanoseconds.
pub(super) fn pause_ns(ns: u64) -> u64 {
    if ns == 0 {
        return 0;
    }
    let started = Instant::now();
    let length = Duration::from_nanos(ns);
    if length > SPUN * 2 {
        std::thread::sleep(length.saturating_sub(SPUN));
    }
    loop {
        let elapsed = started.elapsed();
        if elapsed >= length {
            return whole_ns(elapsed);
        }
        std::hint::spin_loop();
    }
}

/// A duration in whole nanoseconds.
pub(super) fn whole_ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
