//! The gate: two builds of one suite, measured in turn, and a verdict with a known error rate.
//!
//! [`GateRun`] is what was measured, raw; [`judge`] derives everything said of it. The unit of
//! replication is a fresh launch of both builds' processes: one log-ratio a launch and case, never a
//! sample. Nothing here measures; statistics are in [`crate::stats`].

mod acceptance;
mod bencher;
mod bmf;
mod document;
pub mod evaluation;
mod exact;
mod explain;
mod explained;
mod junit;
mod launch;
mod limit;
mod markdown;
mod protocol;
mod time;
mod verdict;

pub use acceptance::{Acceptance, no_longer_needed};
pub use bencher::bencher_lines;
pub use bmf::bencher_metric_format;
pub use document::gate_document;
pub use exact::{ExactCounts, ExactOutcome, ExactResult, Rule, judge_exact, needs_another_look};
pub use explain::{Cause, Explanation, Layout, LayoutKind, Tally};
pub use junit::junit;
pub use launch::{Pair, launch_value, pair_variance};
pub use limit::{DEFAULT_LIMIT, Limit};
pub use markdown::{PULL_REQUEST_CHARACTERS, pull_request};
pub use protocol::{
    Costs, Effort, FEWEST_LAUNCHES, LEAST_LAUNCHES, Open, Protocol, SHARINGS, Scatter,
    share_launches,
};
pub use time::{
    ALPHA, BOUND_CONFIDENCE, TimeOutcome, TimeResult, alarms, for_second_stage, has_passed,
    is_suspect, judge_times,
};
pub use verdict::{CaseResult, Judgement, Verdict, judge};

use crate::stats::{hodges_lehmann_interval, normal_quantile};
use crate::{CaseId, Failure, Machine};

/// The confidence of the interval by which launches are shared out: wide enough to see stray launches, and not
/// made of the one that strays most.
const SPREAD_CONFIDENCE: f64 = 0.95;

/// Everything one gate measured.
#[derive(Debug, Clone, PartialEq)]
pub struct GateRun {
    /// When it began, UTC, RFC 3339.
    pub started: String,
    /// How long measuring took, in seconds, builds excluded.
    pub took_s: f64,
    /// What was asked for.
    pub command: String,
    /// The seed of inputs, orders and paddings.
    pub seed: u64,
    /// The machine.
    pub machine: Machine,
    /// The build that is held up as the measure.
    pub base: Side,
    /// The build that is judged.
    pub head: Side,
    /// What the budget allowed.
    pub protocol: Protocol,
    /// The cases that both builds have, in the head's order.
    pub cases: Vec<GatedCase>,
    /// The base against a copy of itself: a change here is the machine's.
    pub canaries: Vec<Trial>,
    /// Cases of the base alone.
    pub only_base: Vec<CaseId>,
    /// Cases of the head alone.
    pub only_head: Vec<CaseId>,
    /// Why cases are slower, where that was asked.
    pub explanations: Vec<Explanation>,
    /// What must be said beside the figures, in sentences.
    pub notes: Vec<String>,
}

/// One of the two builds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Side {
    /// What the user called it: a revision, `working tree`, or a program's path.
    pub name: String,
    /// Its commit, with `+changes` where the work tree differs from it; unknown for a given program.
    pub commit: Option<String>,
    /// The compiler's version, where the program carries it.
    pub rustc: Option<String>,
    /// A checksum of its `Cargo.lock`; unknown for a given program.
    pub lock: Option<String>,
}

/// Which of the two builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The build held up as the measure.
    Base,
    /// The build that is judged.
    Head,
}

impl Which {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Head => "head",
        }
    }
}

/// A case in both builds.
#[derive(Debug, Clone, PartialEq)]
pub struct GatedCase {
    /// Its times.
    pub time: Trial,
    /// Its counts of deterministic metrics.
    pub exact: Vec<ExactCounts>,
}

/// The times of one case on two sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// The case.
    pub case: CaseId,
    /// By how much it may become slower.
    pub limit: Limit,
    /// One iteration on the base, in nanoseconds: the median over its slots; 0 where none ran.
    pub base_ns: f64,
    /// Iterations of one slot, the same on both sides.
    pub iterations: u64,
    /// The logarithm of head over base, one a launch of the first stage.
    pub screen: Vec<f64>,
    /// The same of the second stage, of fresh launches only; `None` for a case that was not in it.
    pub second: Option<Vec<f64>>,
    /// Pairs of slots.
    pub pairs: Pairs,
    /// How it went wrong, where it did.
    pub failure: Option<SideFailure>,
}

impl Trial {
    /// The values of all launches, of both stages.
    pub fn launches(&self) -> Vec<f64> {
        [&self.screen[..], self.second.as_deref().unwrap_or(&[])].concat()
    }

    /// How far the launches lie apart: half of the interval of their shift, as a multiple of the limit. Unlike a median of distances it sees launches that stray. 0 where there are too few.
    pub fn spread(&self) -> f64 {
        let interval = hodges_lehmann_interval(&self.launches(), SPREAD_CONFIDENCE);
        let width = interval.map_or(0.0, |interval| interval.high - interval.low);
        width / (2.0 * self.limit.allowed_fraction(self.base_ns))
    }

    /// The variance of a launch's value that an interval as wide as that of [`Self::spread`] belongs to.
    pub fn launch_variance(&self) -> f64 {
        let half = self.spread() * self.limit.allowed_fraction(self.base_ns);
        let standard_error = half / normal_quantile(0.5 + SPREAD_CONFIDENCE / 2.0);
        self.launches().len() as f64 * standard_error.powi(2)
    }
}

/// How many pairs of slots there were, and how many of them the machine disturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pairs {
    /// All pairs.
    pub all: u64,
    /// Pairs with stolen time, or a wait for a processor that matters, in either half.
    pub disturbed: u64,
}

/// A case that went wrong on one side, twice, in fresh processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideFailure {
    /// On which side.
    pub side: Which,
    /// Whether it was the check that failed; else it failed while it was timed.
    pub in_check: bool,
    /// How.
    pub failure: Failure,
}
