//! What each thread allocates and frees, counted within the allocator: exact, and nobody waits.
//!
//! Plain cells of the thread, initialised at compile time and without a destructor, so that the
//! first allocation of a thread and the last free of one find them as any other does. Nothing here
//! allocates or panics.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use super::process;

/// From how many bytes on an allocation counts as an array, unless the program says otherwise: 64
/// KiB, 8,192 numbers of f64. Larger than the first-level data cache of today's processors (32 to
/// 48 KiB), so a pass over one goes to memory that is shared or far; strings, nodes and rows are
/// smaller.
pub(crate) const DEFAULT_ARRAY_BYTES: u64 = 64 * 1024;

static ARRAY_BYTES: AtomicU64 = AtomicU64::new(DEFAULT_ARRAY_BYTES);

/// Counts allocations of `bytes` and more as arrays, in all threads and from now on; 64 KiB until
/// then.
///
/// Set it once, before the first block: a report states one threshold, the last.
pub fn set_array_bytes(bytes: u64) {
    ARRAY_BYTES.store(bytes, Ordering::Relaxed);
}

/// The threshold in force.
pub(crate) fn array_bytes() -> u64 {
    ARRAY_BYTES.load(Ordering::Relaxed)
}

/// Counts since some moment: a thread's since it began, or all threads' together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Allocations, a `realloc` being one.
    pub(crate) allocations: u64,
    /// Their bytes, of a `realloc` its new size.
    pub(crate) bytes: u64,
    /// Allocations of the size of an array.
    pub(crate) arrays: u64,
    /// Their bytes.
    pub(crate) array_bytes: u64,
    /// Bytes allocated less bytes freed; of one thread negative where it frees what others allocated.
    pub(crate) live_bytes: i64,
    /// How often memory was freed, a `realloc` not being one.
    pub(crate) frees: u64,
}

impl Counts {
    /// Allocations and frees.
    pub(crate) fn calls(self) -> u64 {
        self.allocations.wrapping_add(self.frees)
    }

    /// What was counted since an earlier reading.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            allocations: self.allocations.wrapping_sub(earlier.allocations),
            bytes: self.bytes.wrapping_sub(earlier.bytes),
            arrays: self.arrays.wrapping_sub(earlier.arrays),
            array_bytes: self.array_bytes.wrapping_sub(earlier.array_bytes),
            live_bytes: self.live_bytes.wrapping_sub(earlier.live_bytes),
            frees: self.frees.wrapping_sub(earlier.frees),
        }
    }
}

/// A thread's counters.
struct Counters {
    counts: Cell<Counts>,
    /// The largest `live_bytes` since [`restart_peak`].
    peak_bytes: Cell<i64>,
    /// What was handed in to the process's counts.
    handed_in: Cell<Counts>,
    /// Whether calls are ours and nobody's business.
    is_quiet: Cell<bool>,
}

const NONE: Counts =
    Counts { allocations: 0, bytes: 0, arrays: 0, array_bytes: 0, live_bytes: 0, frees: 0 };

thread_local! {
    static OWN: Counters = const {
        Counters {
            counts: Cell::new(NONE),
            peak_bytes: Cell::new(0),
            handed_in: Cell::new(NONE),
            is_quiet: Cell::new(false),
        }
    };
}

/// A size as a difference; no allocation is larger than `isize::MAX` (`Layout`).
#[allow(clippy::cast_possible_wrap, reason = "a size is at most isize::MAX, as Layout holds it")]
const fn signed(size: usize) -> i64 {
    size as i64
}

/// One allocation came, and `grown` bytes more are held.
#[inline]
fn came(own: &Counters, size: usize, grown: i64) {
    let bytes = size as u64;
    let mut counts = own.counts.get();
    counts.allocations = counts.allocations.wrapping_add(1);
    counts.bytes = counts.bytes.wrapping_add(bytes);
    counts.live_bytes = counts.live_bytes.wrapping_add(grown);
    let is_array = bytes >= array_bytes();
    if is_array {
        counts.arrays = counts.arrays.wrapping_add(1);
        counts.array_bytes = counts.array_bytes.wrapping_add(bytes);
    }
    own.counts.set(counts);
    if counts.live_bytes > own.peak_bytes.get() {
        own.peak_bytes.set(counts.live_bytes);
    }
    if is_array || is_due(counts, own) {
        hand_in_of(own);
    }
}

#[inline]
fn is_due(counts: Counts, own: &Counters) -> bool {
    let before = own.handed_in.get();
    let held = counts.live_bytes.wrapping_sub(before.live_bytes).unsigned_abs();
    held >= process::HAND_IN_BYTES
        || counts.calls().wrapping_sub(before.calls()) >= process::HAND_IN_CALLS
}

#[inline(never)]
fn hand_in_of(own: &Counters) {
    let counts = own.counts.get();
    process::add(counts.since(own.handed_in.get()));
    own.handed_in.set(counts);
}

/// This thread allocated.
pub(super) fn allocated(size: usize) {
    OWN.with(|own| {
        if !own.is_quiet.get() {
            came(own, size, signed(size));
        }
    });
}

/// This thread changed an allocation's size; it may have moved.
pub(super) fn reallocated(old_size: usize, new_size: usize) {
    OWN.with(|own| {
        if !own.is_quiet.get() {
            came(own, new_size, signed(new_size).wrapping_sub(signed(old_size)));
        }
    });
}

/// This thread freed, whoever had allocated.
pub(super) fn freed(size: usize) {
    OWN.with(|own| {
        if own.is_quiet.get() {
            return;
        }
        let mut counts = own.counts.get();
        counts.frees = counts.frees.wrapping_add(1);
        counts.live_bytes = counts.live_bytes.wrapping_sub(signed(size));
        own.counts.set(counts);
        if is_due(counts, own) {
            hand_in_of(own);
        }
    });
}

/// This thread's counts, handed in to the process's beforehand.
pub(crate) fn read() -> Counts {
    OWN.with(|own| {
        if own.counts.get() != own.handed_in.get() {
            hand_in_of(own);
        }
        own.counts.get()
    })
}

/// The largest balance since the last restart; from now on the largest since now.
pub(crate) fn restart_peak() -> i64 {
    OWN.with(|own| own.peak_bytes.replace(own.counts.get().live_bytes))
}

/// Counts as if the balance had once been `peak_bytes` since the last restart.
pub(crate) fn raise_peak(peak_bytes: i64) {
    OWN.with(|own| own.peak_bytes.set(own.peak_bytes.get().max(peak_bytes)));
}

/// The largest balance since the last restart.
pub(crate) fn peak() -> i64 {
    OWN.with(|own| own.peak_bytes.get())
}

/// While it lives, this thread's calls are not counted: they are our own book-keeping.
pub(crate) struct Quiet {
    was_quiet: bool,
}

impl Quiet {
    pub(crate) fn now() -> Self {
        Self { was_quiet: OWN.with(|own| own.is_quiet.replace(true)) }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        OWN.with(|own| own.is_quiet.set(self.was_quiet));
    }
}
