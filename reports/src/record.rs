//! Records: what one measurer got from one case, raw, or the reason there is nothing.

use crate::{CaseId, Operations, WhatIf};

/// All samples of one measurer for one case, or the reason there are none.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The case.
    pub case: CaseId,
    /// The measurer's id: `check`, `criterion`, `interleaved`, `heap`, `profile`, `stages`, ….
    pub measurer: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of measuring.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// There are samples.
    Measured(Measurement),
    /// The case went wrong.
    Failed(Failure),
    /// Nobody measured, for a reason that can be mended.
    NotMeasured {
        /// Why not.
        reason: String,
        /// What to do about it.
        remedy: String,
    },
}

/// How a case went wrong, with a sentence that says what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure.
    pub kind: FailureKind,
    /// What happened, to what, and where.
    pub reason: String,
}

/// The ways a case can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Its result differs from the reference's.
    Disagreed,
    /// It cannot have done its work in the time it took.
    Idle,
    /// It panicked.
    Panicked,
    /// Its process died.
    Died,
    /// It did not end in time.
    TimedOut,
    /// The measurer itself failed, or the worker broke the protocol.
    Broken,
}

impl FailureKind {
    /// The word for it in a table.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Disagreed => "disagrees",
            Self::Idle => "skips its work",
            Self::Panicked => "panicked",
            Self::Died => "process died",
            Self::TimedOut => "timed out",
            Self::Broken => "measurer failed",
        }
    }
}

/// Samples of one or more metrics, with what else the measurer saw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measurement {
    /// The samples, one series a metric.
    pub series: Vec<Series>,
    /// What must be said beside the numbers, such as `3 plain runs`.
    pub notes: Vec<String>,
    /// What is not a number.
    pub detail: Detail,
}

/// Raw samples of one metric: totals over a number of iterations each.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The metric's id (see [`crate::Metric`]).
    pub metric: String,
    /// The metric's total over the iterations of each sample.
    pub totals: Vec<f64>,
    /// How many iterations each sample covers; as long as `totals`.
    pub iterations: Vec<u64>,
}

impl Series {
    /// Samples of one iteration each.
    pub fn single(metric: crate::Metric, values: Vec<f64>) -> Self {
        let iterations = vec![1; values.len()];
        Self { metric: metric.id.to_owned(), totals: values, iterations }
    }

    /// The samples per iteration.
    pub fn per_iteration(&self) -> Vec<f64> {
        self.totals
            .iter()
            .zip(&self.iterations)
            .map(|(total, &iterations)| total / iterations as f64)
            .collect()
    }
}

/// What a measurement carries beside its series.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// From the `check` measurer.
    Agreement(Agreement),
    /// From the `heap` measurer: where steady iterations allocate, largest first.
    CallSites(Vec<CallSite>),
    /// From the `profile` measurer.
    Profile(Profile),
    /// From the `stages` measurer.
    Stages(Stages),
    /// From the `what_if` measurer.
    WhatIf(WhatIf),
    /// From the `swap` measurer.
    Swap(Swap),
    /// From the `count` measurer: what the reference did in one iteration.
    Operations(Operations),
}

/// That a variant agreed, with whom, and how closely.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The variant it was compared with: the reference, or one that already agreed with it where
    /// the reference is too slow at this size.
    pub against: String,
    /// The largest absolute difference seen.
    pub error: f64,
    /// The difference allowed at the place that came closest to its limit.
    pub allowed: f64,
    /// The largest share of what is allowed that any difference used, 0 to 1 (0 where nothing may
    /// differ and nothing does).
    pub used: f64,
    /// How many values were compared.
    pub values: u64,
    /// Whether the variant works in buffers it allocated before the clock.
    pub in_place: bool,
    /// The size of one result, in bytes.
    pub output_bytes: u64,
    /// What the kernel's own measures of quality say of the result, as long as
    /// [`crate::KernelInfo::qualities`].
    pub qualities: Vec<f64>,
    /// Whether the reference's result on the input of another seed is another one; the variant has
    /// agreed there too. None where only one seed was tried.
    pub seeds_differ: Option<bool>,
}

/// A place that allocates, per iteration.
#[derive(Debug, Clone, PartialEq)]
pub struct CallSite {
    /// `function (file:line)` of the innermost frame of the program's own.
    pub place: String,
    /// Blocks per iteration.
    pub blocks: f64,
    /// Bytes per iteration.
    pub bytes: f64,
}

/// A CPU profile of the timed work.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// Samples by function, with full stacks.
    pub samples: u64,
    /// How long was sampled, in seconds.
    pub seconds: f64,
    /// Functions, by self samples, largest first.
    pub functions: Vec<HotFunction>,
    /// Samples of the second sampler, which resolves lines.
    pub line_samples: u64,
    /// Source lines, by self samples, largest first.
    pub lines: Vec<HotLine>,
    /// The flame graph's path, relative to the folder of the records.
    pub flamegraph: Option<String>,
    /// The pprof protobuf's path, relative to the folder of the records.
    pub protobuf: Option<String>,
    /// The folded stacks' path, relative to the folder of the records.
    pub folded: Option<String>,
}

/// A function's share of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotFunction {
    /// Its demangled name, without the hash.
    pub name: String,
    /// Samples in which it was the innermost frame.
    pub self_samples: u64,
    /// Samples in which it was on the stack at all, once each.
    pub total_samples: u64,
}

/// A source line's share of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotLine {
    /// The file, shortened to a path within its crate.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The function it is in.
    pub function: String,
    /// Samples that landed on it (time in a library without lines counts for its caller's line).
    pub self_samples: u64,
}

/// Stage times of one variant of a pipeline, by iteration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stages {
    /// Wall time of each whole iteration with the spans on, in nanoseconds.
    pub total_ns: Vec<f64>,
    /// The stages, in the order in which they were first entered.
    pub stages: Vec<StageSamples>,
    /// CPU time of all threads in no stage, one sample an iteration of the pass that reads CPU
    /// clocks, in nanoseconds.
    pub outside_cpu_ns: Vec<f64>,
    /// What one span costs, in nanoseconds.
    pub span_cost_ns: f64,
}

/// One stage's samples.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StageSamples {
    /// The stage's name.
    pub name: String,
    /// Wall time in the stage while no stage within it runs (the union over threads), per iteration,
    /// in nanoseconds.
    pub self_ns: Vec<f64>,
    /// Wall time from entry to exit (the union over overlapping entries), per iteration, in
    /// nanoseconds.
    pub total_ns: Vec<f64>,
    /// Wall time of the critical path in the stage, per iteration, in nanoseconds: the stages' and
    /// the time outside them sum to the iteration. Empty in records that do not have it.
    pub critical_ns: Vec<f64>,
    /// CPU time of all threads in the stage and in no stage within it, in nanoseconds, one sample an
    /// iteration of a pass of its own; empty where it was not read.
    pub cpu_ns: Vec<f64>,
    /// Times it was entered, per iteration.
    pub calls: f64,
    /// Times another stage was entered directly within it on the same thread, per iteration.
    pub inner_calls: f64,
    /// Heap blocks allocated within it and no inner stage, per iteration, where heap was counted.
    pub heap_blocks: Option<f64>,
    /// Heap bytes allocated within it and no inner stage, per iteration, where heap was counted.
    pub heap_bytes: Option<f64>,
}

/// A composition of a pipeline timed in turn with others of one pass: samples of one index were
/// taken in one round.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Swap {
    /// The stage that is not the reference's; none in the all-reference composition itself.
    pub swapped: Option<SwappedStage>,
    /// Its stage times, one sample a round.
    pub stages: Stages,
}

/// Which stage of a composition runs which variant, where all others run the reference's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SwappedStage {
    /// The stage's name.
    pub stage: String,
    /// The name of the stage's variant.
    pub variant: String,
}

impl SwappedStage {
    /// The composition's printed name: `rows + clean:columns`.
    pub fn name(&self, base: &str) -> String {
        format!("{base} + {}:{}", self.stage, self.variant)
    }
}
