//! The measurers of a run: one file each, one line in [`all`].

use amdahl_reports::measurer;

use super::Runner;
use super::criterion::ByCriterion;
use super::heap::Heap;
use super::interleave::Interleaved;
use super::profile::Profiled;
use super::stages::Staged;
use super::work::Worked;
use crate::driver::LiveCase;
use crate::plan::Group;

/// Turns the cases of a group into records.
pub(crate) trait Measurer: Sync {
    /// The id its records carry.
    fn id(&self) -> &'static str;

    /// Steps of progress that a group costs; none where it has nothing to measure there.
    fn steps(&self, group: &Group) -> usize;

    /// Measures the group. `live` are the cases that agreed, each prepared in its worker.
    fn measure(&self, runner: &mut Runner<'_>, group: &Group, live: &mut [LiveCase]);
}

/// Every measurer, in the order in which a group goes through them: those that need a quiet machine
/// and live workers first.
pub(crate) fn all() -> [&'static dyn Measurer; 6] {
    [&ByCriterion, &Interleaved, &Worked, &Staged, &Heap, &Profiled]
}

/// Which of them a run uses, beside the check, which every run makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// All, as `cargo bench` does.
    All,
    /// Those of these ids.
    Only(&'static [&'static str]),
    /// None: the check alone, at every size.
    CheckAll,
    /// None: the check alone, at smoke sizes.
    CheckSmoke,
}

impl Choice {
    /// Everything but criterion and profiles.
    pub(crate) const QUIET: Self =
        Self::Only(&[measurer::INTERLEAVED, measurer::WORK, measurer::STAGES, measurer::HEAP]);
    /// Everything but criterion.
    pub(crate) const QUIET_AND_PROFILE: Self = Self::Only(&[
        measurer::INTERLEAVED,
        measurer::WORK,
        measurer::STAGES,
        measurer::HEAP,
        measurer::PROFILE,
    ]);
    /// Profiles.
    pub(crate) const PROFILE: Self = Self::Only(&[measurer::PROFILE]);

    /// The measurers chosen.
    pub(crate) fn measurers(self) -> Vec<&'static dyn Measurer> {
        let chosen = |measurer: &&'static dyn Measurer| match self {
            Self::All => true,
            Self::Only(ids) => ids.contains(&measurer.id()),
            Self::CheckAll | Self::CheckSmoke => false,
        };
        all().into_iter().filter(chosen).collect()
    }

    /// Whether measured sizes are looked at, at all.
    pub(crate) fn includes_measured_sizes(self) -> bool {
        self != Self::CheckSmoke
    }

    /// Whether iterations are timed, so that a slow case needs its plain runs.
    pub(crate) fn times(self) -> bool {
        let times = |measurer: &&'static dyn Measurer| measurer::TIMERS.contains(&measurer.id());
        self.measurers().iter().any(times)
    }
}
