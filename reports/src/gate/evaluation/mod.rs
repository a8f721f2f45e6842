//! What the gate is worth: suites whose truth is known, put through it, and what it said of them.
//!
//! A suite is one run of the gate over one program and a copy of it. Into the copy slow-downs may be
//! planted; then the gate should find these and nothing else. Everything said follows from the suites
//! alone, so a file of them can be judged again.

mod document;
mod figures;
mod relabel;

pub use document::evaluation_document;
pub use figures::{Evaluation, Rate, Requirement, requirements};
pub use relabel::{RELABELLINGS, relabelled_alarms};

use super::GateRun;
use crate::CaseId;

/// What a planted slow-down consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlantKind {
    /// More arithmetic in a loop.
    Loop,
    /// A chain of loads, each of which needs the last one's value: much time in few instructions.
    Chain,
    /// Allocations, at most one an iteration and half of the planted time, the rest being a loop.
    Allocation,
    /// A loop in one iteration of ten, drawn by chance, and ten times as much of it there.
    Mode,
}

impl PlantKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Loop, Self::Chain, Self::Allocation, Self::Mode];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::Chain => "chain",
            Self::Allocation => "allocation",
            Self::Mode => "mode",
        }
    }

    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A slow-down planted into a variant of the head.
#[derive(Debug, Clone, PartialEq)]
pub struct Plant {
    /// The kernel's id.
    pub kernel: String,
    /// The variant's name; whatever its size.
    pub variant: String,
    /// What it consists of.
    pub kind: PlantKind,
    /// How large it is, in per cent of the case's own time.
    pub percent: f64,
}

impl Plant {
    /// Whether it is this case that is slowed down.
    pub fn is_in(&self, case: &CaseId) -> bool {
        self.kernel == case.kernel && self.variant == case.variant
    }
}

/// How the two programs of a suite differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuiteKind {
    /// Not at all: two copies of one file.
    Unchanged,
    /// In nothing that runs: one source, linked in another way.
    Relinked,
    /// In the slow-downs planted into the head.
    Planted,
}

impl SuiteKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Unchanged, Self::Relinked, Self::Planted];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Relinked => "relinked",
            Self::Planted => "planted",
        }
    }
}

/// One suite that went through the gate.
#[derive(Debug, Clone, PartialEq)]
pub struct GateSuite {
    /// How its programs differ.
    pub kind: SuiteKind,
    /// Whether a process beside it kept a processor busy for half of the time.
    pub neighbour: bool,
    /// What was planted.
    pub plants: Vec<Plant>,
    /// What was measured.
    pub run: GateRun,
}

/// What criterion says of a case that it compares with a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CriterionSays {
    /// "Performance has regressed."
    Regressed,
    /// "Performance has improved."
    Improved,
    /// No change, or one within its noise threshold.
    Nothing,
}

/// A case as criterion saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct CriterionCase {
    /// The case.
    pub case: CaseId,
    /// What it says; `None` where the case could not be measured.
    pub says: Option<CriterionSays>,
}

/// One suite that was measured by criterion: all of the base, saved as a baseline, then all of the head.
#[derive(Debug, Clone, PartialEq)]
pub struct CriterionSuite {
    /// When it began, UTC, RFC 3339.
    pub started: String,
    /// The seed of its draws.
    pub seed: u64,
    /// Whether a process beside it kept a processor busy for half of the time.
    pub neighbour: bool,
    /// How long measuring took, in seconds, checks excluded.
    pub took_s: f64,
    /// What was planted.
    pub plants: Vec<Plant>,
    /// What it says of each case.
    pub cases: Vec<CriterionCase>,
}

/// A finished suite, of either kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Suite {
    /// By the gate.
    Gate(Box<GateSuite>),
    /// By criterion.
    Criterion(CriterionSuite),
}

impl Suite {
    /// What was planted.
    pub fn plants(&self) -> &[Plant] {
        match self {
            Self::Gate(suite) => &suite.plants,
            Self::Criterion(suite) => &suite.plants,
        }
    }
}

/// The plant in a case, where there is one.
fn plant_in<'p>(plants: &'p [Plant], case: &CaseId) -> Option<&'p Plant> {
    plants.iter().find(|plant| plant.is_in(case))
}
