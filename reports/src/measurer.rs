//! The ids of the measurers whose records a report knows how to read.
//!
//! A record of any other measurer is kept, shown by its metrics and listed where it failed.

/// Agreement with the reference.
pub const CHECK: &str = "check";
/// Wall time, by criterion.
pub const CRITERION: &str = "criterion";
/// Wall time, the variants of a kernel taken in turn: samples of one index form a pair.
pub const INTERLEAVED: &str = "interleaved";
/// Wall time, a few plain runs of a slow variant.
pub const PLAIN: &str = "plain";
/// Whether the work happened: the result of a timed iteration held to the reference, and first
/// iterations after a fresh setup.
pub const WORK: &str = "work";
/// Heap blocks and bytes.
pub const HEAP: &str = "heap";
/// The CPU profile.
pub const PROFILE: &str = "profile";
/// Operations that the reference does at a smoke size, where it was declared over a counting scalar.
pub const COUNT: &str = "count";
/// Stage times of a pipeline.
pub const STAGES: &str = "stages";
/// The most memory that one iteration adds to its process, beside peers alone.
pub const RESIDENT: &str = "resident";
/// Instructions, counted by Callgrind.
pub const INSTRUCTIONS: &str = "instructions";
/// What shifting a stage does to the whole pipeline.
pub const WHAT_IF: &str = "what_if";
/// Wall time of the machine at a ceiling, taken in turn with the cases of a kernel: the case's
/// variant names the ceiling ([`crate::Bound::id`]), and it is none of the kernel's own.
pub const CEILING: &str = "ceiling";
/// Wall time and stages of a pipeline with one stage swapped, taken in turn with the reference: the
/// case's variant is the composition's printed name ([`crate::SwappedStage::name`]), none of the kernel's own.
pub const SWAP: &str = "swap";

/// Those that time whole iterations, the one to be preferred first.
pub const TIMERS: [&str; 3] = [INTERLEAVED, CRITERION, PLAIN];
