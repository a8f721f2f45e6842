//! Which passes a run makes.

use crate::plan::Group;

/// The passes after the check, which every run makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "one switch a pass")]
pub(crate) struct Passes {
    /// The measured sizes at all; without it smoke sizes alone are checked.
    pub(crate) measured: bool,
    /// A timer of the caller's own: criterion.
    pub(crate) timer: bool,
    /// The interleaved sampler.
    pub(crate) interleaved: bool,
    /// Stages of pipelines.
    pub(crate) stages: bool,
    /// Heap.
    pub(crate) heap: bool,
    /// CPU profiles, at the largest size.
    pub(crate) profile: bool,
}

impl Passes {
    /// Everything, as `cargo bench` does.
    pub(crate) const ALL: Self = Self {
        measured: true,
        timer: true,
        interleaved: true,
        stages: true,
        heap: true,
        profile: true,
    };
    /// The check alone, at smoke sizes.
    pub(crate) const SMOKE: Self = Self {
        measured: false,
        timer: false,
        interleaved: false,
        stages: false,
        heap: false,
        profile: false,
    };
    /// The check alone, at every size.
    pub(crate) const CHECK: Self = Self { measured: true, ..Self::SMOKE };

    /// Steps that a group makes.
    pub(crate) fn count(self, group: &Group) -> usize {
        if !self.measured {
            return 0;
        }
        let once = 1 + usize::from(self.interleaved);
        let each = usize::from(self.timer)
            + usize::from(self.stages && group.has_stages)
            + usize::from(self.heap)
            + usize::from(self.profile && group.is_largest);
        once + each * group.cases.len()
    }
}
