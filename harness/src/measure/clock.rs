//! The clock: a stopwatch over slices of work, and what reading it costs.

use std::time::{Duration, Instant};

use super::Probe;

/// Sums the elapsed time between starts and stops.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    started: Instant,
    elapsed: Duration,
    pairs: u64,
}

impl Stopwatch {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), elapsed: Duration::ZERO, pairs: 0 }
    }

    /// The time between starts and stops so far, in nanoseconds.
    pub(crate) fn elapsed_ns(&self) -> u64 {
        u64::try_from(self.elapsed.as_nanos()).unwrap_or(u64::MAX)
    }

    /// How many pairs of readings that took.
    pub(crate) fn pairs(&self) -> u64 {
        self.pairs
    }
}

impl Probe for Stopwatch {
    fn start(&mut self) {
        self.started = Instant::now();
    }

    fn stop(&mut self) {
        self.elapsed += self.started.elapsed();
        self.pairs += 1;
    }
}

/// Keeps the time between each start and stop apart.
#[derive(Debug)]
pub(crate) struct Laps {
    started: Instant,
    laps_ns: Vec<f64>,
}

impl Laps {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), laps_ns: Vec::new() }
    }

    /// The laps in the order taken, in nanoseconds.
    pub(crate) fn into_ns(self) -> Vec<f64> {
        self.laps_ns
    }
}

impl Probe for Laps {
    fn start(&mut self) {
        self.started = Instant::now();
    }

    fn stop(&mut self) {
        self.laps_ns.push(self.started.elapsed().as_nanos() as f64);
    }
}

/// Readings to learn the clock's cost and step from.
const CALIBRATION_READINGS: usize = 20_000;

/// The clock as this process sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ClockFacts {
    /// What one start and stop of a stopwatch costs, in nanoseconds.
    pub(crate) cost_ns: f64,
    /// The smallest step between two readings that differ, in nanoseconds.
    pub(crate) step_ns: f64,
}

/// Measures the clock: the cost through the same indirection that timing uses.
pub(crate) fn clock_facts() -> ClockFacts {
    let mut outer = Stopwatch::new();
    let mut inner = Stopwatch::new();
    let probe: &mut dyn Probe = &mut inner;
    outer.start();
    for _ in 0..CALIBRATION_READINGS {
        std::hint::black_box(&mut *probe).start();
        std::hint::black_box(&mut *probe).stop();
    }
    outer.stop();
    let mut step = u128::MAX;
    for _ in 0..CALIBRATION_READINGS {
        let before = Instant::now();
        let after = Instant::now();
        let difference = after.duration_since(before).as_nanos();
        if difference > 0 {
            step = step.min(difference);
        }
    }
    ClockFacts {
        cost_ns: outer.elapsed_ns() as f64 / CALIBRATION_READINGS as f64,
        step_ns: if step == u128::MAX { 0.0 } else { step as f64 },
    }
}

/// How much time is left of a number of seconds, for passes that plan by the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    started: Instant,
    length: Duration,
}

impl Deadline {
    /// A deadline `length` from now.
    pub(crate) fn after(length: Duration) -> Self {
        Self { started: Instant::now(), length }
    }

    /// Whether it has passed.
    pub(crate) fn has_passed(&self) -> bool {
        self.elapsed() >= self.length
    }

    /// The time until it passes.
    pub(crate) fn left(&self) -> Duration {
        self.length.saturating_sub(self.elapsed())
    }

    /// The time since it was set.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}
