//! Kernels on which a peer is faster than all that we have, or may be.

use super::Analyser;
use crate::report::peers::{verdict, why, why_level};
use crate::summary::{Contest, Standing, Summary, contests};
use crate::{Finding, Run, Severity, format};

/// Reports each kernel and thread count at which the best peer beats our best variant, with the reason
/// as far as the figures tell: a note where ours is at the machine's ceiling. A note, too, where it cannot
/// be told who is faster.
pub(super) struct BehindPeer;

impl Analyser for BehindPeer {
    fn id(&self) -> &'static str {
        "behind_peer"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let contests = contests(summary);
        let findings = contests.iter().filter_map(|contest| match contest.standing() {
            Standing::Ahead => None,
            Standing::Level => Some(self.level(contest)),
            Standing::Behind => Some(self.behind(contest)),
        });
        findings.collect()
    }
}

impl BehindPeer {
    fn level(&self, contest: &Contest<'_>) -> Finding {
        let message = format!(
            "with {} it cannot be told whether our `{}` or `{}` of a peer is faster at `{}`: {}",
            format::plural(contest.threads, "thread"),
            contest.ours.label(),
            contest.peer.label(),
            contest.kernel,
            why_level(contest)
        );
        Finding::about(self.id(), Severity::Note, &contest.ours.case, message)
            .with("their time over ours", format::ratio_interval(&contest.ahead.interval))
    }

    fn behind(&self, contest: &Contest<'_>) -> Finding {
        let severity = if contest.is_at_the_ceiling() { Severity::Note } else { Severity::Warning };
        let message = format!(
            "with {} `{}` of a peer takes {} of the time of our best at `{}`, `{}`: {}",
            format::plural(contest.threads, "thread"),
            contest.peer.label(),
            format::percent_whole(contest.ahead.interval.estimate),
            contest.kernel,
            contest.ours.label(),
            why(contest)
        );
        Finding::about(self.id(), severity, &contest.ours.case, message)
            .with("verdict", verdict(contest))
            .with("their time over ours", format::ratio_interval(&contest.ahead.interval))
    }
}
