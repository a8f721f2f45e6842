//! `cargo bench`: every exercise kernel, from agreement check to report.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

fn main() -> ExitCode {
    amdahl::main(amdahl_kernels::suite())
}
