//! Records, statistics, analysers and renderers of Amdahl.
//!
//! This crate is pure: it reads no clock, starts no thread, looks at no environment and opens no
//! file. A [`Run`] comes in, a report comes out, and the same run always gives the same report.
//! Measuring lives in the `amdahl` crate; it depends on this one and never the other way round.
//!
//! ```
//! fn files(records: &[u8]) -> Result<Vec<(String, String)>, amdahl_reports::wire::WireError> {
//!     let run = amdahl_reports::wire::decode(records)?;
//!     let files = amdahl_reports::report(&run);
//!     Ok(files.into_iter().map(|file| (file.path, file.contents)).collect())
//! }
//! assert!(files(b"not records").is_err());
//! ```

pub mod analyse;
pub mod blocks;
mod case;
mod ceiling_kind;
pub mod chart;
mod claim;
pub mod compare;
pub mod doctor;
pub mod document;
mod environment;
mod finding;
pub mod format;
pub mod gate;
pub mod history;
mod kernel;
pub mod measurer;
pub mod merge;
mod metric;
mod operations;
mod pages;
mod peer;
mod record;
pub mod render;
mod report;
mod run;
pub mod stats;
pub mod summary;
mod what_if;
pub mod whatif;
pub mod wire;

pub use case::CaseId;
pub use ceiling_kind::CeilingKind;
pub use claim::{Claim, ClaimHead, Factor, Pair, Quantity, VariantName};
pub use environment::{Busy, Environment, SelfTest, Tool};
pub use finding::{Evidence, Finding, Severity};
pub use kernel::{
    Absent, Bound, KernelInfo, LeftOut, Role, Rung, SizeInfo, StageInfo, Tolerance, VariantInfo,
};
pub use metric::{Better, Metric, Unit};
pub use operations::Operations;
pub use pages::Page;
pub use peer::{MissingPeer, PeerInfo};
pub use record::{
    Agreement, CallSite, Detail, Failure, FailureKind, HotFunction, HotLine, Measurement, Outcome,
    Profile, Record, Series, StageSamples, Stages, Swap, SwappedStage,
};
pub use report::{
    Artifact, Report, SURVEY_CHART, claims_table, experiment, report, survey_document, survey_json,
};
pub use run::{Build, Cache, Conditions, Machine, Run, RunInfo};
pub use what_if::{Shift, ShiftPoint, StageExperiment, WhatIf};
