//! Stages within a kernel: spans that the stages measurer and experiments hear, free when nobody
//! listens.

use crate::measure::listen;

/// The target of the span of every stage.
pub(crate) const STAGE_TARGET: &str = "amdahl::stage";

/// Runs `work` as the stage `name`; it costs about a nanosecond while nobody listens.
///
/// Stages may nest; time within an inner stage is not the outer one's self time. They may be opened on
/// any thread: one opened on a thread or in an arm of [`crate::sync`] belongs to the stage from which
/// that was started, any other to the innermost stage that the case's own thread has open all the while.
///
/// A stage is a `tracing` span of target `amdahl::stage` as well, for subscribers of the program's own.
///
/// ```
/// let total: u64 = amdahl::stage("sum", || (1..=10).sum());
/// assert_eq!(total, 55);
/// ```
#[inline]
pub fn stage<R>(name: &'static str, work: impl FnOnce() -> R) -> R {
    tracing::trace_span!(target: STAGE_TARGET, "stage", name).in_scope(|| {
        let _heard = listen::enter(name);
        work()
    })
}
