//! A pipeline of spinning stages whose swaps have a known answer: one keeps its promise, one moves its
//! work to the next stage, and one does not fit the stages of the reference at all.
//!
//! The whole-program tests run it. In units of work the reference takes 4 + 2 + 2.

use std::hint::black_box;
use std::process::ExitCode;

use amdahl::{Exchange, ExchangeError, Exchanged, Pipeline, Sizes, Stage, Suite, Value};

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

/// Turns of the loop that are a unit of work, 20 to 100 µs: long beside a span, and short beside the time
/// slices of a busy machine's scheduler, so that most iterations are not interrupted.
const UNIT: u64 = 20_000;

/// Units that a runner who defers leaves to the next: so many that a busy machine cannot hide them.
const DEFERRED: u64 = 40;

fn main() -> ExitCode {
    let relay = Pipeline::new("relay", "a number handed on by three runners")
        .sizes(Sizes::smoke([0, 3]).measured([1_000]))
        .input(|&n, _| n as f64)
        .stage(
            "first",
            Stage::reference("plain", |x: &f64| run(4, *x))
                .variant("quick", |x: &f64| run(1, *x))
                .variant("deferring", |x: &f64| Baton { left_undone: DEFERRED, ..run(1, *x) })
                .variant("marking", |x: &f64| Baton { marked: true, ..run(4, *x) }),
        )
        .stage(
            "second",
            Stage::reference("plain", |baton: &Baton| {
                let misread = if baton.marked { 1.0 } else { 0.0 };
                run(2 + baton.left_undone, baton.value + misread)
            })
            .variant("quick", |baton: &Baton| run(1 + baton.left_undone, baton.value))
            .variant("marking", |baton: &Baton| run(2 + baton.left_undone, baton.value)),
        )
        .stage("third", Stage::reference("plain", |baton: &Baton| run(2, baton.value).value))
        .build();
    amdahl::main(Suite::new([relay]))
}

/// What a runner hands to the next. Only the value is compared.
struct Baton {
    value: f64,
    /// Units of work that the next one must do.
    left_undone: u64,
    /// A mark that only runners of the same team can read.
    marked: bool,
}

fn run(units: u64, value: f64) -> Baton {
    for turn in 0..units * UNIT {
        black_box(turn);
    }
    Baton { value: value + 1.0, left_undone: 0, marked: false }
}

impl Exchange for Baton {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([("value", Value::from(self.value))])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Self { value: exchanged.take_as("value")?, left_undone: 0, marked: false })
    }
}

impl amdahl::Agree for Baton {}
