//! What if a stage were faster? Experiments on programs whose answers are known.
//!
//! `cargo run --release --example what_if` delays the stages of a program that decodes on one thread
//! and draws on another, then speeds them up virtually, and prints both reports as Markdown.

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use amdahl::experiment::Experiment;
use amdahl::stage;
use amdahl::sync::{scope, sync_channel};

/// Pictures of one run.
const PICTURES: u32 = 8;

/// What one picture takes: sleeping stands for work, so that a busy machine changes nothing.
const DECODE: Duration = Duration::from_millis(3);
const DRAW: Duration = Duration::from_millis(1);

/// Decodes on a thread of its own, draws here; at most two pictures wait in between.
fn decode_and_draw() -> u32 {
    let (sender, receiver) = sync_channel(2);
    scope(|threads| {
        threads.spawn(move || {
            for picture in 0..PICTURES {
                stage("decode", || std::thread::sleep(DECODE));
                if sender.send(picture).is_err() {
                    return;
                }
            }
        });
        receiver.iter().map(|_| stage("draw", || std::thread::sleep(DRAW))).count();
    });
    PICTURES
}

fn main() -> Result<(), Box<dyn Error>> {
    let delays = Experiment::new("Delays of decoding and of drawing", decode_and_draw)
        .stages(["decode", "draw"])
        .run()?;
    let virtually =
        Experiment::new("Virtual speed-ups of decoding and of drawing", decode_and_draw)
            .stages(["decode", "draw"])
            .virtual_speed_ups()
            .run()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}\n{}", delays.markdown(), virtually.markdown())?;
    Ok(())
}
