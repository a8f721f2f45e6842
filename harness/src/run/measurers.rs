//! The measurers of a run: one file each, one line in [`all`].

use amdahl_reports::measurer;

use super::Runner;
use super::criterion::ByCriterion;
use super::heap::Heap;
use super::instructions::Instructions;
use super::interleave::Interleaved;
use super::profile::Profiled;
use super::resident::ResidentPeak;
use super::stages::Staged;
use super::swap::SwappedStages;
use super::what_if::WhatIf;
use super::work::Worked;
use crate::driver::LiveCase;
use crate::plan::Group;

/// Turns the cases of a group into records.
pub(crate) trait Measurer: Sync {
    /// The id its records carry.
    fn id(&self) -> &'static str;

    /// Whether it is slow enough that a run must ask for it by name.
    fn is_on_request(&self) -> bool {
        false
    }

    /// Whether it takes the cases of peers too, which can be timed and little else.
    fn takes_peers(&self) -> bool {
        false
    }

    /// Steps of progress that a group costs; none where it has nothing to measure there.
    fn steps(&self, group: &Group) -> usize;

    /// Measures the group. `live` are the cases that agreed, each prepared in its worker; peers come
    /// last.
    fn measure(&self, runner: &mut Runner<'_>, group: &Group, live: &mut [LiveCase]);
}

/// Every measurer, in the order in which a group goes through them: those that need a quiet machine
/// and live workers first.
pub(crate) fn all() -> [&'static dyn Measurer; 10] {
    [
        &ByCriterion,
        &Interleaved,
        &Worked,
        &Staged,
        &SwappedStages,
        &WhatIf,
        // The last to ask the live workers: it slows them.
        &ResidentPeak,
        &Heap,
        &Profiled,
        &Instructions,
    ]
}

/// Which of them a run uses, beside the check, which every run makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// All but those on request, as `cargo bench` does.
    All,
    /// Those of these ids.
    Only(Vec<&'static str>),
    /// None: the check alone, at every size.
    CheckAll,
    /// None: the check alone, at smoke sizes.
    CheckSmoke,
}

impl Choice {
    /// Everything but criterion and profiles.
    pub(crate) fn quiet() -> Self {
        Self::Only(vec![
            measurer::INTERLEAVED,
            measurer::WORK,
            measurer::RESIDENT,
            measurer::STAGES,
            measurer::SWAP,
            measurer::WHAT_IF,
            measurer::HEAP,
        ])
    }

    /// Profiles.
    pub(crate) fn profile() -> Self {
        Self::Only(vec![measurer::PROFILE])
    }

    /// The same with one more, where it is not all of them already.
    pub(crate) fn and(mut self, id: &'static str) -> Self {
        if let Self::Only(ids) = &mut self {
            ids.push(id);
        }
        self
    }

    /// The ids of those that a run must ask for by name.
    pub(crate) fn on_request() -> Vec<&'static str> {
        all().iter().filter(|own| own.is_on_request()).map(|own| own.id()).collect()
    }

    /// The measurers chosen.
    pub(crate) fn measurers(&self) -> Vec<&'static dyn Measurer> {
        let chosen = |measurer: &&'static dyn Measurer| match self {
            Self::All => !measurer.is_on_request(),
            Self::Only(ids) => ids.contains(&measurer.id()),
            Self::CheckAll | Self::CheckSmoke => false,
        };
        all().into_iter().filter(chosen).collect()
    }

    /// Whether measured sizes are looked at, at all.
    pub(crate) fn includes_measured_sizes(&self) -> bool {
        *self != Self::CheckSmoke
    }

    /// Whether iterations are timed, so that a slow case needs its plain runs.
    pub(crate) fn times(&self) -> bool {
        let times = |measurer: &&'static dyn Measurer| measurer::TIMERS.contains(&measurer.id());
        self.measurers().iter().any(times)
    }
}
