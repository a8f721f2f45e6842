//! What all threads allocate and free together, as they hand it in.
//!
//! A shared counter that every allocation touched would make threads wait for each other. So a
//! thread hands in now and then, and at every array; in between the sums are off by that much.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::counters::Counts;

/// A thread hands in when what it holds has changed by so many bytes: the size of the smallest array
/// of the usual threshold, below which nobody asks for the whole process's peak.
pub(crate) const HAND_IN_BYTES: u64 = 64 * 1024;

/// And after so many calls: the atomic additions, some 100 ns when contended, are then below half a
/// nanosecond a call.
pub(crate) const HAND_IN_CALLS: u64 = 256;

/// How many threads can watch the peak at once: the bits of a word.
const WATCHERS: usize = 64;

/// The sums, on cache lines of their own (two, since processors fetch pairs).
#[repr(align(128))]
struct Sums {
    allocations: AtomicU64,
    bytes: AtomicU64,
    arrays: AtomicU64,
    array_bytes: AtomicU64,
    live_bytes: AtomicI64,
    frees: AtomicU64,
}

static SUMS: Sums = Sums {
    allocations: AtomicU64::new(0),
    bytes: AtomicU64::new(0),
    arrays: AtomicU64::new(0),
    array_bytes: AtomicU64::new(0),
    live_bytes: AtomicI64::new(0),
    frees: AtomicU64::new(0),
};

/// Which watchers there are, a bit each, and the largest `live_bytes` that each has seen.
static WATCHING: AtomicU64 = AtomicU64::new(0);
static PEAKS: [Peak; WATCHERS] = [const { Peak(AtomicI64::new(0)) }; WATCHERS];

/// A peak, where no other watcher writes.
#[repr(align(128))]
struct Peak(AtomicI64);

impl Peak {
    /// Most readings raise no peak, and then nothing is written.
    fn raise(&self, bytes: i64) {
        if self.0.load(Ordering::Relaxed) < bytes {
            self.0.fetch_max(bytes, Ordering::Relaxed);
        }
    }
}

/// Adds what a thread counted since it last did. Called within the allocator.
pub(super) fn add(more: Counts) {
    if more.allocations > 0 {
        SUMS.allocations.fetch_add(more.allocations, Ordering::Relaxed);
        SUMS.bytes.fetch_add(more.bytes, Ordering::Relaxed);
    }
    if more.frees > 0 {
        SUMS.frees.fetch_add(more.frees, Ordering::Relaxed);
    }
    if more.arrays > 0 {
        SUMS.arrays.fetch_add(more.arrays, Ordering::Relaxed);
        SUMS.array_bytes.fetch_add(more.array_bytes, Ordering::Relaxed);
    }
    let before = SUMS.live_bytes.fetch_add(more.live_bytes, Ordering::Relaxed);
    let live_bytes = before.wrapping_add(more.live_bytes);
    let mut watching = WATCHING.load(Ordering::Relaxed);
    while watching != 0 {
        PEAKS[watching.trailing_zeros() as usize].raise(live_bytes);
        watching &= watching - 1;
    }
}

/// The sums as they were handed in.
pub(crate) fn read() -> Counts {
    Counts {
        allocations: SUMS.allocations.load(Ordering::Relaxed),
        bytes: SUMS.bytes.load(Ordering::Relaxed),
        arrays: SUMS.arrays.load(Ordering::Relaxed),
        array_bytes: SUMS.array_bytes.load(Ordering::Relaxed),
        live_bytes: SUMS.live_bytes.load(Ordering::Relaxed),
        frees: SUMS.frees.load(Ordering::Relaxed),
    }
}

/// One thread's watch over the peak of all threads' heap.
#[derive(Debug)]
pub(crate) struct Watcher(usize);

impl Watcher {
    /// Begins to watch; none where as many as there can be already do.
    pub(crate) fn begin() -> Option<Self> {
        let mut watching = WATCHING.load(Ordering::Relaxed);
        loop {
            let free = (!watching).trailing_zeros() as usize;
            if free == WATCHERS {
                return None;
            }
            let with = watching | (1 << free);
            match WATCHING.compare_exchange_weak(
                watching,
                with,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Some(Self(free)),
                Err(now) => watching = now,
            }
        }
    }

    /// The largest sum since the last restart; from now on the largest since now.
    pub(crate) fn restart_peak(&self) -> i64 {
        PEAKS[self.0].0.swap(SUMS.live_bytes.load(Ordering::Relaxed), Ordering::Relaxed)
    }

    /// Counts as if the sum had once been `peak_bytes` since the last restart.
    pub(crate) fn raise_peak(&self, peak_bytes: i64) {
        PEAKS[self.0].raise(peak_bytes);
    }

    /// The largest sum since the last restart.
    pub(crate) fn peak(&self) -> i64 {
        PEAKS[self.0].0.load(Ordering::Relaxed)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        WATCHING.fetch_and(!(1 << self.0), Ordering::Relaxed);
    }
}
