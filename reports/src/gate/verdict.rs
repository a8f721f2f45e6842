//! The verdict of a whole gate: the worst that is certain, else what could not be told.

use super::{
    Cause, ExactOutcome, ExactResult, GateRun, Rule, TimeOutcome, TimeResult, Trial, alarms,
    judge_exact, judge_times,
};
use crate::{format, measurer};

/// What a gate ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No regression, and none of any size that matters could have hidden.
    Pass,
    /// At least one, confirmed.
    Regression,
    /// Nobody can tell.
    Inconclusive,
    /// Compiler or dependencies differ too: reported, and not held against the head.
    Rebaseline,
}

impl Verdict {
    /// The words for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pass => "no regression",
            Self::Regression => "regression",
            Self::Inconclusive => "inconclusive",
            Self::Rebaseline => "rebaseline",
        }
    }

    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Pass | Self::Rebaseline => 0,
            Self::Regression => 2,
            Self::Inconclusive => 3,
        }
    }
}

/// What is said of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseResult {
    /// Of its time.
    pub time: TimeResult,
    /// Of its deterministic metrics, in the order of [`super::GatedCase::exact`].
    pub exact: Vec<ExactResult>,
    /// Why it is slower, where that was looked into.
    pub cause: Option<Cause>,
}

impl CaseResult {
    /// Whether a deterministic metric grew beyond its limit.
    pub fn grew(&self) -> bool {
        self.exact.iter().any(|exact| exact.outcome == ExactOutcome::Increased)
    }

    /// Whether it counts against the head.
    pub fn is_regression(&self) -> bool {
        self.grew() || matches!(self.time.outcome, TimeOutcome::Slower | TimeOutcome::Failed(_))
    }
}

/// All that is said of a gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in sentences without a full stop, the weightiest first.
    pub reasons: Vec<String>,
    /// Of each case, in the order of [`GateRun::cases`].
    pub cases: Vec<CaseResult>,
    /// No case that was compared and not found slower is slower by more than this, as a fraction, each
    /// at [`super::BOUND_CONFIDENCE`]: the smallest slow-down that could not have hidden. `None` where
    /// there is a case without a bound.
    pub sight: Option<f64>,
}

/// Judges what was measured.
pub fn judge(run: &GateRun) -> Judgement {
    let trials: Vec<Trial> = run.cases.iter().map(|case| case.time.clone()).collect();
    let cases: Vec<CaseResult> = judge_times(&trials)
        .into_iter()
        .zip(&run.cases)
        .map(|(time, case)| {
            let exact = case.exact.iter().map(judge_exact).collect();
            explained(run, &case.time, CaseResult { time, exact, cause: None })
        })
        .collect();
    let unfound = |result: &&CaseResult| {
        use TimeOutcome::{Failed, NotComparable, Slower, SlowerByLayout};
        !matches!(result.time.outcome, NotComparable(_) | Failed(_) | Slower | SlowerByLayout)
    };
    let bounds: Option<Vec<f64>> =
        cases.iter().filter(unfound).map(|result| result.time.bound).collect();
    let sight = bounds.and_then(|bounds| bounds.into_iter().reduce(f64::max));
    let (verdict, reasons) = verdict(run, &cases);
    Judgement { verdict, reasons, cases, sight }
}

/// The result of a case with why it is slower, where that was looked into: what is the layout's alone
/// becomes a warning.
fn explained(run: &GateRun, trial: &Trial, mut result: CaseResult) -> CaseResult {
    let own = run.explanations.iter().find(|own| own.case == trial.case);
    if result.time.outcome == TimeOutcome::Slower {
        result.cause = own.map(|own| own.cause(trial));
    }
    if result.cause == Some(Cause::LayoutOnly) {
        result.time.outcome = TimeOutcome::SlowerByLayout;
    }
    result
}

/// In how many cases a count of this measurer grew.
fn grew(run: &GateRun, cases: &[CaseResult], measurer: &str) -> usize {
    let is_own = |metric: &str| Rule::of(metric).is_some_and(|rule| rule.measurer == measurer);
    let grew = run.cases.iter().zip(cases).filter(|(case, result)| {
        let mut exact = case.exact.iter().zip(&result.exact);
        exact.any(|(counts, own)| is_own(&counts.metric) && own.outcome == ExactOutcome::Increased)
    });
    grew.count()
}

fn verdict(run: &GateRun, cases: &[CaseResult]) -> (Verdict, Vec<String>) {
    let count = |keep: &dyn Fn(&CaseResult) -> bool| cases.iter().filter(|case| keep(case)).count();
    let say = |n: usize, one: &str, many: &str| {
        (n > 0)
            .then(|| format!("{} {}", format::plural(n, "case"), if n == 1 { one } else { many }))
    };
    let slower = count(&|case| case.time.outcome == TimeOutcome::Slower);
    let failed = count(&|case| matches!(case.time.outcome, TimeOutcome::Failed(_)));
    let by_layout = count(&|case| case.time.outcome == TimeOutcome::SlowerByLayout);
    let undecided = count(&|case| matches!(case.time.outcome, TimeOutcome::Undecided(_)));
    let compared = count(&|case| !matches!(case.time.outcome, TimeOutcome::NotComparable(_)));
    let failures = say(failed, "fails in the head", "fail in the head");
    let blocks = say(grew(run, cases, measurer::HEAP), "allocates more", "allocate more");
    let instructions = say(
        grew(run, cases, measurer::INSTRUCTIONS),
        "executes more instructions",
        "execute more instructions",
    );
    let warning = say(
        by_layout,
        "is slower by its layout alone, which is a warning",
        "are slower by their layout alone, which is a warning",
    );
    let slow = say(slower, "is slower", "are slower");
    let differs = rebaseline(run);
    if !differs.is_empty() && failed == 0 {
        let seen = [slow, blocks, instructions, warning].into_iter().flatten();
        return (Verdict::Rebaseline, differs.into_iter().chain(seen).collect());
    }
    let doubts = doubts(run, undecided, compared);
    // What the clock says is not believed beside a canary that alarms; counts are.
    let believed = if alarms(&run.canaries).is_empty() { slow } else { None };
    let certain: Vec<String> =
        [failures, blocks, instructions, believed].into_iter().flatten().collect();
    if !certain.is_empty() {
        return (Verdict::Regression, certain.into_iter().chain(doubts).chain(warning).collect());
    }
    if !doubts.is_empty() {
        return (Verdict::Inconclusive, doubts.into_iter().chain(warning).collect());
    }
    (Verdict::Pass, warning.into_iter().collect())
}

/// Why the verdict cannot be trusted to be a pass.
fn doubts(run: &GateRun, undecided: usize, compared: usize) -> Vec<String> {
    let mut doubts = Vec::new();
    let alarming = alarms(&run.canaries);
    if !alarming.is_empty() {
        let names: Vec<String> =
            alarming.iter().map(|canary| format!("`{}`", canary.case)).collect();
        doubts.push(format!(
            "the base differs from a copy of itself in {}: the machine is not steady enough",
            format::list(&names)
        ));
    }
    if run.canaries.iter().all(|canary| canary.screen.is_empty()) {
        doubts.push("no canary ran, so nothing vouches for the machine".to_owned());
    }
    if compared == 0 {
        doubts.push("no case could be compared".to_owned());
    }
    if undecided > 0 {
        let verb = if undecided == 1 { "is" } else { "are" };
        doubts.push(format!("{} {verb} undecided", format::plural(undecided, "case")));
    }
    doubts
}

/// What else than the code differs between the sides.
fn rebaseline(run: &GateRun) -> Vec<String> {
    let differ = |base: &Option<String>, head: &Option<String>| match (base, head) {
        (Some(base), Some(head)) if base != head => Some((base.clone(), head.clone())),
        _ => None,
    };
    let rustc = differ(&run.base.rustc, &run.head.rustc)
        .map(|(base, head)| format!("the compilers differ: {base} and {head}"));
    let lock = differ(&run.base.lock, &run.head.lock)
        .map(|_| "the lock files differ, and with them perhaps the dependencies".to_owned());
    rustc.into_iter().chain(lock).collect()
}
