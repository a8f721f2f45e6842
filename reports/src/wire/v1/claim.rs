//! What a kernel line says of claims.
//!
//! Field by field the same as [`crate::Claim`] and its parts.

use serde::{Deserialize, Serialize};

use super::Number;
use crate as core;

/// See [`crate::Claim`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// As its source has it.
    pub text: String,
    /// Where it is made.
    pub source: Option<String>,
    /// The lower bound.
    pub low: Number,
    /// The upper bound, perhaps infinite.
    pub high: Number,
    /// Time or memory.
    pub of: Quantity,
    /// The two it speaks of.
    pub pair: Pair,
    /// The same step elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<Pair>,
}

impl From<&core::Claim> for Claim {
    fn from(value: &core::Claim) -> Self {
        Self {
            text: value.text.clone(),
            source: value.source.clone(),
            low: value.factor.low.into(),
            high: value.factor.high.into(),
            of: value.of.into(),
            pair: (&value.pair).into(),
            here: value.here.as_ref().map(Into::into),
        }
    }
}

impl From<Claim> for core::Claim {
    fn from(value: Claim) -> Self {
        Self {
            text: value.text,
            source: value.source,
            factor: core::Factor { low: value.low.into(), high: value.high.into() },
            of: value.of.into(),
            pair: value.pair.into(),
            here: value.here.map(Into::into),
        }
    }
}

/// See [`crate::Quantity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Wall time.
    Time,
    /// The most memory held at once.
    Memory,
}

impl From<core::Quantity> for Quantity {
    fn from(value: core::Quantity) -> Self {
        match value {
            core::Quantity::Time => Self::Time,
            core::Quantity::Memory => Self::Memory,
        }
    }
}

impl From<Quantity> for core::Quantity {
    fn from(value: Quantity) -> Self {
        match value {
            Quantity::Time => Self::Time,
            Quantity::Memory => Self::Memory,
        }
    }
}

/// See [`crate::Pair`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The one that needs less.
    pub less: VariantName,
    /// The one that needs more.
    pub more: VariantName,
}

impl From<&core::Pair> for Pair {
    fn from(value: &core::Pair) -> Self {
        Self { less: (&value.less).into(), more: (&value.more).into() }
    }
}

impl From<Pair> for core::Pair {
    fn from(value: Pair) -> Self {
        Self { less: value.less.into(), more: value.more.into() }
    }
}

/// See [`crate::VariantName`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantName {
    /// Its kernel's id.
    pub kernel: String,
    /// Its name.
    pub variant: String,
}

impl From<&core::VariantName> for VariantName {
    fn from(value: &core::VariantName) -> Self {
        Self { kernel: value.kernel.clone(), variant: value.variant.clone() }
    }
}

impl From<VariantName> for core::VariantName {
    fn from(value: VariantName) -> Self {
        Self { kernel: value.kernel, variant: value.variant }
    }
}
