//! Acceptances of `amdahl.toml` that this gate did without: somebody should remove them.

use super::{DEFAULT_LIMIT, ExactOutcome, GateRun, Judgement};
use crate::Metric;

/// An increase of one case that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The case's name.
    pub case: String,
    /// The metric's id.
    pub metric: String,
}

/// A sentence for each acceptance of a compared case that is no longer needed: the base has the accepted
/// count, the head has no more than the base, or the case is certainly not slower than any case may be.
pub fn no_longer_needed(
    accepted: &[Acceptance],
    run: &GateRun,
    judgement: &Judgement,
) -> Vec<String> {
    let said = accepted.iter().filter_map(|own| {
        let why = needless(own, run, judgement)?;
        Some(format!(
            "`amdahl.toml` accepts {} of `{}`, which it no longer needs: {why}.",
            own.metric, own.case
        ))
    });
    said.collect()
}

fn needless(own: &Acceptance, run: &GateRun, judgement: &Judgement) -> Option<&'static str> {
    let mut cases = run.cases.iter().zip(&judgement.cases);
    let (case, result) = cases.find(|(case, _)| case.time.case.to_string() == own.case)?;
    if own.metric == Metric::WALL_TIME.id {
        let bound = result.time.change.filter(|_| case.time.failure.is_none())?.high;
        return (bound <= DEFAULT_LIMIT).then_some("the case is not slower");
    }
    let at = case.exact.iter().position(|counts| counts.metric == own.metric)?;
    let (counts, exact) = (&case.exact[at], &result.exact[at]);
    let reached = counts.limit.up_to.zip(exact.base).is_some_and(|(up_to, base)| base >= up_to);
    match exact.outcome {
        ExactOutcome::Unchanged | ExactOutcome::Decreased if reached => Some("the base has it too"),
        // Counts of several threads depend on the schedule: the next gate may see more again.
        ExactOutcome::Unchanged | ExactOutcome::Decreased if case.time.case.threads == 1 => {
            Some("the head has no more than the base")
        }
        _ => None,
    }
}
