//! What surrounds a run, in the header.
//!
//! Field by field the same as [`crate::Environment`] and its parts, whose documentation gives the
//! units.

use serde::{Deserialize, Serialize};

use super::Number;
use super::number::{floats, numbers};
use crate as core;

/// See [`crate::Environment`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Each named once.
    pub governors: Vec<String>,
    /// Where it is known.
    pub boost: Option<bool>,
    /// From 1, where it is known.
    pub threads_per_core: Option<u64>,
    /// Events, where they are counted.
    pub throttled: Option<u64>,
    /// Processors, infinite where there is no quota.
    pub cpu_quota: Option<Number>,
    /// Events, where they are counted.
    pub quota_exhausted: Option<u64>,
    /// 0, 1 or 2.
    pub address_randomisation: Option<u64>,
    /// Where it is known.
    pub huge_pages: Option<String>,
    /// The busiest first.
    pub busy: Option<Vec<Busy>>,
    /// Whether the allocator is declared.
    pub counts_heap: bool,
    /// Found or not.
    pub tools: Vec<Tool>,
    /// Where it was made.
    pub self_test: Option<SelfTest>,
}

impl From<&core::Environment> for Environment {
    fn from(value: &core::Environment) -> Self {
        let busy = value.busy.as_ref();
        Self {
            governors: value.governors.clone(),
            boost: value.boost,
            threads_per_core: value.threads_per_core,
            throttled: value.throttled,
            cpu_quota: value.cpu_quota.map(Number),
            quota_exhausted: value.quota_exhausted,
            address_randomisation: value.address_randomisation,
            huge_pages: value.huge_pages.clone(),
            busy: busy.map(|busy| busy.iter().map(Into::into).collect()),
            counts_heap: value.counts_heap,
            tools: value.tools.iter().map(Into::into).collect(),
            self_test: value.self_test.as_ref().map(Into::into),
        }
    }
}

impl From<Environment> for core::Environment {
    fn from(value: Environment) -> Self {
        Self {
            governors: value.governors,
            boost: value.boost,
            threads_per_core: value.threads_per_core,
            throttled: value.throttled,
            cpu_quota: value.cpu_quota.map(f64::from),
            quota_exhausted: value.quota_exhausted,
            address_randomisation: value.address_randomisation,
            huge_pages: value.huge_pages,
            busy: value.busy.map(|busy| busy.into_iter().map(Into::into).collect()),
            counts_heap: value.counts_heap,
            tools: value.tools.into_iter().map(Into::into).collect(),
            self_test: value.self_test.map(Into::into),
        }
    }
}

/// See [`crate::Busy`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Busy {
    /// Its name.
    pub name: String,
    /// Of one logical processor.
    pub processors: Number,
}

impl From<&core::Busy> for Busy {
    fn from(value: &core::Busy) -> Self {
        Self { name: value.name.clone(), processors: value.processors.into() }
    }
}

impl From<Busy> for core::Busy {
    fn from(value: Busy) -> Self {
        Self { name: value.name, processors: value.processors.into() }
    }
}

/// See [`crate::Tool`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// None where it cannot be run.
    pub version: Option<String>,
}

impl From<&core::Tool> for Tool {
    fn from(value: &core::Tool) -> Self {
        Self { name: value.name.clone(), version: value.version.clone() }
    }
}

impl From<Tool> for core::Tool {
    fn from(value: Tool) -> Self {
        Self { name: value.name, version: value.version }
    }
}

/// See [`crate::SelfTest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfTest {
    /// At least 1.
    pub pairs_a_try: u64,
    /// Nanoseconds an iteration, one a pair.
    pub first_ns: Vec<Number>,
    /// The same of the other worker.
    pub second_ns: Vec<Number>,
    /// Nanoseconds, one a process.
    pub processes_ns: Vec<Number>,
}

impl From<&core::SelfTest> for SelfTest {
    fn from(value: &core::SelfTest) -> Self {
        Self {
            pairs_a_try: value.pairs_a_try,
            first_ns: numbers(&value.first_ns),
            second_ns: numbers(&value.second_ns),
            processes_ns: numbers(&value.processes_ns),
        }
    }
}

impl From<SelfTest> for core::SelfTest {
    fn from(value: SelfTest) -> Self {
        Self {
            pairs_a_try: value.pairs_a_try,
            first_ns: floats(value.first_ns),
            second_ns: floats(value.second_ns),
            processes_ns: floats(value.processes_ns),
        }
    }
}
