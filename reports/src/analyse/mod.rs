//! Analysers: each draws one kind of conclusion from a run, as data.
//!
//! One file an analyser, one line in [`all`]. They read records and the summary, compute with
//! [`crate::stats`], and neither print nor decide what a program exits with.

mod above_ceiling;
mod allocation;
mod behind_peer;
pub(crate) mod bottleneck;
mod clock;
mod debug_build;
mod declared_work;
mod disagreement;
mod growth;
mod memory_growth;
pub(crate) mod missing;
mod noise;
mod parallel_slower;
pub(crate) mod prediction;
pub(crate) mod probe_cost;
mod scaling;
mod setup;
mod slower_than_reference;
mod steal;
mod throttled;
mod undecided;
mod what_if;
mod work;

use crate::summary::{Summary, summarise};
use crate::{Finding, Run};

/// Draws one kind of conclusion.
pub trait Analyser: Sync {
    /// Its id, which its findings carry.
    fn id(&self) -> &'static str;

    /// What it concludes, in the order of the summary's cases.
    fn analyse(&self, run: &Run, summary: &Summary) -> Vec<Finding>;
}

/// Every analyser, in the order in which findings of one severity are listed.
pub fn all() -> [&'static dyn Analyser; 23] {
    [
        &debug_build::DebugBuild,
        &disagreement::Disagreement,
        &work::Work,
        &missing::Missing,
        &declared_work::DeclaredWork,
        &above_ceiling::AboveCeiling,
        &steal::Steal,
        &throttled::Throttled,
        &noise::Noise,
        &clock::Clock,
        &setup::Setup,
        &allocation::Allocation,
        &memory_growth::MemoryGrowth,
        &slower_than_reference::SlowerThanReference,
        &behind_peer::BehindPeer,
        &parallel_slower::ParallelSlower,
        &scaling::ScalingLoss,
        &undecided::Undecided,
        &growth::Growth,
        &bottleneck::Bottleneck,
        &prediction::Prediction,
        &what_if::WhatIf,
        &probe_cost::ProbeCost,
    ]
}

/// Everything there is to conclude from a run, most severe first.
pub fn analyse(run: &Run) -> Vec<Finding> {
    analyse_summarised(run, &summarise(run))
}

/// The same where the summary of the run is at hand already.
pub fn analyse_summarised(run: &Run, summary: &Summary) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        all().iter().flat_map(|analyser| analyser.analyse(run, summary)).collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}
