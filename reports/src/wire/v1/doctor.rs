//! What the command `doctor` prints for programs: verdict, lines, and the readings behind them.

use serde::{Deserialize, Serialize};

use super::{Build, Conditions, Environment, Machine, Number};
use crate::doctor;

/// A diagnosis with what was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// What this is: `doctor`.
    pub amdahl: String,
    /// The version of these types.
    pub version: u64,
    /// The worst of the lines: `ok`, `not_measured`, `warning` or `problem`.
    pub level: String,
    /// A sentence or two.
    pub verdict: String,
    /// A fraction, where it was tried.
    pub smallest_effect: Option<Number>,
    /// By group.
    pub lines: Vec<DoctorLine>,
    /// See [`crate::Machine`].
    pub machine: Machine,
    /// See [`crate::Build`].
    pub build: Build,
    /// See [`crate::Conditions`].
    pub conditions: Conditions,
    /// See [`crate::Environment`].
    pub environment: Environment,
}

/// See [`crate::doctor::Line`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoctorLine {
    /// `build`, `machine`, `neighbours`, `tools` or `self_test`.
    pub group: String,
    /// A word or two.
    pub topic: String,
    /// As of the whole.
    pub level: String,
    /// What was found.
    pub says: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Diagnosis {
    /// A diagnosis of this subject.
    pub fn new(subject: &doctor::Subject<'_>, diagnosis: &doctor::Diagnosis) -> Self {
        Self {
            amdahl: "doctor".to_owned(),
            version: super::VERSION,
            level: word(diagnosis.level()),
            verdict: diagnosis.verdict(),
            smallest_effect: diagnosis.smallest_effect.map(Number),
            lines: diagnosis.lines.iter().map(Into::into).collect(),
            machine: subject.machine.into(),
            build: subject.build.into(),
            conditions: subject.conditions.into(),
            environment: subject.environment.into(),
        }
    }
}

impl From<&doctor::Line> for DoctorLine {
    fn from(value: &doctor::Line) -> Self {
        Self {
            group: value.group.id().to_owned(),
            topic: value.topic.to_owned(),
            level: word(value.level),
            says: value.says.clone(),
            remedy: value.remedy.clone(),
        }
    }
}

fn word(level: doctor::Level) -> String {
    level.label().replace(' ', "_")
}
