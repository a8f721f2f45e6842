//! A kernel line: the kernel as declared.
//!
//! Field by field the same as [`crate::KernelInfo`] and its parts.

use serde::{Deserialize, Serialize};

use super::{Claim, Number};
use crate as core;

/// See [`crate::KernelInfo`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KernelInfo {
    /// Its id.
    pub id: String,
    /// One sentence.
    pub about: String,
    /// Where it answers one.
    pub exercise: Option<String>,
    /// Where it is declared.
    #[serde(default)]
    pub bound: Option<Bound>,
    /// In the order of declaration.
    pub sizes: Vec<SizeInfo>,
    /// In the order of declaration.
    pub variants: Vec<VariantInfo>,
    /// What it cannot have.
    pub absent: Vec<Absent>,
    /// Names.
    #[serde(default)]
    pub qualities: Vec<String>,
    /// In order, for a pipeline.
    pub stages: Vec<StageInfo>,
    /// Smallest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub swept: Vec<SizeInfo>,
    /// Whether its memory must not grow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub streaming: bool,
    /// Its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate_size: Option<String>,
    /// What is claimed of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
}

impl From<&core::KernelInfo> for KernelInfo {
    fn from(value: &core::KernelInfo) -> Self {
        Self {
            id: value.id.clone(),
            about: value.about.clone(),
            exercise: value.exercise.clone(),
            bound: value.bound.map(Into::into),
            sizes: value.sizes.iter().map(Into::into).collect(),
            variants: value.variants.iter().map(Into::into).collect(),
            absent: value.absent.iter().map(Into::into).collect(),
            qualities: value.qualities.clone(),
            stages: value.stages.iter().map(Into::into).collect(),
            swept: value.swept.iter().map(Into::into).collect(),
            streaming: value.streaming,
            gate_size: value.gate_size.clone(),
            claims: value.claims.iter().map(Into::into).collect(),
        }
    }
}

impl From<KernelInfo> for core::KernelInfo {
    fn from(value: KernelInfo) -> Self {
        Self {
            id: value.id,
            about: value.about,
            exercise: value.exercise,
            bound: value.bound.map(Into::into),
            sizes: value.sizes.into_iter().map(Into::into).collect(),
            variants: value.variants.into_iter().map(Into::into).collect(),
            absent: value.absent.into_iter().map(Into::into).collect(),
            qualities: value.qualities,
            stages: value.stages.into_iter().map(Into::into).collect(),
            swept: value.swept.into_iter().map(Into::into).collect(),
            streaming: value.streaming,
            gate_size: value.gate_size,
            claims: value.claims.into_iter().map(Into::into).collect(),
        }
    }
}

/// See [`crate::SizeInfo`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeInfo {
    /// What cases carry.
    pub label: String,
    /// False for a smoke size.
    pub measured: bool,
    /// Operations an iteration.
    pub flops: Option<Number>,
    /// Bytes an iteration.
    pub bytes: Option<Number>,
    /// Bytes.
    #[serde(default)]
    pub working_set: Option<Number>,
    /// What agreement means.
    pub tolerance: Tolerance,
    /// Where it lies on the axis of growth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extent: Option<u64>,
}

impl From<&core::SizeInfo> for SizeInfo {
    fn from(value: &core::SizeInfo) -> Self {
        Self {
            label: value.label.clone(),
            measured: value.measured,
            flops: value.flops.map(Number),
            bytes: value.bytes.map(Number),
            working_set: value.working_set.map(Number),
            tolerance: (&value.tolerance).into(),
            extent: value.extent,
        }
    }
}

impl From<SizeInfo> for core::SizeInfo {
    fn from(value: SizeInfo) -> Self {
        Self {
            label: value.label,
            measured: value.measured,
            flops: value.flops.map(f64::from),
            bytes: value.bytes.map(f64::from),
            working_set: value.working_set.map(f64::from),
            tolerance: value.tolerance.into(),
            extent: value.extent,
        }
    }
}

/// See [`crate::Tolerance`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// A fraction.
    pub relative: Number,
    /// In the values' unit.
    pub absolute: Number,
}

impl From<&core::Tolerance> for Tolerance {
    fn from(value: &core::Tolerance) -> Self {
        Self { relative: value.relative.into(), absolute: value.absolute.into() }
    }
}

impl From<Tolerance> for core::Tolerance {
    fn from(value: Tolerance) -> Self {
        Self { relative: value.relative.into(), absolute: value.absolute.into() }
    }
}

/// See [`crate::VariantInfo`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantInfo {
    /// Its name.
    pub name: String,
    /// Its part.
    pub role: Role,
    /// Where it names one.
    pub rung: Option<Rung>,
    /// Sizes it is not run at.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// Of a peer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Lines of code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<u64>,
}

impl From<&core::VariantInfo> for VariantInfo {
    fn from(value: &core::VariantInfo) -> Self {
        Self {
            name: value.name.clone(),
            role: value.role.into(),
            rung: value.rung.map(Into::into),
            left_out: value.left_out.iter().map(Into::into).collect(),
            language: value.language.clone(),
            lines: value.lines,
        }
    }
}

impl From<VariantInfo> for core::VariantInfo {
    fn from(value: VariantInfo) -> Self {
        Self {
            name: value.name,
            role: value.role.into(),
            rung: value.rung.map(Into::into),
            left_out: value.left_out.into_iter().map(Into::into).collect(),
            language: value.language,
            lines: value.lines,
        }
    }
}

/// See [`crate::LeftOut`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Its label.
    pub size: String,
    /// One sentence.
    pub reason: String,
}

impl From<&core::LeftOut> for LeftOut {
    fn from(value: &core::LeftOut) -> Self {
        Self { size: value.size.clone(), reason: value.reason.clone() }
    }
}

impl From<LeftOut> for core::LeftOut {
    fn from(value: LeftOut) -> Self {
        Self { size: value.size, reason: value.reason }
    }
}

/// See [`crate::Bound`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Memory read.
    Read,
    /// Memory read and written.
    Copy,
    /// Multiply-adds.
    Arithmetic,
    /// Multiply-adds in single precision.
    SingleArithmetic,
}

impl From<core::Bound> for Bound {
    fn from(value: core::Bound) -> Self {
        match value {
            core::Bound::Read => Self::Read,
            core::Bound::Copy => Self::Copy,
            core::Bound::Arithmetic => Self::Arithmetic,
            core::Bound::SingleArithmetic => Self::SingleArithmetic,
        }
    }
}

impl From<Bound> for core::Bound {
    fn from(value: Bound) -> Self {
        match value {
            Bound::Read => Self::Read,
            Bound::Copy => Self::Copy,
            Bound::Arithmetic => Self::Arithmetic,
            Bound::SingleArithmetic => Self::SingleArithmetic,
        }
    }
}

/// See [`crate::Role`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The one others must agree with.
    Reference,
    /// One thread.
    Serial,
    /// Pools of 1, 2, 4 … threads.
    Parallel,
}

impl From<core::Role> for Role {
    fn from(value: core::Role) -> Self {
        match value {
            core::Role::Reference => Self::Reference,
            core::Role::Serial => Self::Serial,
            core::Role::Parallel => Self::Parallel,
        }
    }
}

impl From<Role> for core::Role {
    fn from(value: Role) -> Self {
        match value {
            Role::Reference => Self::Reference,
            Role::Serial => Self::Serial,
            Role::Parallel => Self::Parallel,
        }
    }
}

/// See [`crate::Rung`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The reference.
    Reference,
    /// A better algorithm.
    Algorithm,
    /// Whole arrays or SIMD.
    Vectorize,
    /// Buffers before the clock.
    Preallocate,
    /// More threads.
    Parallelise,
}

impl From<core::Rung> for Rung {
    fn from(value: core::Rung) -> Self {
        match value {
            core::Rung::Reference => Self::Reference,
            core::Rung::Algorithm => Self::Algorithm,
            core::Rung::Vectorize => Self::Vectorize,
            core::Rung::Preallocate => Self::Preallocate,
            core::Rung::Parallelise => Self::Parallelise,
        }
    }
}

impl From<Rung> for core::Rung {
    fn from(value: Rung) -> Self {
        match value {
            Rung::Reference => Self::Reference,
            Rung::Algorithm => Self::Algorithm,
            Rung::Vectorize => Self::Vectorize,
            Rung::Preallocate => Self::Preallocate,
            Rung::Parallelise => Self::Parallelise,
        }
    }
}

/// See [`crate::Absent`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absent {
    /// Its name.
    pub variant: String,
    /// One sentence.
    pub reason: String,
}

impl From<&core::Absent> for Absent {
    fn from(value: &core::Absent) -> Self {
        Self { variant: value.variant.clone(), reason: value.reason.clone() }
    }
}

impl From<Absent> for core::Absent {
    fn from(value: Absent) -> Self {
        Self { variant: value.variant, reason: value.reason }
    }
}

/// See [`crate::StageInfo`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageInfo {
    /// Its name.
    pub name: String,
    /// The reference first.
    pub variants: Vec<String>,
}

impl From<&core::StageInfo> for StageInfo {
    fn from(value: &core::StageInfo) -> Self {
        Self { name: value.name.clone(), variants: value.variants.clone() }
    }
}

impl From<StageInfo> for core::StageInfo {
    fn from(value: StageInfo) -> Self {
        Self { name: value.name, variants: value.variants }
    }
}
