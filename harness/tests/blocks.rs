//! Blocks of a program that declares the allocator: what is measured, where it stands in the tree,
//! and, against a ledger, that the heap of a thread is exact.

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amdahl::{Block, BlockNode, Blocks, profile_block, take_blocks};
use tracing_subscriber::layer::SubscriberExt;

#[path = "blocks/ledger.rs"]
mod ledger;

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

/// Bytes of an allocation that counts as an array by default: 64 KiB (`amdahl::set_array_bytes`).
const ARRAY: usize = 64 * 1024;

/// Blocks are taken for the whole process: one test at a time may.
fn taking() -> MutexGuard<'static, ()> {
    static TAKING: Mutex<()> = Mutex::new(());
    TAKING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn find<'a>(blocks: &'a [BlockNode], name: &str) -> &'a BlockNode {
    blocks.iter().find(|block| block.name == name).unwrap_or_else(|| panic!("no `{name}`"))
}

fn outermost<'a>(blocks: &'a Blocks, name: &str) -> &'a BlockNode {
    find(&blocks.blocks, name)
}

/// Makes `count` allocations of `bytes` each and frees them.
fn allocate(count: usize, bytes: usize) {
    for _ in 0..count {
        drop(black_box(Vec::<u8>::with_capacity(bytes)));
    }
}

#[test]
fn a_block_counts_allocations_bytes_arrays_peak_and_what_is_kept() {
    let (kept, profile) = profile_block("counted", || {
        allocate(10, 100);
        let array = black_box(vec![0_u8; ARRAY]);
        let almost = black_box(vec![1_u8; ARRAY - 1]);
        drop((array, almost));
        black_box(Vec::<u8>::with_capacity(500))
    });
    let heap = profile.heap().expect("the allocator is declared");
    assert_eq!(heap.allocations, 10 + 2 + 1);
    assert_eq!(heap.bytes, 10 * 100 + 2 * ARRAY as u64 - 1 + 500);
    assert_eq!((heap.arrays, heap.array_bytes), (1, ARRAY as u64));
    assert_eq!(heap.peak_bytes, 2 * ARRAY as u64 - 1);
    assert_eq!(heap.kept_bytes, 500);
    drop(kept);
}

#[test]
fn a_block_that_frees_what_was_there_keeps_less_than_nothing() {
    let before = black_box(vec![0_u8; 3_000]);
    let ((), profile) = profile_block("frees", || {
        drop(before);
        allocate(1, 1_000);
    });
    let heap = profile.heap().expect("the allocator is declared");
    assert_eq!(heap.kept_bytes, -3_000);
    // 1,000 bytes more than the 3,000 less: never above what was there at the begin.
    assert_eq!(heap.peak_bytes, 0);
}

#[test]
fn an_outer_block_is_charged_for_the_inner_ones_and_not_for_their_book_keeping() {
    let ((), profile) = profile_block("outer", || {
        allocate(1, 10);
        for _ in 0..100 {
            let ((), inner) = profile_block("inner", || allocate(2, 1_000));
            assert!(!inner.to_markdown().is_empty());
            // The text above is the test's own: what the block's tree allocates is nobody's.
        }
    });
    let outer = profile.heap().expect("the allocator is declared");
    let inner = &profile.inner()[0];
    let figures = inner.figures.heap.expect("the allocator is declared");
    assert_eq!((inner.name, inner.figures.calls), ("inner", 100));
    assert_eq!((figures.allocations, figures.bytes), (200, 200_000));
    assert_eq!(figures.peak_bytes, 1_000);
    assert_eq!(outer.kept_bytes, 0, "texts are freed, and the tree is in no balance");
    assert!(outer.bytes >= 200_010);

    let ((), quiet) = profile_block("outer", || {
        for _ in 0..100 {
            let inner = Block::enter("inner");
            drop(inner);
            let ((), profile) = profile_block("other", || ());
            drop(profile);
        }
    });
    let heap = quiet.heap().expect("the allocator is declared");
    assert_eq!((heap.allocations, heap.kept_bytes, heap.peak_bytes), (0, 0, 0));
}

#[test]
fn a_peak_before_an_inner_block_belongs_to_the_outer_one_alone() {
    let ((), profile) = profile_block("outer", || {
        allocate(1, 5_000);
        let held = black_box(Vec::<u8>::with_capacity(100));
        let ((), inner) = profile_block("inner", || allocate(1, 700));
        assert_eq!(inner.heap().map(|heap| heap.peak_bytes), Some(700));
        drop(held);
    });
    assert_eq!(profile.heap().map(|heap| heap.peak_bytes), Some(5_000));
}

#[test]
fn blocks_that_end_out_of_order_have_their_own_figures() {
    let outer = Block::enter("outer");
    let first = Block::enter("first");
    allocate(1, 900);
    let second = Block::enter("second");
    allocate(1, 400);
    let first = first.exit();
    allocate(1, 2_000);
    let second = second.exit();
    let outer = outer.exit();
    let figures = |profile: &amdahl::BlockProfile| {
        let heap = profile.heap().expect("the allocator is declared");
        (heap.allocations, heap.peak_bytes)
    };
    assert_eq!(figures(&first), (2, 900));
    assert_eq!(figures(&second), (2, 2_000));
    assert_eq!(figures(&outer), (3, 2_000));
    let names: Vec<&str> = outer.inner().iter().map(|block| block.name).collect();
    assert_eq!(names, ["first", "second"]);
}

#[test]
fn a_panic_ends_the_block_and_leaves_the_tree_right() {
    let _taking = taking();
    let ((), profile) = profile_block("around a panic", || {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let _first = Block::enter("panics");
            let _second = Block::enter("within");
            panic!("on purpose");
        }));
        assert!(outcome.is_err());
        drop(Block::enter("afterwards"));
    });
    let names: Vec<&str> = profile.inner().iter().map(|block| block.name).collect();
    assert_eq!(names, ["panics", "afterwards"]);
    assert_eq!(profile.inner()[0].inner()[0].name, "within");
    assert_eq!(outermost(&take_blocks(), "around a panic").figures.calls, 1);
}

#[test]
fn a_recursion_is_a_path_in_the_tree_and_one_total() {
    fn recurse(depth: usize) {
        let _block = Block::enter("recursive");
        allocate(1, 1_000);
        if depth > 1 {
            recurse(depth - 1);
        }
    }
    let ((), profile) = profile_block("around", || recurse(5));
    let mut depth = 0;
    let mut at = profile.inner();
    while let Some(block) = at.first() {
        depth += 1;
        assert_eq!(block.figures.heap.map(|heap| heap.allocations), Some(6 - depth));
        at = block.inner();
    }
    assert_eq!(depth, 5);
    let totals = amdahl_reports::blocks::totals_by_name(profile.inner());
    assert_eq!((totals[0].places, totals[0].figures.calls), (5, 5));
    assert_eq!(totals[0].figures.wall_ns, profile.inner()[0].figures.wall_ns);
    assert_eq!(totals[0].figures.heap.map(|heap| heap.allocations), Some(5));
}

#[test]
fn a_recursion_deeper_than_any_tree_is_measured_all_the_same() {
    fn recurse(depth: usize) {
        let _block = Block::enter("deep");
        allocate(1, 10);
        if depth > 1 {
            recurse(depth - 1);
        }
    }
    let ((), profile) = profile_block("around", || recurse(1_000));
    assert_eq!(profile.heap().map(|heap| heap.allocations), Some(1_000));
}

#[test]
fn a_thread_has_its_own_blocks_and_does_not_count_another_ones_heap() {
    let _taking = taking();
    let ((), waiting) = profile_block("waits", || {
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let ((), profile) = profile_block("works", || allocate(1_000, 100));
                    assert_eq!(profile.heap().map(|heap| heap.allocations), Some(1_000));
                });
            }
        });
    });
    assert!(waiting.heap().expect("the allocator is declared").allocations < 1_000);
    let blocks = take_blocks();
    let works = outermost(&blocks, "works");
    assert_eq!((works.figures.calls, works.figures.threads), (2, 2));
    assert_eq!(works.figures.heap.map(|heap| heap.allocations), Some(2_000));
    assert!(works.figures.process.is_none(), "the two would be counted twice");
}

#[test]
fn cpu_time_is_the_threads_and_no_more_than_wall_time() {
    let ((), slept) = profile_block("sleeps", || std::thread::sleep(Duration::from_millis(100)));
    assert!(slept.wall() >= Duration::from_millis(100));
    let cpu = slept.cpu().expect("this system has the clock");
    assert!(cpu < Duration::from_millis(50), "a sleeping thread used {cpu:?}");

    let (_, worked) = profile_block("works", || {
        (0..2_000_000_u64).fold(1_u64, |a, b| black_box(a).wrapping_mul(31).wrapping_add(b))
    });
    let cpu = worked.cpu().expect("this system has the clock");
    // Readings serve for 5 µs; the rest is the system's own granularity.
    assert!(cpu <= worked.wall() + Duration::from_micros(100), "{cpu:?} of {:?}", worked.wall());
    assert!(cpu > Duration::ZERO);
}

#[test]
fn spans_of_a_target_become_blocks_and_others_do_not() {
    let _taking = taking();
    let heard = tracing_subscriber::registry().with(amdahl::BlockLayer::of_target("heard"));
    tracing::subscriber::with_default(heard, || {
        let outer = tracing::info_span!(target: "heard::of", "load");
        for _ in 0..3 {
            outer.in_scope(|| {
                tracing::info_span!(target: "unheard", "nothing").in_scope(|| allocate(1, 100));
                tracing::info_span!(target: "heard", "parse").in_scope(|| allocate(2, 100));
            });
        }
    });
    let blocks = take_blocks();
    let load = outermost(&blocks, "load");
    assert_eq!(load.figures.calls, 3);
    assert_eq!(load.inner().len(), 1);
    let parse = find(load.inner(), "parse");
    assert_eq!(parse.figures.calls, 3);
    assert_eq!(parse.figures.heap.map(|heap| heap.allocations), Some(6));
}

#[test]
fn a_stage_becomes_a_block_of_its_own_name() {
    let _taking = taking();
    let heard = tracing_subscriber::registry().with(amdahl::BlockLayer::new());
    let ((), around) = tracing::subscriber::with_default(heard, || {
        // The registry makes room for the first span of a thread, and keeps it.
        amdahl::stage("first", || ());
        profile_block("around", || amdahl::stage("cleaning", || allocate(4, 10)))
    });
    let heap = around.inner()[0].figures.heap;
    assert_eq!(around.inner()[0].name, "cleaning");
    assert_eq!(heap.map(|heap| heap.allocations), Some(4));
    assert_eq!(around.heap().map(|heap| heap.kept_bytes), Some(0), "spans free what they take");
}

#[test]
fn blocks_are_taken_once() {
    let _taking = taking();
    drop(Block::enter("taken"));
    assert_eq!(outermost(&take_blocks(), "taken").figures.calls, 1);
    assert!(take_blocks().blocks.iter().all(|block| block.name != "taken"));
}
