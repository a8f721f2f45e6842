//! The driver's side of the worker protocol: a process, its pipes, its patience, and a live case.

mod crossing;
mod interrupt;
mod live;
mod process;
mod signal;

pub(crate) use crossing::PeerResult;
pub(crate) use interrupt::Interrupt;
pub(crate) use live::{BatchTime, LiveCase};
#[cfg(test)]
pub(crate) use process::STEADY_MEMORY;
pub(crate) use process::{Greeting, Launcher, PADDING_VARIABLE, Worker};
