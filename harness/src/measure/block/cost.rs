//! What a block costs here and now, so that a report can say beside what it stands.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::instruments::{THREAD_READING_SERVES, nanoseconds};
use super::stack::{close_and_forget, open_guarded};

/// Blocks opened to learn what one costs.
const BLOCKS: usize = 301;

/// Between two readings more time passes than a reading of the thread's CPU clock serves: the dear
/// case, and the usual one.
const APART: Duration = THREAD_READING_SERVES.saturating_add(Duration::from_micros(1));

/// What opening and ending a block costs, in nanoseconds: the median of some; none while the thread
/// is ending.
pub(super) fn block_cost_ns() -> Option<f64> {
    let costs: Option<Vec<f64>> = (0..BLOCKS).map(|_| one_cost_ns()).collect();
    amdahl_reports::stats::median(&costs?)
}

fn one_cost_ns() -> Option<f64> {
    pause();
    let before = Instant::now();
    let key = open_guarded("amdahl-calibration")?;
    let opened = Instant::now();
    pause();
    let ending = Instant::now();
    close_and_forget(black_box(key));
    let ended = Instant::now();
    // One of the readings here is the clock's cost, not the block's; it is some 5 % and left in.
    Some(nanoseconds((opened - before) + (ended - ending)) as f64)
}

fn pause() {
    let began = Instant::now();
    while began.elapsed() < APART {
        std::hint::spin_loop();
    }
}
