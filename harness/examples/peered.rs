//! A suite with peers: the programs that the folder in `AMDAHL_EXAMPLE_PEERS` names.
//!
//! The whole-program tests run it with peers of their own making, good and bad.

#![allow(
    clippy::disallowed_methods,
    reason = "a test names its folder of peers in the environment"
)]

use std::process::ExitCode;

use amdahl::{Bound, Cost, Kernel, Sizes, Suite, Timed, Tolerance};

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

fn main() -> ExitCode {
    let folder = std::env::var_os("AMDAHL_EXAMPLE_PEERS").unwrap_or_else(|| "peers".into());
    amdahl::main(Suite::new([sum(), longest()]).peers(folder))
}

fn sum() -> Kernel {
    Kernel::new("sum", "sum of x, f64")
        .sizes(Sizes::smoke([0, 3]).measured([1_000, 20_000]))
        .input(|&n, rng| rng.vector(n))
        .cost(|&n| Cost { flops: n as f64, bytes: 8.0 * n as f64 })
        .bound_by(Bound::Read)
        // Adding in another order errs by at most n roundings of a sum of n values of about 1.
        .agree_within(|&n| Tolerance::EXACT.plus_absolute(n as f64 * n as f64 * f64::EPSILON))
        .reference("naive", |x: &Vec<f64>| Timed::returning(move || x.iter().sum::<f64>()))
        .variant("chunks", |x| {
            Timed::returning(move || x.chunks(8).map(|chunk| chunk.iter().sum::<f64>()).sum())
        })
        .build()
}

/// No peer offers it.
fn longest() -> Kernel {
    Kernel::new("longest", "the largest magnitude in x, f64")
        .sizes(Sizes::smoke([0, 3]).measured([1_000]))
        .input(|&n, rng| rng.vector(n))
        .reference("naive", |x: &Vec<f64>| {
            Timed::returning(move || x.iter().fold(0.0_f64, |most, value| most.max(value.abs())))
        })
        .build()
}
