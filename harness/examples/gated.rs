//! A suite for the gate whose one variant changes with `AMDAHL_EXAMPLE`: how a base and a head differ.
//!
//! The whole-program tests start it twice, once with the variable and once without. A copy of the program
//! whose file ends in `-slower` differs by itself, under any name and under a program that hides the variable.

#![allow(clippy::disallowed_methods, reason = "the environment says how this side differs")]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use amdahl::{Kernel, Sizes, Suite, Timed};

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

/// Calls after which a variant that fails late does: past its check, within its first launches.
const LATE: u32 = 2_000;

fn main() -> ExitCode {
    let own = std::env::current_exe().and_then(std::fs::read).unwrap_or_default();
    let by_itself = own.ends_with(b"-slower").then(|| "slower".to_owned());
    let differs = std::env::var("AMDAHL_EXAMPLE").ok().or(by_itself).unwrap_or_default();
    amdahl::main(Suite::new([sum(&differs)]))
}

fn sum(differs: &str) -> Kernel {
    let kernel = Kernel::new("sum", "sum of x, f64")
        .sizes(Sizes::smoke([0, 3]).measured([1_000, 5_000]))
        .input(|&n, rng| rng.vector(n))
        .reference("naive", |x: &Vec<f64>| Timed::returning(move || total(x)));
    let kernel = match differs {
        "slower" => kernel.variant("fold", |x| {
            Timed::returning(move || {
                (0..3).for_each(|_| {
                    black_box(total(black_box(x)));
                });
                total(x)
            })
        }),
        "allocates" => kernel.variant("fold", |x| {
            Timed::returning(move || {
                black_box(Vec::<f64>::with_capacity(16));
                total(x)
            })
        }),
        "disagrees" => kernel.variant("fold", |x| Timed::returning(move || total(x) + 1.0)),
        "dies" => kernel.variant("fold", |x| {
            let calls = AtomicU32::new(0);
            Timed::returning(move || {
                if calls.fetch_add(1, Ordering::Relaxed) > LATE {
                    std::process::abort();
                }
                total(x)
            })
        }),
        "hangs" => kernel.variant("fold", |x| {
            let calls = AtomicU32::new(0);
            Timed::returning(move || {
                while calls.fetch_add(1, Ordering::Relaxed) > LATE {
                    std::thread::yield_now();
                }
                total(x)
            })
        }),
        "renames" => kernel.variant("reduce", |x| Timed::returning(move || total(x))),
        _ => kernel.variant("fold", |x| Timed::returning(move || total(x))),
    };
    kernel.build()
}

fn total(x: &[f64]) -> f64 {
    x.iter().sum()
}
