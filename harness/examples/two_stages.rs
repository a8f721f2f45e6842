//! A pipeline of two stages as a bench target, whose records `cargo amdahl whatif` reads.
//!
//! The second stage does three times the work of the first, so that their shares are known.

use std::process::ExitCode;

use amdahl::{Pipeline, Sizes, Stage, Suite};

/// Rounds of the first stage; the second does three times as many.
const ROUNDS: usize = 40;

fn main() -> ExitCode {
    amdahl::main(Suite::new([Pipeline::new("two_stages", "two stages of known shares")
        .sizes(Sizes::smoke([1]).measured([20_000]))
        .input(|&n, rng| rng.vector(n))
        .stage("short", Stage::reference("loop", |x: &Vec<f64>| rounds(x, ROUNDS)))
        .stage("long", Stage::reference("loop", |x: &Vec<f64>| rounds(x, 3 * ROUNDS)))
        .build()]))
}

/// Each value halved and raised again and again: work that grows with the rounds alone.
fn rounds(x: &[f64], rounds: usize) -> Vec<f64> {
    x.iter().map(|start| (0..rounds).fold(*start, |value, _| value.mul_add(0.5, 1.0))).collect()
}
