//! Stages within a kernel: spans that the stages measurer reads, free when nobody listens.

/// The target of every stage span, by which a subscriber knows them.
pub(crate) const STAGE_TARGET: &str = "amdahl::stage";

/// Runs `work` as the stage `name`: a `tracing` span that costs about a nanosecond unheard.
///
/// Stages may nest; time within an inner stage is not the outer one's self time.
///
/// ```
/// let total: u64 = amdahl::stage("sum", || (1..=10).sum());
/// assert_eq!(total, 55);
/// ```
#[inline]
pub fn stage<R>(name: &'static str, work: impl FnOnce() -> R) -> R {
    tracing::trace_span!(target: "amdahl::stage", "stage", name).in_scope(work)
}
