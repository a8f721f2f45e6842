//! Figures of a debug build, which say nothing of a release build.

use super::Analyser;
use crate::summary::Summary;
use crate::{Finding, Run, Severity};

/// Reports that debug assertions were compiled in.
pub(super) struct DebugBuild;

impl Analyser for DebugBuild {
    fn id(&self) -> &'static str {
        "debug_build"
    }

    fn analyse(&self, run: &Run, _: &Summary) -> Vec<Finding> {
        if !run.info.build.debug_assertions {
            return Vec::new();
        }
        let message = "these are figures of a debug build, which can be tens of times slower than \
                       a release build: measure with `cargo bench`";
        vec![
            Finding::of_run(self.id(), Severity::Problem, message)
                .with("profile", run.info.build.profile.clone()),
        ]
    }
}
