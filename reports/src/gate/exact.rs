//! Metrics that do not vary with the machine: counts, compared without statistics.
//!
//! A metric is one line in [`Rule::all`]. Counts of a case of one thread are the same every time; those
//! of several threads depend on the schedule, so there the lowest of one side must exceed the highest
//! of the other, and does so again in fresh processes before it counts.

use super::Limit;
use crate::{Metric, measurer};

/// A deterministic metric, and by how much it may differ without anybody having changed anything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// The metric.
    pub metric: Metric,
    /// The increase that is no news, as a fraction of the base's value.
    pub slack: f64,
    /// The id of the measurer that counts it.
    pub measurer: &'static str,
}

impl Rule {
    /// Every deterministic metric.
    pub const fn all() -> &'static [Self] {
        &[
            Self { metric: Metric::HEAP_BLOCKS, slack: 0.0, measurer: measurer::HEAP },
            Self { metric: Metric::HEAP_BYTES, slack: 0.0, measurer: measurer::HEAP },
            Self { metric: Metric::HEAP_PEAK, slack: 0.0, measurer: measurer::HEAP },
            // A few instructions come and go with a register's spill; half a per cent is a change.
            Self { metric: Metric::INSTRUCTIONS, slack: 0.005, measurer: measurer::INSTRUCTIONS },
        ]
    }

    /// The rules of what this measurer counts.
    pub fn of_measurer(measurer: &str) -> impl Iterator<Item = Self> {
        Self::all().iter().copied().filter(move |rule| rule.measurer == measurer)
    }

    /// The rule of the metric with this id.
    pub fn of(metric: &str) -> Option<Self> {
        Self::all().iter().copied().find(|rule| rule.metric.id == metric)
    }
}

/// The counts of one metric on both sides, per iteration.
#[derive(Debug, Clone, PartialEq)]
pub struct ExactCounts {
    /// The metric's id.
    pub metric: String,
    /// What it may grow by.
    pub limit: Limit,
    /// The base's, one a repeat; empty where it was not counted.
    pub base: Vec<f64>,
    /// The head's, one a repeat; empty where it was not counted.
    pub head: Vec<f64>,
    /// Why there are none, where there are none.
    pub missing: Option<String>,
}

/// What is said of a deterministic metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExactOutcome {
    /// More than the limit allows.
    Increased,
    /// More, within a limit that somebody set with a reason.
    Accepted(String),
    /// Less.
    Decreased,
    /// The same, or within what is no news.
    Unchanged,
    /// Not counted, and why.
    NotCounted(String),
}

/// What is said of a deterministic metric, with its figures.
#[derive(Debug, Clone, PartialEq)]
pub struct ExactResult {
    /// The conclusion.
    pub outcome: ExactOutcome,
    /// The lowest count of the base.
    pub base: Option<f64>,
    /// The lowest count of the head.
    pub head: Option<f64>,
}

fn range(values: &[f64]) -> Option<(f64, f64)> {
    let low = values.iter().copied().reduce(f64::min)?;
    Some((low, values.iter().copied().reduce(f64::max)?))
}

/// What is said of these counts.
pub fn judge_exact(counts: &ExactCounts) -> ExactResult {
    let (Some((base, base_high)), Some((head, head_high))) =
        (range(&counts.base), range(&counts.head))
    else {
        let why = counts.missing.clone().unwrap_or_else(|| "not counted on both sides".to_owned());
        return ExactResult { outcome: ExactOutcome::NotCounted(why), base: None, head: None };
    };
    let slack = Rule::of(&counts.metric).map_or(0.0, |rule| rule.slack) * base;
    let outcome = if head > base_high + slack {
        // What was seen to vary is forgiven; what the limit allows is counted from the lowest.
        match &counts.limit.reason {
            _ if head - base > counts.limit.allowed(base).max(slack) => ExactOutcome::Increased,
            Some(reason) => ExactOutcome::Accepted(reason.clone()),
            None => ExactOutcome::Unchanged,
        }
    } else if head_high < base - slack {
        ExactOutcome::Decreased
    } else {
        ExactOutcome::Unchanged
    };
    ExactResult { outcome, base: Some(base), head: Some(head) }
}

/// Whether counts must be repeated in fresh processes before an increase is believed: where they vary,
/// or may vary since several threads take part.
pub fn needs_another_look(counts: &ExactCounts, threads: usize) -> bool {
    let varies = |values: &[f64]| range(values).is_some_and(|(low, high)| low < high);
    let increased = judge_exact(counts).outcome == ExactOutcome::Increased;
    increased && (threads > 1 || varies(&counts.base) || varies(&counts.head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(base: &[f64], head: &[f64], limit: Limit) -> ExactCounts {
        let metric = Metric::HEAP_BLOCKS.id.to_owned();
        ExactCounts { metric, limit, base: base.to_vec(), head: head.to_vec(), missing: None }
    }

    fn outcome(base: &[f64], head: &[f64]) -> ExactOutcome {
        judge_exact(&counts(base, head, Limit::NONE)).outcome
    }

    #[test]
    fn one_block_more_is_an_increase_and_one_less_is_told() {
        assert_eq!(outcome(&[4.0; 3], &[5.0; 3]), ExactOutcome::Increased);
        assert_eq!(outcome(&[4.0; 3], &[4.0; 3]), ExactOutcome::Unchanged);
        assert_eq!(outcome(&[4.0; 3], &[3.0; 3]), ExactOutcome::Decreased);
    }

    #[test]
    fn counts_that_overlap_are_no_increase() {
        assert_eq!(outcome(&[4.0, 6.0], &[5.0, 7.0]), ExactOutcome::Unchanged);
        assert_eq!(outcome(&[4.0, 6.0], &[7.0, 9.0]), ExactOutcome::Increased);
    }

    #[test]
    fn an_accepted_increase_passes_with_its_reason_until_it_grows_again() {
        let reason = Some("a cache".to_owned());
        let limit = Limit { up_to: Some(6.0), reason, ..Limit::NONE };
        let judged = |head: f64| judge_exact(&counts(&[4.0], &[head], limit.clone())).outcome;
        assert_eq!(judged(6.0), ExactOutcome::Accepted("a cache".to_owned()));
        assert_eq!(judged(7.0), ExactOutcome::Increased);
    }

    #[test]
    fn what_was_not_counted_is_said_and_never_equal() {
        let mut none = counts(&[], &[3.0], Limit::NONE);
        none.missing = Some("no allocator is declared".to_owned());
        let outcome = judge_exact(&none).outcome;
        assert_eq!(outcome, ExactOutcome::NotCounted("no allocator is declared".to_owned()));
    }

    #[test]
    fn instructions_may_grow_by_half_a_per_cent() {
        let judged = |head: f64| {
            let metric = Metric::INSTRUCTIONS.id.to_owned();
            let limit = Limit::fraction(Rule::of(&metric).expect("a rule").slack);
            judge_exact(&ExactCounts { metric, ..counts(&[1e6, 1e6], &[head, head], limit) })
                .outcome
        };
        assert_eq!(judged(1.004e6), ExactOutcome::Unchanged);
        assert_eq!(judged(1.006e6), ExactOutcome::Increased);
        assert_eq!(judged(0.994e6), ExactOutcome::Decreased);
    }

    #[test]
    fn only_counts_that_may_vary_are_looked_at_again() {
        let more = counts(&[4.0; 3], &[5.0; 3], Limit::NONE);
        assert!(!needs_another_look(&more, 1));
        assert!(needs_another_look(&more, 2));
        assert!(needs_another_look(&counts(&[4.0; 2], &[5.0, 6.0], Limit::NONE), 1));
        assert!(!needs_another_look(&counts(&[4.0; 3], &[4.0; 3], Limit::NONE), 2));
    }
}
