//! Measurers: what turns a case into samples. The only place in the project that reads a clock.
//!
//! Each measurer is a [`Probe`]: the batch loop tells it when the timed work starts and stops, and
//! it looks at its own instrument. A measurer knows nothing of planning, storing or printing.

#![allow(clippy::disallowed_methods, reason = "the one place that reads the clock")]

pub(crate) mod alone;
pub(crate) mod block;
mod clock;
mod clocks;
pub(crate) mod cpu;
pub(crate) mod faults;
pub(crate) mod heap;
pub(crate) mod instructions;
pub(crate) mod listen;
pub(crate) mod stages;
mod waiting;
pub(crate) mod what_if;

pub(crate) use clock::{Deadline, Stopwatch, clock_facts};
pub(crate) use waiting::waited_ns;

/// What is told when the timed work starts and stops, once a slice of iterations.
pub(crate) trait Probe {
    /// Called right before the work of a slice.
    fn start(&mut self);
    /// Called right after it, before its results are dropped.
    fn stop(&mut self);
}

/// Looks at nothing.
pub(crate) struct NoProbe;

impl Probe for NoProbe {
    fn start(&mut self) {}
    fn stop(&mut self) {}
}
