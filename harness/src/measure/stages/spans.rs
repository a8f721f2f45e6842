//! What a recorder hands over: the spans of one iteration as they were read, on every thread.
//!
//! Plain data, so that all accounting can be tested without a clock or a thread.

/// A reading taken where a span begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stamp {
    /// The clock, in nanoseconds since some moment of this process.
    pub(crate) at_ns: u64,
    /// What else was read; its meaning is the recorder's: CPU time of this thread and of all others
    /// in nanoseconds, or blocks and bytes of the heap, or nothing.
    pub(crate) counts: [u64; 2],
}

/// A span's name for itself, unique in the process.
pub(crate) type SpanId = u64;

/// A stage entered and left on one thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its own id.
    pub(crate) id: SpanId,
    /// The stage's name.
    pub(crate) name: &'static str,
    /// The thread it ran on.
    pub(crate) thread: u32,
    /// The span around it: on its own thread, or the one from which its thread was started. None
    /// where neither is known.
    pub(crate) parent: Option<SpanId>,
    /// When it was entered.
    pub(crate) entered: Stamp,
    /// When it was left; none where it was still open when the iteration ended.
    pub(crate) exited: Option<Stamp>,
}

/// One iteration as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Iteration {
    /// When it began.
    pub(crate) started: Stamp,
    /// When it ended.
    pub(crate) stopped: Stamp,
    /// The thread that began and ended it.
    pub(crate) thread: u32,
    /// Every span of every thread, in any order.
    pub(crate) spans: Vec<Span>,
}
