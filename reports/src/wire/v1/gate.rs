//! Version 1 of the gate's result file: its types and their conversions.

use serde::{Deserialize, Serialize};

use super::gate_explain::{Explanation, word_of};
use super::{CaseId, Failure, Machine};
use crate::gate as core;

/// What the `amdahl` field says.
pub(in crate::wire) const GATE_KIND: &str = "gate";

/// The whole file. What is derived (`verdict`, `results`) is written for readers and ignored when read.
#[derive(Serialize, Deserialize)]
pub(in crate::wire) struct GateFile {
    amdahl: String,
    version: u64,
    #[serde(skip_deserializing)]
    verdict: String,
    #[serde(skip_deserializing)]
    reasons: Vec<String>,
    #[serde(skip_deserializing)]
    sight: Option<f64>,
    #[serde(skip_deserializing)]
    results: Vec<GateResult>,
    pub run: GateRun,
}

impl GateFile {
    pub fn new(run: &core::GateRun, judgement: &core::Judgement) -> Self {
        let results = run.cases.iter().zip(&judgement.cases);
        Self {
            amdahl: GATE_KIND.to_owned(),
            version: super::VERSION,
            verdict: judgement.verdict.label().replace(' ', "_"),
            reasons: judgement.reasons.clone(),
            sight: judgement.sight,
            results: results.map(|(case, result)| GateResult::new(case, result)).collect(),
            run: run.into(),
        }
    }

    /// What was measured.
    ///
    /// # Errors
    /// The file's version where it is another.
    pub fn into_run(self) -> Result<core::GateRun, u64> {
        if self.version == super::VERSION { Ok(self.run.into()) } else { Err(self.version) }
    }
}

/// What is said of one case.
#[derive(Serialize, Default)]
struct GateResult {
    case: String,
    time: &'static str,
    said: Option<String>,
    cause: Option<String>,
    change: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    bound: Option<f64>,
    p: Option<f64>,
    launches: usize,
    exact: Vec<ExactResult>,
}

#[derive(Serialize)]
struct ExactResult {
    metric: String,
    outcome: &'static str,
    said: Option<String>,
    base: Option<f64>,
    head: Option<f64>,
}

impl GateResult {
    fn new(case: &core::GatedCase, result: &core::CaseResult) -> Self {
        let time = &result.time;
        let (word, said) = match &time.outcome {
            core::TimeOutcome::Slower => ("slower", None),
            core::TimeOutcome::SlowerByLayout => ("slower_by_layout", None),
            core::TimeOutcome::Faster => ("faster", None),
            core::TimeOutcome::Within => ("within", None),
            core::TimeOutcome::Undecided(why) => ("undecided", Some(why)),
            core::TimeOutcome::Failed(why) => ("failed", Some(why)),
            core::TimeOutcome::NotComparable(why) => ("not_comparable", Some(why)),
        };
        let exact = case.exact.iter().zip(&result.exact).map(|(counts, exact)| {
            let (outcome, said) = match &exact.outcome {
                core::ExactOutcome::Increased => ("increased", None),
                core::ExactOutcome::Accepted(why) => ("accepted", Some(why)),
                core::ExactOutcome::Decreased => ("decreased", None),
                core::ExactOutcome::Unchanged => ("unchanged", None),
                core::ExactOutcome::NotCounted(why) => ("not_counted", Some(why)),
            };
            let metric = counts.metric.clone();
            ExactResult { metric, outcome, said: said.cloned(), base: exact.base, head: exact.head }
        });
        Self {
            case: case.time.case.to_string(),
            time: word,
            said: said.cloned(),
            cause: result.cause.as_ref().map(word_of),
            change: time.change.map(|change| change.estimate),
            low: time.change.map(|change| change.low),
            high: time.change.map(|change| change.high),
            bound: time.bound,
            p: time.p,
            launches: time.launches,
            exact: exact.collect(),
        }
    }
}

macro_rules! mirrored {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Serialize, Deserialize)]
        pub(in crate::wire) struct $name { $($(#[$attribute])* $field: $kind),* }
        impl From<&core::$name> for $name {
            fn from(own: &core::$name) -> Self {
                Self { $($field: Crossing::out(&own.$field)),* }
            }
        }
        impl From<$name> for core::$name {
            fn from(wire: $name) -> Self {
                Self { $($field: Crossing::back(wire.$field)),* }
            }
        }
    };
}

/// A field's two forms: in memory, `T`, and in the file.
trait Crossing<T>: Sized {
    fn out(own: &T) -> Self;
    fn back(self) -> T;
}

macro_rules! plain {
    ($($kind:ty),*) => { $(
        impl Crossing<$kind> for $kind {
            fn out(own: &$kind) -> Self { own.clone() }
            fn back(self) -> $kind { self }
        }
    )* };
}
plain!(String, bool, u64, f64, usize);

macro_rules! nested {
    ($($wire:ty => $own:ty),* $(,)?) => { $(
        impl Crossing<$own> for $wire {
            fn out(own: &$own) -> Self { own.into() }
            fn back(self) -> $own { self.into() }
        }
    )* };
}
nested!(
    CaseId => crate::CaseId, Failure => crate::Failure, Machine => crate::Machine,
    Side => core::Side, Protocol => core::Protocol, Effort => core::Effort, Trial => core::Trial,
    GatedCase => core::GatedCase, ExactCounts => core::ExactCounts, Limit => core::Limit,
    Pairs => core::Pairs, SideFailure => core::SideFailure, Which => core::Which,
    Explanation => core::Explanation,
);

impl<T, W: Crossing<T>> Crossing<Option<T>> for Option<W> {
    fn out(own: &Option<T>) -> Self {
        own.as_ref().map(W::out)
    }

    fn back(self) -> Option<T> {
        self.map(W::back)
    }
}

impl<T, W: Crossing<T>> Crossing<Vec<T>> for Vec<W> {
    fn out(own: &Vec<T>) -> Self {
        own.iter().map(W::out).collect()
    }

    fn back(self) -> Vec<T> {
        self.into_iter().map(W::back).collect()
    }
}

mirrored!(
    /// See [`core::GateRun`].
    GateRun {
        started: String, took_s: f64, command: String, seed: u64, machine: Machine, base: Side,
        head: Side, protocol: Protocol, cases: Vec<GatedCase>, canaries: Vec<Trial>,
        only_base: Vec<CaseId>, only_head: Vec<CaseId>,
        #[serde(default)] explanations: Vec<Explanation>,
        notes: Vec<String>,
    }
);
mirrored!(
    /// See [`core::Side`].
    Side { name: String, commit: Option<String>, rustc: Option<String>, lock: Option<String> }
);
mirrored!(
    /// See [`core::Protocol`].
    Protocol { budget_s: f64, screen: Effort, second: Effort, cut_short: bool }
);
mirrored!(
    /// See [`core::Effort`].
    Effort { launches: usize, epochs: usize }
);
mirrored!(
    /// See [`core::GatedCase`].
    GatedCase { time: Trial, exact: Vec<ExactCounts> }
);
mirrored!(
    /// See [`core::Trial`].
    Trial {
        case: CaseId, limit: Limit, base_ns: f64, iterations: u64, screen: Vec<f64>,
        second: Option<Vec<f64>>, pairs: Pairs, failure: Option<SideFailure>,
    }
);
mirrored!(
    /// See [`core::Pairs`].
    Pairs { all: u64, disturbed: u64 }
);
mirrored!(
    /// See [`core::SideFailure`].
    SideFailure { side: Which, in_check: bool, failure: Failure }
);
mirrored!(
    /// See [`core::ExactCounts`].
    ExactCounts {
        metric: String, limit: Limit, base: Vec<f64>, head: Vec<f64>, missing: Option<String>,
    }
);
mirrored!(
    /// See [`core::Limit`].
    Limit { fraction: f64, absolute: f64, up_to: Option<f64>, reason: Option<String> }
);

/// See [`core::Which`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::wire) enum Which {
    Base,
    Head,
}

impl From<&core::Which> for Which {
    fn from(which: &core::Which) -> Self {
        match which {
            core::Which::Base => Self::Base,
            core::Which::Head => Self::Head,
        }
    }
}

impl From<Which> for core::Which {
    fn from(which: Which) -> Self {
        match which {
            Which::Base => Self::Base,
            Which::Head => Self::Head,
        }
    }
}
