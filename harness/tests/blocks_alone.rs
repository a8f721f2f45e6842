//! What can be exact only in a process where nothing else runs: one test, and no more.

#![allow(unsafe_code, reason = "choosing between two allocators is implementing GlobalAlloc")]

use std::alloc::{GlobalAlloc, Layout};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};

use amdahl::profile_block;

/// Through dhat where that counts, else through ours.
struct Either {
    ours: amdahl::Allocator,
    is_dhats: AtomicBool,
}

#[global_allocator]
static ALLOCATOR: Either =
    Either { ours: amdahl::Allocator::new(), is_dhats: AtomicBool::new(false) };

// SAFETY: every method forwards its arguments unchanged to one of two allocators, which both
// allocate with the system's, so that a block from one may be handed back to the other.
unsafe impl GlobalAlloc for Either {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is passed on.
        unsafe {
            if self.is_dhats.load(Ordering::Relaxed) {
                dhat::Alloc.alloc(layout)
            } else {
                self.ours.alloc(layout)
            }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's contract is passed on.
        unsafe {
            if self.is_dhats.load(Ordering::Relaxed) {
                dhat::Alloc.realloc(block, layout, new_size)
            } else {
                self.ours.realloc(block, layout, new_size)
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is passed on.
        unsafe {
            if self.is_dhats.load(Ordering::Relaxed) {
                dhat::Alloc.dealloc(block, layout);
            } else {
                self.ours.dealloc(block, layout);
            }
        }
    }
}

/// Strings, a map, growing and shrinking vectors, and arrays: what programs do.
fn work() -> usize {
    let words: Vec<String> = (0..500).map(|i| format!("word {}", i % 37)).collect();
    let mut counts = std::collections::BTreeMap::new();
    for word in &words {
        *counts.entry(word.clone()).or_insert(0_usize) += 1;
    }
    let mut grown = Vec::new();
    (0..20_000_u64).for_each(|i| grown.push(black_box(i)));
    grown.truncate(100);
    grown.shrink_to_fit();
    let array = black_box(vec![1.0_f64; 30_000]);
    counts.len() + grown.len() + array.len()
}

#[test]
fn figures_are_exact_where_nothing_else_runs() {
    a_block_counts_what_dhat_counts();
    arrays_of_all_threads_are_counted_and_their_peak_is_near();
}

fn a_block_counts_what_dhat_counts() {
    let (value, profile) = profile_block("work", work);
    let ours = profile.heap().expect("the allocator is declared");

    ALLOCATOR.is_dhats.store(true, Ordering::Relaxed);
    let profiler = dhat::Profiler::builder().testing().build();
    assert_eq!(work(), value);
    let dhats = dhat::HeapStats::get();
    drop(profiler);
    ALLOCATOR.is_dhats.store(false, Ordering::Relaxed);

    assert_eq!((ours.allocations, ours.bytes), (dhats.total_blocks, dhats.total_bytes));
    assert_eq!(ours.peak_bytes, dhats.max_bytes as u64);
    assert_eq!(ours.kept_bytes, 0);
    let process = profile.process().and_then(|process| process.heap);
    let process = process.expect("the allocator is declared");
    assert_eq!((process.allocations, process.bytes), (ours.allocations, ours.bytes));
    assert_eq!(process.peak_bytes, Some(ours.peak_bytes));
    assert_eq!(process.kept_bytes, 0);
}

fn arrays_of_all_threads_are_counted_and_their_peak_is_near() {
    const BYTES: usize = 1 << 20;
    const THREADS: usize = 3;
    let barrier = std::sync::Barrier::new(THREADS);
    let ((), profile) = profile_block("all", || {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let array = black_box(vec![0_u8; BYTES]);
                    barrier.wait();
                    drop(array);
                });
            }
        });
    });
    assert_eq!(profile.heap().map(|heap| heap.arrays), Some(0), "its own thread made none");
    let process = profile.process().and_then(|process| process.heap);
    let process = process.expect("the allocator is declared");
    let all = (THREADS * BYTES) as u64;
    assert_eq!((process.arrays, process.array_bytes), (THREADS as u64, all));
    // All arrays were there at once; each thread may hold back 64 KiB of other allocations, and the
    // thread that waits too.
    let peak = process.peak_bytes.expect("few threads watch");
    let held_back = (THREADS as u64 + 1) * 64 * 1024;
    assert!(peak >= all - held_back && peak <= all + held_back, "{peak} of {all}");
}
