//! What a record of the `swap` measurer carries: which stage was swapped, and the stages' times.
//!
//! Field by field the same as [`crate::Swap`] and its parts.

use serde::{Deserialize, Serialize};

use super::Stages;
use crate as core;

/// See [`crate::Swap`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Swap {
    /// None in the all-reference composition.
    pub swapped: Option<SwappedStage>,
    /// One sample a round.
    pub stages: Stages,
}

impl From<&core::Swap> for Swap {
    fn from(value: &core::Swap) -> Self {
        Self { swapped: value.swapped.as_ref().map(Into::into), stages: (&value.stages).into() }
    }
}

impl From<Swap> for core::Swap {
    fn from(value: Swap) -> Self {
        Self { swapped: value.swapped.map(Into::into), stages: value.stages.into() }
    }
}

/// See [`crate::SwappedStage`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwappedStage {
    /// Its name.
    pub stage: String,
    /// Of the stage.
    pub variant: String,
}

impl From<&core::SwappedStage> for SwappedStage {
    fn from(value: &core::SwappedStage) -> Self {
        Self { stage: value.stage.clone(), variant: value.variant.clone() }
    }
}

impl From<SwappedStage> for core::SwappedStage {
    fn from(value: SwappedStage) -> Self {
        Self { stage: value.stage, variant: value.variant }
    }
}
