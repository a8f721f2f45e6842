//! The global allocator a program declares in one line, so that heap can be counted.
//!
//! It forwards to the system's. While blocks are open it keeps counts by thread ([`counters`]) and for
//! all threads ([`process`]); in a worker started for heap it goes through dhat's allocator, which
//! takes a lock on every call even when idle, so timing must never share its process.

#![allow(unsafe_code, reason = "implementing GlobalAlloc is unsafe by definition")]

pub(crate) mod counters;
pub(crate) mod process;

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Nothing to do beside the system's allocator.
const PLAIN: usize = 0;
/// Flag: somebody wants to know whether allocations come through here.
const DETECTING: usize = 1;
/// Flag: through dhat.
const DHAT: usize = 2;
/// From here up, how many threads have blocks open.
const ONE_THREAD: usize = 4;

/// All that an allocation must look at: flags, and how many threads have blocks open. One word, so
/// that nothing is lost when one thread's last block ends as another's first begins.
static STATE: AtomicUsize = AtomicUsize::new(PLAIN);

/// Whether an allocation came through here while somebody wanted to know.
static SEEN: AtomicBool = AtomicBool::new(false);

/// The allocator to declare in a program; without it heap is not measured.
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();
/// ```
///
/// While no block is open anywhere it costs one relaxed load beside the system's allocator.
#[derive(Debug, Default)]
pub struct Allocator {
    _private: (),
}

impl Allocator {
    /// The allocator.
    pub const fn new() -> Self {
        Self { _private: () }
    }
}

/// Whether the program declared [`Allocator`] as its global allocator.
pub(crate) fn is_declared() -> bool {
    if SEEN.load(Ordering::Relaxed) || is_counting() {
        return true;
    }
    STATE.fetch_or(DETECTING, Ordering::Relaxed);
    drop(black_box(Box::new(0_u8)));
    STATE.fetch_and(!DETECTING, Ordering::Relaxed);
    SEEN.load(Ordering::Relaxed)
}

/// Sends every further allocation of this process through dhat's allocator, for good.
pub(crate) fn start_counting() {
    STATE.fetch_or(DHAT, Ordering::Relaxed);
}

/// Whether allocations of this process go through dhat's allocator.
pub(crate) fn is_counting() -> bool {
    STATE.load(Ordering::Relaxed) & DHAT != 0
}

/// From now on all threads keep counts, until as many [`leave_counts`].
pub(crate) fn keep_counts() {
    STATE.fetch_add(ONE_THREAD, Ordering::Relaxed);
}

/// Takes one [`keep_counts`] back.
pub(crate) fn leave_counts() {
    STATE.fetch_sub(ONE_THREAD, Ordering::Relaxed);
}

/// What an allocation has to do beside the system's, where it has anything to do.
#[derive(Clone, Copy)]
struct State(usize);

impl State {
    #[inline]
    fn now() -> Self {
        Self(STATE.load(Ordering::Relaxed))
    }

    #[inline]
    fn is_plain(self) -> bool {
        self.0 == PLAIN
    }

    fn is_dhats(self) -> bool {
        self.0 & DHAT != 0
    }

    /// Whether counts are kept; answers those who ask whether this allocator is declared.
    fn counts(self) -> bool {
        if self.0 & DETECTING != 0 {
            SEEN.store(true, Ordering::Relaxed);
        }
        self.0 >= ONE_THREAD
    }
}

// SAFETY: every method forwards its arguments unchanged to `System` or to `dhat::Alloc`, which
// itself allocates with `System`; so a block from one may be handed back to the other, and dhat
// ignores blocks it did not see allocated. Counting neither allocates nor panics, and touches no
// memory of the caller's.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let state = State::now();
        // SAFETY: the caller's contract is passed on.
        unsafe { if state.is_plain() { System.alloc(layout) } else { heard::alloc(state, layout) } }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let state = State::now();
        // SAFETY: the caller's contract is passed on.
        unsafe {
            if state.is_plain() {
                System.alloc_zeroed(layout)
            } else {
                heard::alloc_zeroed(state, layout)
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let state = State::now();
        // SAFETY: the caller's contract is passed on.
        unsafe {
            if state.is_plain() {
                System.realloc(block, layout, new_size)
            } else {
                heard::realloc(state, block, layout, new_size)
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let state = State::now();
        // SAFETY: the caller's contract is passed on.
        unsafe {
            if state.is_plain() {
                System.dealloc(block, layout);
            } else {
                heard::dealloc(state, block, layout);
            }
        }
    }
}

/// The same four with somebody listening, out of line so that the plain way stays short.
mod heard {
    use super::{GlobalAlloc, Layout, State, System, counters};

    /// # Safety
    /// As of [`GlobalAlloc::alloc`].
    #[inline(never)]
    pub(super) unsafe fn alloc(state: State, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is passed on.
        let block = unsafe {
            if state.is_dhats() { dhat::Alloc.alloc(layout) } else { System.alloc(layout) }
        };
        if state.counts() && !block.is_null() {
            counters::allocated(layout.size());
        }
        block
    }

    /// # Safety
    /// As of [`GlobalAlloc::alloc_zeroed`].
    #[inline(never)]
    pub(super) unsafe fn alloc_zeroed(state: State, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is passed on.
        let block = unsafe {
            if state.is_dhats() {
                dhat::Alloc.alloc_zeroed(layout)
            } else {
                System.alloc_zeroed(layout)
            }
        };
        if state.counts() && !block.is_null() {
            counters::allocated(layout.size());
        }
        block
    }

    /// # Safety
    /// As of [`GlobalAlloc::realloc`].
    #[inline(never)]
    pub(super) unsafe fn realloc(
        state: State,
        block: *mut u8,
        layout: Layout,
        new_size: usize,
    ) -> *mut u8 {
        // SAFETY: the caller's contract is passed on.
        let moved = unsafe {
            if state.is_dhats() {
                dhat::Alloc.realloc(block, layout, new_size)
            } else {
                System.realloc(block, layout, new_size)
            }
        };
        if state.counts() && !moved.is_null() {
            counters::reallocated(layout.size(), new_size);
        }
        moved
    }

    /// # Safety
    /// As of [`GlobalAlloc::dealloc`].
    #[inline(never)]
    pub(super) unsafe fn dealloc(state: State, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is passed on.
        unsafe {
            if state.is_dhats() {
                dhat::Alloc.dealloc(block, layout);
            } else {
                System.dealloc(block, layout);
            }
        }
        if state.counts() {
            counters::freed(layout.size());
        }
    }
}
