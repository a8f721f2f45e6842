//! What an experiment shifted in a program, and what that did to the whole: raw, by round.

/// Experiments on the stages of one program.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WhatIf {
    /// How stages were shifted.
    pub shift: Shift,
    /// The stages, in the order in which they are first entered.
    pub stages: Vec<StageExperiment>,
}

/// How an experiment shifts the time of a stage without another implementation of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shift {
    /// Every call of the stage is made longer by a delay.
    #[default]
    Delay,
    /// Every other thread is delayed by a part of what the stage takes, and the delay is taken off
    /// the whole: as if the stage were faster by that part (Curtsinger and Berger 2015).
    VirtualSpeedUp,
}

/// The experiments on one stage.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StageExperiment {
    /// The stage's name.
    pub name: String,
    /// Time in the stage and in none within it, summed over threads, per iteration, in nanoseconds.
    pub busy_ns: f64,
    /// Times it was entered, per iteration.
    pub calls: f64,
    /// The rounds: each has one point for every size of the shift, taken in random order.
    pub rounds: Vec<Vec<ShiftPoint>>,
    /// Why there are no rounds.
    pub refused: Option<String>,
}

/// One size of the shift, and the whole that came with it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ShiftPoint {
    /// By how much the stage was longer, summed over its calls and threads, per iteration, in
    /// nanoseconds; negative where it was virtually shorter.
    pub shift_ns: f64,
    /// The time of an iteration in nanoseconds, virtual delays taken off.
    pub total_ns: f64,
}
