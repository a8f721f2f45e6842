//! The rayon pools that cases run in: exactly as many threads as the case says, named.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Stack of a pool thread: that of a main thread, since variants run on pool threads alone.
const STACK_BYTES: usize = 8 << 20;

/// The name of the pool's threads, by which profiles know them.
pub(crate) const THREAD_NAME: &str = "case";

/// A pool of exactly `threads` threads.
pub(crate) fn pool_of(threads: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .thread_name(|index| format!("{THREAD_NAME}-{index}"))
        .stack_size(STACK_BYTES)
        .build()
}
