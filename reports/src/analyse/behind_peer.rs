//! Kernels on which a peer is faster than all that we have.

use super::Analyser;
use crate::report::peers::{verdict, why};
use crate::summary::{Contest, Standing, Summary, contests};
use crate::{Finding, Run, Severity, format};

/// Reports each kernel and thread count at which the best peer beats our best variant, with the reason
/// as far as the figures tell: a note where ours is at the machine's ceiling.
pub(super) struct BehindPeer;

impl Analyser for BehindPeer {
    fn id(&self) -> &'static str {
        "behind_peer"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let contests = contests(summary);
        let behind = contests.iter().filter(|own| own.standing() == Standing::Behind);
        behind.map(|contest| self.finding(contest)).collect()
    }
}

impl BehindPeer {
    fn finding(&self, contest: &Contest<'_>) -> Finding {
        let severity = if contest.is_at_the_ceiling() { Severity::Note } else { Severity::Warning };
        let message = format!(
            "with {} `{}` of a peer takes {} of the time of our best, `{}`: {}",
            format::plural(contest.threads, "thread"),
            contest.peer.label(),
            format::percent_whole(contest.ahead.interval.estimate),
            contest.ours.label(),
            why(contest)
        );
        Finding::about(self.id(), severity, &contest.ours.case, message)
            .with("verdict", verdict(contest))
            .with("their time over ours", format::ratio_interval(&contest.ahead.interval))
    }
}
