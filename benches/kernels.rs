//! `cargo bench`: every exercise kernel, from agreement check to report.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

fn main() -> ExitCode {
    let peers = amdahl::manifest_dir!().join("benches/peers");
    amdahl::main(amdahl_kernels::suite().peers(peers))
}
