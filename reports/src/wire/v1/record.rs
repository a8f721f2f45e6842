//! A record line: one measurer's samples of one case, or why there are none.
//!
//! Field by field the same as [`crate::Record`] and its parts.

use serde::{Deserialize, Serialize};

use super::number::{floats, numbers};
use super::{Detail, Number};
use crate as core;
use crate::wire::WireError;

/// See [`crate::Record`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The case.
    pub case: CaseId,
    /// Its id.
    pub measurer: String,
    /// What came of it.
    pub outcome: Outcome,
}

impl From<&core::Record> for Record {
    fn from(value: &core::Record) -> Self {
        Self {
            case: (&value.case).into(),
            measurer: value.measurer.clone(),
            outcome: (&value.outcome).into(),
        }
    }
}

impl TryFrom<Record> for core::Record {
    type Error = WireError;

    fn try_from(value: Record) -> Result<Self, WireError> {
        Ok(Self {
            case: value.case.into(),
            measurer: value.measurer,
            outcome: value.outcome.try_into()?,
        })
    }
}

/// See [`crate::CaseId`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseId {
    /// Its id.
    pub kernel: String,
    /// Its name.
    pub variant: String,
    /// Its label.
    pub size: String,
    /// Of the case's pool.
    pub threads: usize,
}

impl From<&core::CaseId> for CaseId {
    fn from(value: &core::CaseId) -> Self {
        Self {
            kernel: value.kernel.clone(),
            variant: value.variant.clone(),
            size: value.size.clone(),
            threads: value.threads,
        }
    }
}

impl From<CaseId> for core::CaseId {
    fn from(value: CaseId) -> Self {
        Self {
            kernel: value.kernel,
            variant: value.variant,
            size: value.size,
            threads: value.threads,
        }
    }
}

/// See [`crate::Outcome`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// There are samples.
    Measured(Measurement),
    /// The case went wrong.
    Failed(Failure),
    /// Nobody measured.
    NotMeasured {
        /// Why not.
        reason: String,
        /// What to do about it.
        remedy: String,
    },
}

impl From<&core::Outcome> for Outcome {
    fn from(value: &core::Outcome) -> Self {
        match value {
            core::Outcome::Measured(measurement) => Self::Measured(measurement.into()),
            core::Outcome::Failed(failure) => Self::Failed(failure.into()),
            core::Outcome::NotMeasured { reason, remedy } => {
                Self::NotMeasured { reason: reason.clone(), remedy: remedy.clone() }
            }
        }
    }
}

impl TryFrom<Outcome> for core::Outcome {
    type Error = WireError;

    fn try_from(value: Outcome) -> Result<Self, WireError> {
        Ok(match value {
            Outcome::Measured(measurement) => Self::Measured(measurement.try_into()?),
            Outcome::Failed(failure) => Self::Failed(failure.into()),
            Outcome::NotMeasured { reason, remedy } => Self::NotMeasured { reason, remedy },
        })
    }
}

/// See [`crate::Failure`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// What happened, to what, and where.
    pub reason: String,
}

impl From<&core::Failure> for Failure {
    fn from(value: &core::Failure) -> Self {
        Self { kind: value.kind.into(), reason: value.reason.clone() }
    }
}

impl From<Failure> for core::Failure {
    fn from(value: Failure) -> Self {
        Self { kind: value.kind.into(), reason: value.reason }
    }
}

/// See [`crate::FailureKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// Its result differs.
    Disagreed,
    /// It skipped its work.
    Idle,
    /// It panicked.
    Panicked,
    /// Its process died.
    Died,
    /// It did not end in time.
    TimedOut,
    /// The measurer failed.
    Broken,
}

impl From<core::FailureKind> for FailureKind {
    fn from(value: core::FailureKind) -> Self {
        match value {
            core::FailureKind::Disagreed => Self::Disagreed,
            core::FailureKind::Idle => Self::Idle,
            core::FailureKind::Panicked => Self::Panicked,
            core::FailureKind::Died => Self::Died,
            core::FailureKind::TimedOut => Self::TimedOut,
            core::FailureKind::Broken => Self::Broken,
        }
    }
}

impl From<FailureKind> for core::FailureKind {
    fn from(value: FailureKind) -> Self {
        match value {
            FailureKind::Disagreed => Self::Disagreed,
            FailureKind::Idle => Self::Idle,
            FailureKind::Panicked => Self::Panicked,
            FailureKind::Died => Self::Died,
            FailureKind::TimedOut => Self::TimedOut,
            FailureKind::Broken => Self::Broken,
        }
    }
}

/// See [`crate::Measurement`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// One a metric.
    pub series: Vec<Series>,
    /// What must be said beside the numbers.
    pub notes: Vec<String>,
    /// What is not a number.
    pub detail: Detail,
}

impl From<&core::Measurement> for Measurement {
    fn from(value: &core::Measurement) -> Self {
        Self {
            series: value.series.iter().map(Into::into).collect(),
            notes: value.notes.clone(),
            detail: (&value.detail).into(),
        }
    }
}

impl TryFrom<Measurement> for core::Measurement {
    type Error = WireError;

    fn try_from(value: Measurement) -> Result<Self, WireError> {
        Ok(Self {
            series: value.series.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            notes: value.notes,
            detail: value.detail.into(),
        })
    }
}

/// See [`crate::Series`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Its id.
    pub metric: String,
    /// Over the iterations of each sample.
    pub totals: Vec<Number>,
    /// As many as `totals`, none 0.
    pub iterations: Vec<u64>,
}

impl From<&core::Series> for Series {
    fn from(value: &core::Series) -> Self {
        Self {
            metric: value.metric.clone(),
            totals: numbers(&value.totals),
            iterations: value.iterations.clone(),
        }
    }
}

impl TryFrom<Series> for core::Series {
    type Error = WireError;

    fn try_from(value: Series) -> Result<Self, WireError> {
        let Series { metric, totals, iterations } = value;
        if totals.len() != iterations.len() || iterations.contains(&0) {
            let (totals, iterations) = (totals.len(), iterations.len());
            return Err(WireError::BadSeries { metric, totals, iterations });
        }
        Ok(Self { metric, totals: floats(totals), iterations })
    }
}
