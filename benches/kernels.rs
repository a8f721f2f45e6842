//! `cargo bench`: every exercise kernel, from agreement check to report.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

fn main() -> ExitCode {
    let peers = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers");
    amdahl::main(amdahl_kernels::suite().peers(peers))
}
