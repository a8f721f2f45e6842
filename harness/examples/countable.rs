//! Kernels whose work is known to the instruction: tests of what Callgrind counts hold them to it.
//!
//! The variant `twice` does everything twice; a size of twice the length needs twice the work.

use std::hint::black_box;
use std::ops::Range;
use std::process::ExitCode;

use amdahl::{Kernel, Sizes, Suite, Timed};

fn main() -> ExitCode {
    amdahl::main(Suite::new([chain()]))
}

/// The sum of these numbers, a chain of steps of which needs the one before and is kept from being folded.
fn steps(numbers: Range<i64>) -> i64 {
    numbers.fold(0, |sum, i| black_box(sum + i))
}

fn chain() -> Kernel {
    Kernel::new("chain", "the sum of the numbers below n, one step each")
        .sizes(Sizes::smoke([0, 3]).measured([10_000, 20_000]))
        .input(|&n, _| i64::try_from(n).unwrap_or(i64::MAX))
        .reference("once", |&n: &i64| Timed::returning(move || steps(0..n)))
        .variant("twice", |&n| {
            Timed::returning(move || {
                black_box(steps(0..n));
                steps(0..n)
            })
        })
        .parallel_variant("rayon", |&n| {
            Timed::returning(move || {
                let (low, high) = rayon::join(|| steps(0..n / 2), || steps(n / 2..n));
                low + high
            })
        })
        .build()
}
