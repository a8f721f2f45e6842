//! Threads and waits that experiments see through: thin wrappers of the standard library's.
//!
//! A virtual speed-up must know when one thread waits for another, and stages on a helping thread
//! belong to the stage from which it was started. Both are told here. While nobody listens a wrapper
//! costs one relaxed load beside what it wraps.

mod channel;
mod mutex;
mod threads;

pub use channel::{Receiver, Sender, SyncSender, channel, sync_channel};
pub use mutex::{Mutex, MutexGuard};
pub use threads::{JoinHandle, Scope, ScopedJoinHandle, join, scope, spawn};
