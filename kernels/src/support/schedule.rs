//! Independent pieces of work, done in turn or at once, always with the same result.

use rayon::prelude::*;

/// How independent pieces of work are done.
pub trait Schedule {
    /// How many parts keys are divided into where each part is worked on by itself.
    const PARTS: usize;

    /// The results for 0, 1, … in order.
    fn map<R: Send>(count: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R>;
}

/// In turn.
pub struct Serial;

/// At once, in the rayon pool this is called in.
pub struct Parallel;

impl Schedule for Serial {
    const PARTS: usize = 1;

    fn map<R: Send>(count: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
        (0..count).map(work).collect()
    }
}

impl Schedule for Parallel {
    /// Fixed, so that the work does not depend on the threads; enough to balance a few.
    const PARTS: usize = 8;

    fn map<R: Send>(count: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
        (0..count).into_par_iter().map(work).collect()
    }
}
