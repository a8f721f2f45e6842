//! A suite whose variants go wrong in every way a variant can: what each looks like in a report.
//!
//! The whole-program tests run it. `AMDAHL_TIMEOUT=1s` keeps the endless one short.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use amdahl::{Kernel, Pipeline, Sizes, Stage, Suite, Timed};

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

fn main() -> ExitCode {
    amdahl::main(Suite::new([sum(), unreadable(), steps()]))
}

fn sum() -> Kernel {
    Kernel::new("sum", "sum of x, f64")
        .sizes(Sizes::smoke([0, 3]).measured([1_000]))
        .input(|&n, rng| rng.vector(n))
        .reference("naive", |x: &Vec<f64>| Timed::returning(move || total(x)))
        .variant("good", |x| Timed::returning(move || total(x)))
        .variant("disagrees", |x| Timed::returning(move || total(x) + 1.0))
        .variant("not_a_number", |_| Timed::returning(move || f64::NAN))
        .variant("panics", |x| Timed::returning(move || panic!("no sum of {} values", x.len())))
        .variant("aborts", |_| {
            Timed::returning(move || {
                complain("about to abort");
                std::process::abort()
            })
        })
        .variant("never_ends", |_| {
            Timed::returning(move || {
                loop {
                    std::thread::yield_now();
                }
            })
        })
        .variant("right_once", |x| {
            let calls = AtomicU32::new(0);
            Timed::returning(move || {
                let stale = calls.fetch_add(1, Ordering::Relaxed) > 0;
                if stale { -1.0 } else { total(x) }
            })
        })
        .variant("prints", |x| {
            Timed::returning(move || {
                chatter("a kernel may print: it must not garble the protocol");
                total(x)
            })
        })
        .variant("allocates_in_place", |x| {
            Timed::in_place(0.0, move |out| *out = total(&x.clone()), |out| *out)
        })
        .variant("slower", |x| {
            Timed::returning(move || {
                for _ in 0..200 {
                    std::hint::black_box(total(std::hint::black_box(x)));
                }
                total(x)
            })
        })
        .variant("dies_later", |x| {
            let calls = AtomicU32::new(0);
            Timed::returning(move || {
                // Late enough to pass the check, early enough to break the timing.
                if calls.fetch_add(1, Ordering::Relaxed) > 50_000 {
                    std::process::abort();
                }
                total(x)
            })
        })
        .build()
}

fn total(x: &[f64]) -> f64 {
    x.iter().sum()
}

#[allow(clippy::disallowed_macros, reason = "a kernel that prints is what this is about")]
fn chatter(text: &str) {
    println!("{text}");
}

#[allow(clippy::disallowed_macros, reason = "its last words belong in the report")]
fn complain(text: &str) {
    eprintln!("{text}");
}

fn unreadable() -> Kernel {
    Kernel::new("unreadable", "sum of the values in a file that is not there")
        .sizes(Sizes::smoke([1]).measured([10]))
        .try_input(|_, _| std::fs::read_to_string("no/such/file"))
        .reference("naive", |text: &String| Timed::returning(move || text.len() as f64))
        .build()
}

fn steps() -> Kernel {
    Pipeline::new("steps", "twice the values of x, then their sum")
        .sizes(Sizes::smoke([0, 3]).measured([20_000]))
        .input(|&n, rng| rng.vector(n))
        .stage(
            "double",
            Stage::reference("naive", |x: &Vec<f64>| -> Vec<f64> {
                x.iter().map(|value| 2.0 * value).collect()
            })
            .variant("wrong_stage", |x: &Vec<f64>| x.iter().map(|value| 3.0 * value).collect()),
        )
        .stage("sum", Stage::reference("naive", |x: &Vec<f64>| total(x).max(f64::MIN)))
        .build()
}
