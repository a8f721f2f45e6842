//! A suite whose variants do not do their work under the clock, each in a way of its own, beside
//! honest ones: a right result alone must not make any of the others the fastest.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use amdahl::{Bound, Cost, Kernel, Sizes, Suite, Timed, Tolerance};

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

fn main() -> ExitCode {
    amdahl::main(Suite::new([sum(), stream(), hoarded_stream()]))
}

fn sum() -> Kernel {
    Kernel::new("sum", "sum of x, f64")
        .sizes(Sizes::smoke([1, 3]).measured([10_000, 1_000_000]))
        .input(|&n, rng| rng.vector(n))
        .cost(|&n| Cost { flops: n as f64, bytes: 8.0 * n as f64 })
        .bound_by(Bound::Read)
        .growing_over(1_000..=64_000, |n| n)
        .gate(10_000)
        .agree_within(|&n| Tolerance::relative(n as f64 * f64::EPSILON))
        .reference("naive", |x: &Vec<f64>| Timed::returning(move || total(x)))
        .variant("honest", |x| Timed::returning(move || total(x)))
        // Setup computes what the clock should see.
        .variant("hoisted", |x| {
            let sum = total(x);
            Timed::returning(move || sum)
        })
        // What remains when the compiler has dropped a sum that nobody uses: the view, off the
        // clock, computes the result.
        .variant("unused", |x| Timed::in_place((), |()| {}, move |()| total(x)))
        // The second iteration finds the result of the first.
        .variant("cached", |x| {
            let mut known = None;
            Timed::returning(move || *known.get_or_insert_with(|| total(x)))
        })
        // The result of an earlier input of the same length.
        .variant("stale", |x| {
            Timed::returning(move || {
                let mut known = KNOWN.lock().expect("no variant panics");
                *known.get_or_insert_default().entry(x.len()).or_insert_with(|| total(x))
            })
        })
        // The check calls it twice, timing calls it more often.
        .variant("wrong_when_timed", |x| {
            let calls = AtomicU32::new(0);
            Timed::returning(move || {
                let is_late = calls.fetch_add(1, Ordering::Relaxed) > 4;
                if is_late { -1.0 } else { total(x) }
            })
        })
        .build()
}

static KNOWN: Mutex<Option<HashMap<usize, f64>>> = Mutex::new(None);

fn total(x: &[f64]) -> f64 {
    x.iter().sum()
}

/// A block at a time, of which there is one buffer.
const BLOCK: usize = 1_024;

fn stream() -> Kernel {
    Kernel::new("stream", "sum of x by blocks, in a buffer of its own")
        .sizes(Sizes::smoke([1, 3]).measured([10_000, 100_000]))
        .input(|&n, rng| rng.vector(n))
        .growing(|n| n)
        .streaming()
        .agree_within(|&n| Tolerance::relative(n as f64 * f64::EPSILON))
        .reference("by_blocks", |x: &Vec<f64>| {
            Timed::returning(move || {
                let mut block = Vec::with_capacity(BLOCK);
                let mut sum = 0.0;
                for values in x.chunks(BLOCK) {
                    block.clear();
                    block.extend_from_slice(values);
                    sum += total(&block);
                }
                sum
            })
        })
        .build()
}

fn hoarded_stream() -> Kernel {
    Kernel::new("hoarded_stream", "sum of x by a copy of all of it")
        .sizes(Sizes::smoke([1, 3]).measured([10_000, 100_000]))
        .input(|&n, rng| rng.vector(n))
        .growing(|n| n)
        .streaming()
        .agree_within(|&n| Tolerance::relative(n as f64 * f64::EPSILON))
        .reference("hoards", |x: &Vec<f64>| Timed::returning(move || total(&x.clone())))
        .build()
}
