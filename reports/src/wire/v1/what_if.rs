//! What an experiment shifted.
//!
//! Field by field the same as [`crate::WhatIf`] and its parts.

use serde::{Deserialize, Serialize};

use super::Number;
use crate as core;

/// See [`crate::WhatIf`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    /// How.
    pub shift: Shift,
    /// By first entry.
    pub stages: Vec<StageExperiment>,
}

/// See [`crate::Shift`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// Longer calls.
    Delay,
    /// Shorter calls, virtually.
    VirtualSpeedUp,
}

/// See [`crate::StageExperiment`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageExperiment {
    /// Its name.
    pub name: String,
    /// Nanoseconds an iteration, over all threads.
    pub busy_ns: Number,
    /// An iteration.
    pub calls: Number,
    /// Nanoseconds an iteration: pairs of shift and total, by round.
    pub rounds: Vec<Vec<(Number, Number)>>,
    /// Why there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl From<core::Shift> for Shift {
    fn from(value: core::Shift) -> Self {
        match value {
            core::Shift::Delay => Self::Delay,
            core::Shift::VirtualSpeedUp => Self::VirtualSpeedUp,
        }
    }
}

impl From<Shift> for core::Shift {
    fn from(value: Shift) -> Self {
        match value {
            Shift::Delay => Self::Delay,
            Shift::VirtualSpeedUp => Self::VirtualSpeedUp,
        }
    }
}

impl From<&core::WhatIf> for WhatIf {
    fn from(value: &core::WhatIf) -> Self {
        Self { shift: value.shift.into(), stages: value.stages.iter().map(Into::into).collect() }
    }
}

impl From<WhatIf> for core::WhatIf {
    fn from(value: WhatIf) -> Self {
        Self {
            shift: value.shift.into(),
            stages: value.stages.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<&core::StageExperiment> for StageExperiment {
    fn from(value: &core::StageExperiment) -> Self {
        let pair = |point: &core::ShiftPoint| (point.shift_ns.into(), point.total_ns.into());
        Self {
            name: value.name.clone(),
            busy_ns: value.busy_ns.into(),
            calls: value.calls.into(),
            rounds: value.rounds.iter().map(|round| round.iter().map(pair).collect()).collect(),
            refused: value.refused.clone(),
        }
    }
}

impl From<StageExperiment> for core::StageExperiment {
    fn from(value: StageExperiment) -> Self {
        let point = |(shift_ns, total_ns): (Number, Number)| core::ShiftPoint {
            shift_ns: shift_ns.into(),
            total_ns: total_ns.into(),
        };
        let rounds = value.rounds.into_iter();
        Self {
            name: value.name,
            busy_ns: value.busy_ns.into(),
            calls: value.calls.into(),
            rounds: rounds.map(|round| round.into_iter().map(point).collect()).collect(),
            refused: value.refused,
        }
    }
}
