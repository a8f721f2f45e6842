//! Kernels below the machine's ceilings: one that is sound, and one whose cost is a wild guess.
//!
//! `cargo run --example ceilings -- --bench --quick` measures them.

use std::process::ExitCode;

use amdahl::count::{Counted, Scalar};
use amdahl::{Bound, Cost, Kernel, Sizes, Suite, Timed, Tolerance};

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

fn main() -> ExitCode {
    amdahl::main(Suite::new([sound(), overstated()]))
}

/// Two operations a value, as the loop does them.
fn sound() -> Kernel {
    squares("squares", 2.0, 8.0)
}

/// A thousand times the bytes and ten times the operations that there are.
fn overstated() -> Kernel {
    squares("overstated", 20.0, 8_000.0)
}

fn squares(id: &str, flops: f64, bytes: f64) -> Kernel {
    Kernel::new(id, "the sum of the squares of x, f64")
        .sizes(Sizes::smoke([0, 7]).measured([20_000]))
        .input(|&n, rng| rng.vector(n))
        .cost(move |&n| Cost { flops: flops * n as f64, bytes: bytes * n as f64 })
        .working_set(|&n| 8.0 * n as f64)
        .bound_by(Bound::Read)
        // A sum of n terms of one sign is within n roundings in any order.
        .agree_within(|&n| Tolerance::relative(2.0 * (n as f64 + 2.0) * f64::EPSILON))
        .reference("naive", naive::<f64>)
        .counted(|x: &Vec<f64>| Counted::vector(x), naive::<Counted>)
        .variant("iterator", |x| {
            Timed::returning(move || x.iter().map(|value| value * value).sum::<f64>())
        })
        .build()
}

#[allow(clippy::ptr_arg, reason = "a variant takes its input as the kernel makes it")]
fn naive<T: Scalar>(x: &Vec<T>) -> Timed<'_, T> {
    Timed::returning(move || {
        let mut sum = T::default();
        for &value in x {
            sum += value * value;
        }
        sum
    })
}
