//! Version 1 of the records file: its types and their conversions.
//!
//! These types are frozen: a change of meaning is a new version beside this one. [`Measurement`]
//! and [`Failure`] also travel between a worker process and its parent.

mod claim;
mod detail;
mod doctor;
mod environment;
mod gate;
mod gate_explain;
mod history;
mod info;
mod kernel;
mod number;
mod operations;
mod peer;
mod record;
mod suite;
mod swap;
mod what_if;

pub use claim::{Claim, Pair, Quantity, VariantName};
pub use detail::{
    Agreement, CallSite, Detail, HotFunction, HotLine, Profile, StageSamples, Stages,
};
pub use doctor::{Diagnosis, DoctorLine};
pub use environment::{Busy, Environment, SelfTest, Tool};
pub(super) use gate::{GATE_KIND, GateFile};
pub(super) use history::{HISTORY_VERSION, HistoryBanner, HistoryLine};
pub use info::{Build, Cache, Conditions, Machine, RunInfo};
pub use kernel::{Absent, KernelInfo, Role, Rung, SizeInfo, StageInfo, Tolerance, VariantInfo};
pub use number::Number;
pub use operations::Operations;
pub use peer::{MissingPeer, PeerInfo};
pub use record::{CaseId, Failure, FailureKind, Measurement, Outcome, Record, Series};
pub(super) use suite::SuiteLine;
pub use swap::{Swap, SwappedStage};
pub use what_if::{Shift, StageExperiment, WhatIf};

use serde::{Deserialize, Serialize};

/// What the header's `amdahl` field says.
pub(super) const KIND: &str = "records";

/// The version these types are.
pub const VERSION: u64 = 1;

/// What of a header every version has.
#[derive(Deserialize)]
pub(super) struct Banner {
    pub amdahl: String,
    pub version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    amdahl: String,
    version: u64,
    pub info: RunInfo,
}

impl Header {
    pub fn new(info: RunInfo) -> Self {
        Self { amdahl: KIND.to_owned(), version: VERSION, info }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    Kernel(KernelInfo),
    Record(Record),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Footer {
    pub end: End,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    pub lines: u64,
    pub crc32: String,
}
