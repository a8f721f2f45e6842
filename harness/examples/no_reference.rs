//! A suite with a declaration that cannot be measured: no variant is the reference.

use std::process::ExitCode;

use amdahl::{Kernel, Sizes, Suite, Timed};

fn main() -> ExitCode {
    amdahl::main(Suite::new([Kernel::new("lost", "sum of x, f64")
        .sizes(Sizes::smoke([1]).measured([1_000]))
        .input(|&n, rng| rng.vector(n))
        .variant("fast", |x: &Vec<f64>| Timed::returning(move || x.iter().sum::<f64>()))
        .build()]))
}
