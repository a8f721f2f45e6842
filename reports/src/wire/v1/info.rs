//! The header: when, where and with what a run was made.
//!
//! Field by field the same as [`crate::RunInfo`] and its parts, whose documentation gives the units.

use serde::{Deserialize, Serialize};

use super::{Environment, Number, PeerInfo};
use crate as core;

/// See [`crate::RunInfo`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunInfo {
    /// UTC, RFC 3339.
    pub started: String,
    /// Seconds.
    pub took_s: Number,
    /// What was asked for.
    pub command: String,
    /// The seed of every input.
    pub seed: u64,
    /// Sentences.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The machine.
    pub machine: Machine,
    /// The build.
    pub build: Build,
    /// What the machine was doing.
    pub conditions: Conditions,
    /// What surrounded the run, where it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// Where the suite names any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<PeerInfo>,
}

impl From<&core::RunInfo> for RunInfo {
    fn from(value: &core::RunInfo) -> Self {
        Self {
            started: value.started.clone(),
            took_s: value.took_s.into(),
            command: value.command.clone(),
            seed: value.seed,
            notes: value.notes.clone(),
            machine: (&value.machine).into(),
            build: (&value.build).into(),
            conditions: (&value.conditions).into(),
            environment: value.environment.as_ref().map(Into::into),
            peers: value.peers.iter().map(Into::into).collect(),
        }
    }
}

impl From<RunInfo> for core::RunInfo {
    fn from(value: RunInfo) -> Self {
        Self {
            started: value.started,
            took_s: value.took_s.into(),
            command: value.command,
            seed: value.seed,
            notes: value.notes,
            machine: value.machine.into(),
            build: value.build.into(),
            conditions: value.conditions.into(),
            environment: value.environment.map(Into::into),
            peers: value.peers.into_iter().map(Into::into).collect(),
        }
    }
}

/// See [`crate::Machine`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// Logical processors.
    pub cores: usize,
    /// Bytes.
    pub memory_bytes: u64,
    /// Smallest first.
    pub caches: Vec<Cache>,
    /// Instruction-set extensions.
    pub features: Vec<String>,
    /// The operating system.
    pub os: String,
    /// Where there is one.
    pub hypervisor: Option<String>,
    /// Where it is known.
    pub clock_source: Option<String>,
}

impl From<&core::Machine> for Machine {
    fn from(value: &core::Machine) -> Self {
        Self {
            cpu: value.cpu.clone(),
            cores: value.cores,
            memory_bytes: value.memory_bytes,
            caches: value.caches.iter().map(Into::into).collect(),
            features: value.features.clone(),
            os: value.os.clone(),
            hypervisor: value.hypervisor.clone(),
            clock_source: value.clock_source.clone(),
        }
    }
}

impl From<Machine> for core::Machine {
    fn from(value: Machine) -> Self {
        Self {
            cpu: value.cpu,
            cores: value.cores,
            memory_bytes: value.memory_bytes,
            caches: value.caches.into_iter().map(Into::into).collect(),
            features: value.features,
            os: value.os,
            hypervisor: value.hypervisor,
            clock_source: value.clock_source,
        }
    }
}

/// See [`crate::Cache`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// From 1.
    pub level: u8,
    /// Bytes.
    pub bytes: u64,
    /// Logical processors.
    pub shared_by: usize,
}

impl From<&core::Cache> for Cache {
    fn from(value: &core::Cache) -> Self {
        Self { level: value.level, bytes: value.bytes, shared_by: value.shared_by }
    }
}

impl From<Cache> for core::Cache {
    fn from(value: Cache) -> Self {
        Self { level: value.level, bytes: value.bytes, shared_by: value.shared_by }
    }
}

/// See [`crate::Build`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// The compiler's version line.
    pub rustc: String,
    /// The target triple.
    pub target: String,
    /// Kind and optimisation level.
    pub profile: String,
    /// Empty where none.
    pub rustflags: String,
    /// Whether they are compiled in.
    pub debug_assertions: bool,
    /// Where it is known.
    pub commit: Option<String>,
    /// Where it is known.
    pub lock: Option<String>,
    /// Compiled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target_features: Vec<String>,
    /// As the manifest has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lto_asked: Option<String>,
}

impl From<&core::Build> for Build {
    fn from(value: &core::Build) -> Self {
        Self {
            rustc: value.rustc.clone(),
            target: value.target.clone(),
            profile: value.profile.clone(),
            rustflags: value.rustflags.clone(),
            debug_assertions: value.debug_assertions,
            commit: value.commit.clone(),
            lock: value.lock.clone(),
            target_features: value.target_features.clone(),
            lto_asked: value.lto_asked.clone(),
        }
    }
}

impl From<Build> for core::Build {
    fn from(value: Build) -> Self {
        Self {
            rustc: value.rustc,
            target: value.target,
            profile: value.profile,
            rustflags: value.rustflags,
            debug_assertions: value.debug_assertions,
            commit: value.commit,
            lock: value.lock,
            target_features: value.target_features,
            lto_asked: value.lto_asked,
        }
    }
}

/// See [`crate::Conditions`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// Per cent.
    pub steal_percent: Option<Number>,
    /// Load average.
    pub load_before: Option<Number>,
    /// Nanoseconds a pair of readings.
    pub clock_cost_ns: Number,
    /// Nanoseconds.
    pub clock_step_ns: Number,
}

impl From<&core::Conditions> for Conditions {
    fn from(value: &core::Conditions) -> Self {
        Self {
            steal_percent: value.steal_percent.map(Number),
            load_before: value.load_before.map(Number),
            clock_cost_ns: value.clock_cost_ns.into(),
            clock_step_ns: value.clock_step_ns.into(),
        }
    }
}

impl From<Conditions> for core::Conditions {
    fn from(value: Conditions) -> Self {
        Self {
            steal_percent: value.steal_percent.map(f64::from),
            load_before: value.load_before.map(f64::from),
            clock_cost_ns: value.clock_cost_ns.into(),
            clock_step_ns: value.clock_step_ns.into(),
        }
    }
}
