//! Declaring kernels: what a user writes, and the erased form the rest of the harness drives.
//!
//! The builders are generic so that a variant is a plain function over the user's own types; the
//! generics end at `build()`. Nothing here measures: timing enters through [`crate::measure::Probe`].

mod builder;
mod check;
mod composition;
mod counted;
mod describe;
mod erased;
mod error;
mod growing;
mod hold;
mod pipeline;
mod sizes;
mod stage;
mod suite;
mod timed;
mod typed;

pub use builder::{Cost, Kernel, KernelBuilder, KernelHead, KernelSizes};
pub use check::CheckFailure;
pub use counted::CountedWork;
pub use error::DeclareError;
pub use pipeline::{Pipeline, PipelineBuilder, PipelineHead, PipelineSizes};
pub use sizes::{SizeLabel, Sizes};
pub use stage::Stage;
pub use suite::Suite;
pub use timed::Timed;

pub(crate) use erased::{CaseRequest, CheckError, Erased, Prepared};
