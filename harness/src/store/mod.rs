//! Where results live: runs, baselines and the report, under `target/amdahl`.
//!
//! Everything is written beside its target and renamed, so a killed run or a full disk leaves the
//! last good one. One run at a time holds the lock.

mod atomic;
mod ceilings;
mod folder;
mod history;
mod lock;

pub(crate) use atomic::write as write_whole;
pub(crate) use folder::{Store, StoreError};
pub(crate) use history::{append_entries, read_history};
