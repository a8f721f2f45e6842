//! What blocks cost: an allocation with no block open and with one, and a block itself, each against
//! the same work without, in interleaved pairs.
//!
//! `cargo run --profile bench -p amdahl --example block_cost` prints a table. `plain` calls the
//! system's allocator, `off` goes through ours with no block open, `on` with one.

#![allow(unsafe_code, reason = "the system's allocator is called by itself to be compared with")]
#![allow(clippy::disallowed_methods, reason = "an example that times what the harness times with")]
#![allow(clippy::disallowed_macros, reason = "an example prints")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

use amdahl::Block;
use amdahl_reports::document::{Block as Part, Column, Document, Table, Text};
use amdahl_reports::stats::{Interval, median_interval};
use amdahl_reports::{format, render};

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

/// Rounds of two pairs each; the median of them does not mind the ones that were interrupted.
const ROUNDS: usize = 1_001;

/// Allocations between two readings of the clock: some 50 µs, a thousand clocks' costs.
const ALLOCATIONS: usize = 1_000;

/// Blocks between two readings.
const BLOCKS: usize = 50;

/// Sizes to allocate, in bytes: a string, and the smallest array.
const SMALL: usize = 64;
const ARRAY: usize = 64 * 1024;

/// Steps of arithmetic in and after a block that is not alone: some 3 µs.
const STEPS: u64 = 4_000;

fn main() {
    let mut table = Table::new([
        Column::left("what"),
        Column::right("without"),
        Column::right("more, 1 thread"),
        Column::right("more, 2 threads"),
    ]);
    for (size, name) in [(SMALL, "64 B"), (ARRAY, "64 KiB")] {
        let plain = move || allocations(&System, size);
        let off = move || allocations(&ALLOCATOR, size);
        let on = move || {
            let _block = Block::enter("on");
            allocations(&ALLOCATOR, size)
        };
        row(&mut table, &format!("allocate and free {name}: off beyond plain"), plain, off);
        row(&mut table, &format!("allocate and free {name}: on beyond off"), off, on);
    }
    row(&mut table, "a block, back to back", || blocks(0, false), || blocks(0, true));
    row(
        &mut table,
        "a block around 3 µs, 3 µs apart",
        || blocks(STEPS, false),
        || blocks(STEPS, true),
    );
    let mut document = Document::default();
    document.blocks.push(Part::Table(table));
    print!("{}", render::markdown(&document));
}

fn row(
    table: &mut Table,
    name: &str,
    without: impl Fn() -> f64 + Sync,
    with: impl Fn() -> f64 + Sync,
) {
    let (base, more) = differences(&without, &with);
    let mut both = Vec::new();
    let barrier = Barrier::new(2);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    differences(&together(&barrier, &without), &together(&barrier, &with))
                })
            })
            .collect();
        for thread in threads {
            both.extend(thread.join().expect("no thread panics").1);
        }
    });
    let cell = |samples: &[f64]| -> Text {
        let interval: Option<Interval> = median_interval(samples);
        interval.map_or_else(Text::default, |interval| format::time_interval(&interval).into())
    };
    table.row([name.into(), cell(&base), cell(&more), cell(&both)]);
}

/// The same, begun by two threads at once.
fn together<'a>(barrier: &'a Barrier, work: &'a impl Fn() -> f64) -> impl Fn() -> f64 + 'a {
    move || {
        barrier.wait();
        work()
    }
}

/// Nanoseconds of `without`, and how many more `with` takes, in rounds of the order ABBA.
fn differences(without: &impl Fn() -> f64, with: &impl Fn() -> f64) -> (Vec<f64>, Vec<f64>) {
    let mut base = Vec::with_capacity(ROUNDS);
    let mut more = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let (a, b) = (without(), with());
        let (c, d) = (with(), without());
        base.push(f64::midpoint(a, d));
        more.push(f64::midpoint(b, c) - f64::midpoint(a, d));
    }
    (base, more)
}

/// Nanoseconds of an allocation and its free.
fn allocations(allocator: &impl GlobalAlloc, size: usize) -> f64 {
    let layout = Layout::from_size_align(size, 16).expect("a valid layout");
    let began = Instant::now();
    for _ in 0..ALLOCATIONS {
        // SAFETY: the layout's size is not 0, and the block is freed once, by its own allocator.
        unsafe { allocator.dealloc(black_box(allocator.alloc(black_box(layout))), layout) };
    }
    began.elapsed().as_nanos() as f64 / ALLOCATIONS as f64
}

/// Nanoseconds of a block with `steps` in and after it, or of the steps alone.
fn blocks(steps: u64, is_on: bool) -> f64 {
    let began = Instant::now();
    for _ in 0..BLOCKS {
        let block = is_on.then(|| Block::enter("measured"));
        work(steps);
        drop(block);
        work(steps);
    }
    began.elapsed().as_nanos() as f64 / BLOCKS as f64
}

fn work(steps: u64) {
    black_box((0..steps).fold(1_u64, |sum, step| black_box(sum).wrapping_mul(31) ^ step));
}
