//! The global allocator a bench target declares in one line, so that heap can be counted.
//!
//! dhat's own allocator takes a lock on every call even when idle, so timing must never share its
//! process. This one forwards to the system's until a worker started for heap switches it over.

#![allow(unsafe_code, reason = "implementing GlobalAlloc is unsafe by definition")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU8, Ordering};

const PLAIN: u8 = 0;
const DETECTING: u8 = 1;
const SEEN: u8 = 2;
const COUNTING: u8 = 3;

static MODE: AtomicU8 = AtomicU8::new(PLAIN);

/// The allocator to declare in a bench target; without it heap is not measured.
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();
/// ```
///
/// While timing it costs one relaxed load beside the system's allocator.
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
    if MODE.load(Ordering::Relaxed) == COUNTING {
        return true;
    }
    MODE.store(DETECTING, Ordering::Relaxed);
    drop(black_box(Box::new(0_u8)));
    MODE.swap(PLAIN, Ordering::Relaxed) == SEEN
}

/// Sends every further allocation of this process through dhat's allocator, for good.
pub(crate) fn start_counting() {
    MODE.store(COUNTING, Ordering::Relaxed);
}

/// Whether allocations of this process go through dhat's allocator.
#[inline]
pub(crate) fn is_counting() -> bool {
    match MODE.load(Ordering::Relaxed) {
        PLAIN => false,
        mode => is_counting_cold(mode),
    }
}

#[cold]
fn is_counting_cold(mode: u8) -> bool {
    if mode == DETECTING {
        MODE.store(SEEN, Ordering::Relaxed);
    }
    mode == COUNTING
}

// SAFETY: every method forwards its arguments unchanged to `System` or to `dhat::Alloc`, which
// itself allocates with `System`; so a block from one may be handed back to the other, and dhat
// ignores blocks it did not see allocated.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is passed on.
        unsafe { if is_counting() { dhat::Alloc.alloc(layout) } else { System.alloc(layout) } }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is passed on.
        unsafe {
            if is_counting() {
                dhat::Alloc.alloc_zeroed(layout)
            } else {
                System.alloc_zeroed(layout)
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's contract is passed on.
        unsafe {
            if is_counting() {
                dhat::Alloc.realloc(block, layout, new_size)
            } else {
                System.realloc(block, layout, new_size)
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is passed on.
        unsafe {
            if is_counting() {
                dhat::Alloc.dealloc(block, layout);
            } else {
                System.dealloc(block, layout);
            }
        }
    }
}
