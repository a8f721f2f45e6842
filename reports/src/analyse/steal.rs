//! Time that the hypervisor gave to others.

use super::Analyser;
use crate::format;
use crate::summary::Summary;
use crate::{Finding, Run, Severity};

/// Steal above which single samples cannot be trusted, in per cent: quiet guests show a few tenths,
/// and bursts of one per cent already outweigh the differences that are ranked.
const TOO_MUCH_STEAL_PERCENT: f64 = 1.0;

/// Reports a machine that was not ours.
pub(super) struct Steal;

impl Analyser for Steal {
    fn id(&self) -> &'static str {
        "steal"
    }

    fn analyse(&self, run: &Run, _: &Summary) -> Vec<Finding> {
        let steal = run.info.conditions.steal_percent;
        let Some(steal) = steal.filter(|steal| *steal > TOO_MUCH_STEAL_PERCENT) else {
            return Vec::new();
        };
        let message = format!(
            "the hypervisor gave {} of the processor's time to others during the run: trust \
             paired figures only, or measure again on a quiet machine",
            format::percent(steal / 100.0)
        );
        vec![
            Finding::of_run(self.id(), Severity::Warning, message)
                .with("steal", format::percent(steal / 100.0)),
        ]
    }
}
