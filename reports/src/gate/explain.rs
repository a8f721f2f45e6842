//! Why a confirmed case is slower: other work, or the same work laid out otherwise.
//!
//! A slow-down that comes of where the linker put the code is gone when both builds are linked anew in
//! another order. Only that, together with equal counts, excuses a case; doubt never does.

use super::time::{Stand, stand};
use super::{ExactCounts, Trial};
use crate::{CaseId, Metric, format};

/// Instructions that differ by no more than this fraction are of the same work: what an allocator or a
/// hash does otherwise from one build to the next lies well below.
const SAME_INSTRUCTIONS: f64 = 0.001;

/// Fewer layouts than this excuse nothing.
const LEAST_LAYOUTS: usize = 3;

/// What was measured of a confirmed case beside the gate, outside its budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The case.
    pub case: CaseId,
    /// Instructions and heap of one iteration on both sides.
    pub exact: Vec<ExactCounts>,
    /// The same two sources laid out in other ways, the same way on both sides.
    pub layouts: Vec<Layout>,
    /// The differential flame graph, the head against the base: a file beside the result.
    pub flame_graph: Option<String>,
    /// What must be said beside the figures, in sentences.
    pub notes: Vec<String>,
}

/// One way of laying out both builds, with a log-ratio of head over base a launch.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// What was moved.
    pub kind: LayoutKind,
    /// How.
    pub name: String,
    /// The logarithms.
    pub launches: Vec<f64>,
}

/// What a layout moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayoutKind {
    /// The stack, by the length of the environment.
    Padded,
    /// The functions, by linking in another order.
    Relinked,
}

impl LayoutKind {
    /// Every kind.
    pub const fn all() -> [Self; 2] {
        [Self::Padded, Self::Relinked]
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Padded => "padded",
            Self::Relinked => "relinked",
        }
    }
}

/// Why a case is slower, as far as that can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It does other work: what differs.
    Work(String),
    /// It is slower in every layout, with equal counts or none.
    EveryLayout,
    /// The work is the same, and in other layouts it takes no longer.
    LayoutOnly,
    /// Nobody knows, and why.
    Unclear(String),
}

/// In how many layouts of a kind the head stood how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// All of them.
    pub all: usize,
    /// Where it was slower than the limit.
    pub slower: usize,
    /// Where a slow-down is bounded as a pass is.
    pub no_slower: usize,
}

impl Explanation {
    /// How the head stands over the layouts of a kind, by the limit of the case.
    pub fn tally(&self, kind: LayoutKind, trial: &Trial) -> Tally {
        let own = self.layouts.iter().filter(|layout| layout.kind == kind);
        own.fold(Tally::default(), |tally, layout| {
            let stands = stand(&layout.launches, trial);
            Tally {
                all: tally.all + 1,
                slower: tally.slower + usize::from(stands == Stand::Slower),
                no_slower: tally.no_slower + usize::from(stands == Stand::NoSlower),
            }
        })
    }

    /// Why the case is slower.
    pub fn cause(&self, trial: &Trial) -> Cause {
        let other: Vec<String> = self.exact.iter().filter_map(difference).collect();
        if !other.is_empty() {
            return Cause::Work(other.join(", "));
        }
        let tallies = LayoutKind::all().map(|kind| self.tally(kind, trial));
        let (all, slower) =
            tallies.iter().fold((0, 0), |sum, of| (sum.0 + of.all, sum.1 + of.slower));
        if all > 0 && slower == all {
            return Cause::EveryLayout;
        }
        let depends = |of: &Tally| of.all >= LEAST_LAYOUTS && 2 * of.no_slower >= of.all;
        if !tallies.iter().any(depends) {
            return Cause::Unclear(format!(
                "it is slower in {} of {}",
                format::count(slower as f64),
                format::plural(all, "other layout")
            ));
        }
        let instructions =
            self.exact.iter().find(|counts| counts.metric == Metric::INSTRUCTIONS.id);
        match instructions.and_then(|counts| counts.missing.as_ref()) {
            None if instructions.is_some() => Cause::LayoutOnly,
            None => Cause::Unclear("it depends on the layout; no instructions counted".to_owned()),
            Some(why) => {
                Cause::Unclear(format!("it depends on the layout; no instructions counted: {why}"))
            }
        }
    }
}

fn least(values: &[f64]) -> Option<f64> {
    values.iter().copied().reduce(f64::min)
}

/// What differs between the sides beyond what is of the same work.
fn difference(counts: &ExactCounts) -> Option<String> {
    let (base, head) = (least(&counts.base)?, least(&counts.head)?);
    let is_instructions = counts.metric == Metric::INSTRUCTIONS.id;
    let same = if is_instructions { SAME_INSTRUCTIONS * base } else { 0.0 };
    if (head - base).abs() <= same {
        return None;
    }
    let name = &counts.metric;
    Some(if base > 0.0 {
        let sign = if head > base { "+" } else { "" };
        format!("`{name}` {sign}{}", format::percent((head - base) / base))
    } else {
        format!("`{name}` {} instead of none", format::count(head))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::{Limit, Pairs};

    fn trial() -> Trial {
        Trial {
            case: CaseId::new("sum", "zip", "1000", 1),
            limit: Limit::fraction(0.01),
            base_ns: 1e6,
            iterations: 8,
            screen: Vec::new(),
            second: None,
            pairs: Pairs::default(),
            failure: None,
        }
    }

    fn counts(metric: Metric, base: f64, head: f64) -> ExactCounts {
        ExactCounts {
            metric: metric.id.to_owned(),
            limit: Limit::NONE,
            base: vec![base],
            head: vec![head],
            missing: None,
        }
    }

    /// Eight launches around a shift, within 0.1 % of it: their 99 % interval is their range.
    fn layout(kind: LayoutKind, shift: f64) -> Layout {
        let launches = (0..8).map(|at| shift + 0.0003 * (f64::from(at) - 3.5)).collect();
        Layout { kind, name: "1".to_owned(), launches }
    }

    fn explained(head_instructions: f64, relinked: &[f64], padded: &[f64]) -> Cause {
        let of = |kind, shifts: &[f64]| -> Vec<Layout> {
            shifts.iter().map(|shift| layout(kind, *shift)).collect()
        };
        let explanation = Explanation {
            case: trial().case,
            exact: vec![
                counts(Metric::INSTRUCTIONS, 1e6, head_instructions),
                counts(Metric::HEAP_BLOCKS, 2.0, 2.0),
            ],
            layouts: [of(LayoutKind::Relinked, relinked), of(LayoutKind::Padded, padded)].concat(),
            flame_graph: None,
            notes: Vec::new(),
        };
        explanation.cause(&trial())
    }

    #[test]
    fn other_counts_are_other_work_whatever_the_layouts_say() {
        let cause = explained(1.02e6, &[0.0, 0.0, 0.0], &[0.0; 8]);
        assert_eq!(cause, Cause::Work("`instructions` +2.0 %".to_owned()));
        let Cause::Work(fewer) = explained(0.9e6, &[], &[]) else { panic!("other work") };
        assert!(fewer.ends_with("-10.0 %"), "{fewer}");
    }

    #[test]
    fn equal_work_that_is_slower_in_one_layout_alone_is_the_layouts() {
        assert_eq!(explained(1.0005e6, &[0.03, 0.0, -0.01, 0.002], &[0.03; 8]), Cause::LayoutOnly);
        assert_eq!(explained(1e6, &[], &[0.05, 0.0, 0.0, 0.0]), Cause::LayoutOnly);
    }

    #[test]
    fn equal_work_that_is_slower_in_every_layout_stays_a_regression() {
        // A chain of dependent loads does as many instructions and takes longer wherever it lies.
        assert_eq!(explained(1e6, &[0.03, 0.031, 0.029], &[0.03; 8]), Cause::EveryLayout);
    }

    #[test]
    fn a_minority_of_layouts_or_too_few_of_them_excuse_nothing() {
        let minority = explained(1e6, &[0.03, 0.03, 0.0], &[]);
        assert_eq!(minority, Cause::Unclear("it is slower in 2 of 3 other layouts".to_owned()));
        assert!(matches!(explained(1e6, &[0.0, 0.0], &[]), Cause::Unclear(_)));
        assert!(matches!(explained(1e6, &[], &[]), Cause::Unclear(_)));
    }

    #[test]
    fn noise_is_no_excuse() {
        let noisy = Layout {
            launches: vec![-0.2, 0.2, -0.1, 0.1, 0.15, -0.15, 0.05, -0.05],
            ..layout(LayoutKind::Relinked, 0.0)
        };
        let explanation = Explanation {
            case: trial().case,
            exact: vec![counts(Metric::INSTRUCTIONS, 1e6, 1e6)],
            layouts: vec![noisy; 4],
            flame_graph: None,
            notes: Vec::new(),
        };
        assert!(matches!(explanation.cause(&trial()), Cause::Unclear(_)));
    }

    #[test]
    fn without_instructions_the_work_is_not_known_to_be_the_same() {
        let mut missing = counts(Metric::INSTRUCTIONS, 1e6, 1e6);
        (missing.base, missing.head) = (Vec::new(), Vec::new());
        missing.missing = Some("Valgrind cannot be run".to_owned());
        let explanation = Explanation {
            case: trial().case,
            exact: vec![missing],
            layouts: vec![layout(LayoutKind::Relinked, 0.0); 4],
            flame_graph: None,
            notes: Vec::new(),
        };
        let Cause::Unclear(why) = explanation.cause(&trial()) else { panic!("unknown work") };
        assert!(why.ends_with("counted: Valgrind cannot be run"), "{why}");
    }
}
