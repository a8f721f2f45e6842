//! A suite without the allocator: everything but heap is measured.

use std::process::ExitCode;

use amdahl::{Kernel, Sizes, Suite, Timed};

fn main() -> ExitCode {
    amdahl::main(Suite::new([Kernel::new("sum", "sum of x, f64")
        .sizes(Sizes::smoke([1]).measured([1_000]))
        .input(|&n, rng| rng.vector(n))
        .reference("naive", |x: &Vec<f64>| Timed::returning(move || x.iter().sum::<f64>()))
        .build()]))
}
