//! What a record carries beside its series.
//!
//! Field by field the same as [`crate::Detail`] and its parts.

use serde::{Deserialize, Serialize};

use super::number::{floats, numbers};
use super::{Number, Operations, Swap, WhatIf};
use crate as core;

/// See [`crate::Detail`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// From `check`.
    Agreement(Agreement),
    /// From `heap`.
    CallSites(Vec<CallSite>),
    /// From `profile`.
    Profile(Profile),
    /// From `stages`.
    Stages(Stages),
    /// From `what_if`.
    WhatIf(WhatIf),
    /// From `swap`.
    Swap(Swap),
    /// From `count`.
    Operations(Operations),
}

impl From<&core::Detail> for Detail {
    fn from(value: &core::Detail) -> Self {
        match value {
            core::Detail::None => Self::None,
            core::Detail::Agreement(agreement) => Self::Agreement(agreement.into()),
            core::Detail::CallSites(sites) => {
                Self::CallSites(sites.iter().map(Into::into).collect())
            }
            core::Detail::Profile(profile) => Self::Profile(profile.into()),
            core::Detail::Stages(stages) => Self::Stages(stages.into()),
            core::Detail::WhatIf(what_if) => Self::WhatIf(what_if.into()),
            core::Detail::Swap(swap) => Self::Swap(swap.into()),
            core::Detail::Operations(operations) => Self::Operations((*operations).into()),
        }
    }
}

impl From<Detail> for core::Detail {
    fn from(value: Detail) -> Self {
        match value {
            Detail::None => Self::None,
            Detail::Agreement(agreement) => Self::Agreement(agreement.into()),
            Detail::CallSites(sites) => {
                Self::CallSites(sites.into_iter().map(Into::into).collect())
            }
            Detail::Profile(profile) => Self::Profile(profile.into()),
            Detail::Stages(stages) => Self::Stages(stages.into()),
            Detail::WhatIf(what_if) => Self::WhatIf(what_if.into()),
            Detail::Swap(swap) => Self::Swap(swap.into()),
            Detail::Operations(operations) => Self::Operations(operations.into()),
        }
    }
}

/// See [`crate::Agreement`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Whom it was compared with.
    pub against: String,
    /// Largest absolute difference.
    pub error: Number,
    /// What was allowed there.
    pub allowed: Number,
    /// A fraction.
    pub used: Number,
    /// How many were compared.
    pub values: u64,
    /// Whether its buffers come from setup.
    pub in_place: bool,
    /// Bytes.
    pub output_bytes: u64,
    /// By the kernel's own measures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualities: Vec<Number>,
    /// Whether the reference's results on two seeds differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seeds_differ: Option<bool>,
}

impl From<&core::Agreement> for Agreement {
    fn from(value: &core::Agreement) -> Self {
        Self {
            against: value.against.clone(),
            error: value.error.into(),
            allowed: value.allowed.into(),
            used: value.used.into(),
            values: value.values,
            in_place: value.in_place,
            output_bytes: value.output_bytes,
            qualities: numbers(&value.qualities),
            seeds_differ: value.seeds_differ,
        }
    }
}

impl From<Agreement> for core::Agreement {
    fn from(value: Agreement) -> Self {
        Self {
            against: value.against,
            error: value.error.into(),
            allowed: value.allowed.into(),
            used: value.used.into(),
            values: value.values,
            in_place: value.in_place,
            output_bytes: value.output_bytes,
            qualities: floats(value.qualities),
            seeds_differ: value.seeds_differ,
        }
    }
}

/// See [`crate::CallSite`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallSite {
    /// `function (file:line)`.
    pub place: String,
    /// Blocks an iteration.
    pub blocks: Number,
    /// Bytes an iteration.
    pub bytes: Number,
}

impl From<&core::CallSite> for CallSite {
    fn from(value: &core::CallSite) -> Self {
        Self { place: value.place.clone(), blocks: value.blocks.into(), bytes: value.bytes.into() }
    }
}

impl From<CallSite> for core::CallSite {
    fn from(value: CallSite) -> Self {
        Self { place: value.place, blocks: value.blocks.into(), bytes: value.bytes.into() }
    }
}

/// See [`crate::Profile`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Samples by function.
    pub samples: u64,
    /// Seconds.
    pub seconds: Number,
    /// Largest first.
    pub functions: Vec<HotFunction>,
    /// Samples by line.
    pub line_samples: u64,
    /// Largest first.
    pub lines: Vec<HotLine>,
    /// A path.
    pub flamegraph: Option<String>,
    /// A path.
    pub protobuf: Option<String>,
    /// A path.
    pub folded: Option<String>,
}

impl From<&core::Profile> for Profile {
    fn from(value: &core::Profile) -> Self {
        Self {
            samples: value.samples,
            seconds: value.seconds.into(),
            functions: value.functions.iter().map(Into::into).collect(),
            line_samples: value.line_samples,
            lines: value.lines.iter().map(Into::into).collect(),
            flamegraph: value.flamegraph.clone(),
            protobuf: value.protobuf.clone(),
            folded: value.folded.clone(),
        }
    }
}

impl From<Profile> for core::Profile {
    fn from(value: Profile) -> Self {
        Self {
            samples: value.samples,
            seconds: value.seconds.into(),
            functions: value.functions.into_iter().map(Into::into).collect(),
            line_samples: value.line_samples,
            lines: value.lines.into_iter().map(Into::into).collect(),
            flamegraph: value.flamegraph,
            protobuf: value.protobuf,
            folded: value.folded,
        }
    }
}

/// See [`crate::HotFunction`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HotFunction {
    /// Demangled.
    pub name: String,
    /// As the innermost frame.
    pub self_samples: u64,
    /// Anywhere on the stack.
    pub total_samples: u64,
}

impl From<&core::HotFunction> for HotFunction {
    fn from(value: &core::HotFunction) -> Self {
        Self {
            name: value.name.clone(),
            self_samples: value.self_samples,
            total_samples: value.total_samples,
        }
    }
}

impl From<HotFunction> for core::HotFunction {
    fn from(value: HotFunction) -> Self {
        Self {
            name: value.name,
            self_samples: value.self_samples,
            total_samples: value.total_samples,
        }
    }
}

/// See [`crate::HotLine`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HotLine {
    /// Within its crate.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// The function it is in.
    pub function: String,
    /// Samples.
    pub self_samples: u64,
}

impl From<&core::HotLine> for HotLine {
    fn from(value: &core::HotLine) -> Self {
        Self {
            file: value.file.clone(),
            line: value.line,
            function: value.function.clone(),
            self_samples: value.self_samples,
        }
    }
}

impl From<HotLine> for core::HotLine {
    fn from(value: HotLine) -> Self {
        Self {
            file: value.file,
            line: value.line,
            function: value.function,
            self_samples: value.self_samples,
        }
    }
}

/// See [`crate::Stages`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stages {
    /// Nanoseconds an iteration.
    pub total_ns: Vec<Number>,
    /// By first entry.
    pub stages: Vec<StageSamples>,
    /// Nanoseconds an iteration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outside_cpu_ns: Vec<Number>,
    /// Nanoseconds.
    pub span_cost_ns: Number,
}

impl From<&core::Stages> for Stages {
    fn from(value: &core::Stages) -> Self {
        Self {
            total_ns: numbers(&value.total_ns),
            stages: value.stages.iter().map(Into::into).collect(),
            outside_cpu_ns: numbers(&value.outside_cpu_ns),
            span_cost_ns: value.span_cost_ns.into(),
        }
    }
}

impl From<Stages> for core::Stages {
    fn from(value: Stages) -> Self {
        Self {
            total_ns: floats(value.total_ns),
            stages: value.stages.into_iter().map(Into::into).collect(),
            outside_cpu_ns: floats(value.outside_cpu_ns),
            span_cost_ns: value.span_cost_ns.into(),
        }
    }
}

/// See [`crate::StageSamples`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageSamples {
    /// Its name.
    pub name: String,
    /// Nanoseconds an iteration.
    pub self_ns: Vec<Number>,
    /// Nanoseconds an iteration.
    pub total_ns: Vec<Number>,
    /// Nanoseconds an iteration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub critical_ns: Vec<Number>,
    /// Nanoseconds an iteration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cpu_ns: Vec<Number>,
    /// An iteration.
    pub calls: Number,
    /// An iteration.
    #[serde(default = "zero")]
    pub inner_calls: Number,
    /// An iteration, where counted.
    pub heap_blocks: Option<Number>,
    /// An iteration, where counted.
    pub heap_bytes: Option<Number>,
}

const fn zero() -> Number {
    Number(0.0)
}

impl From<&core::StageSamples> for StageSamples {
    fn from(value: &core::StageSamples) -> Self {
        Self {
            name: value.name.clone(),
            self_ns: numbers(&value.self_ns),
            total_ns: numbers(&value.total_ns),
            critical_ns: numbers(&value.critical_ns),
            cpu_ns: numbers(&value.cpu_ns),
            calls: value.calls.into(),
            inner_calls: value.inner_calls.into(),
            heap_blocks: value.heap_blocks.map(Number),
            heap_bytes: value.heap_bytes.map(Number),
        }
    }
}

impl From<StageSamples> for core::StageSamples {
    fn from(value: StageSamples) -> Self {
        Self {
            name: value.name,
            self_ns: floats(value.self_ns),
            total_ns: floats(value.total_ns),
            critical_ns: floats(value.critical_ns),
            cpu_ns: floats(value.cpu_ns),
            calls: value.calls.into(),
            inner_calls: value.inner_calls.into(),
            heap_blocks: value.heap_blocks.map(f64::from),
            heap_bytes: value.heap_bytes.map(f64::from),
        }
    }
}
