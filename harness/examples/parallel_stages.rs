//! A pipeline whose stages open stages of their own, on helping threads too.
//!
//! `cargo run --example parallel_stages -- --bench --quick` shows what is made of them: shares that sum
//! to the whole, CPU time of all threads, and which stage the whole waits for.

use std::hint::black_box;
use std::process::ExitCode;

use amdahl::{Kernel, Pipeline, Sizes, Stage, Suite, stage};
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

fn main() -> ExitCode {
    amdahl::main(Suite::new([pictures()]))
}

/// Steps of developing one picture: some tens of microseconds.
const STEPS: u32 = 2_000;

fn pictures() -> Kernel {
    Pipeline::new("pictures", "sum of developed pictures")
        .sizes(Sizes::smoke([0, 1, 5]).measured([16]))
        .input(|&n, rng| rng.vector(n))
        .stage(
            "develop",
            Stage::reference("loop", |pictures: &Vec<f64>| -> Vec<f64> {
                pictures.iter().copied().map(develop).collect()
            })
            .parallel_variant("rayon", |pictures| {
                pictures.par_iter().copied().map(develop).collect()
            }),
        )
        .stage("sum", Stage::reference("loop", |pictures: &Vec<f64>| pictures.iter().sum::<f64>()))
        .build()
}

/// One picture: a stage within `develop`, on whichever thread takes it.
fn develop(picture: f64) -> f64 {
    stage("picture", || {
        let developed = (0..STEPS).fold(picture, |value, _| (value * 1.000_1).sin());
        // A block a picture, for the heap by stage; without the black box none is allocated.
        *black_box(Box::new(developed))
    })
}
