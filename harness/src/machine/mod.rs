//! What machine this is, what was built, and what the machine is doing meanwhile.

mod build;
mod conditions;
mod hardware;

pub(crate) use build::build;
pub(crate) use conditions::Observation;
pub(crate) use hardware::{machine, resident_peak_bytes};
