//! What machine this is, what was built, and what the machine is doing meanwhile.

mod build;
mod cgroup;
mod code;
mod conditions;
mod environment;
mod hardware;
mod huge;
mod processes;
mod resident;
mod tools;

pub(crate) use build::build;
pub(crate) use code::move_code_of;
pub(crate) use conditions::Observation;
pub(crate) use environment::Watch;
pub(crate) use hardware::{machine, resident_peak_bytes};
pub(crate) use huge::{ALLOCATOR_VARIABLE, huge_page_bytes, lacks_huge_pages};
pub(crate) use resident::{keep_no_free_memory, reset_peak, resident};
