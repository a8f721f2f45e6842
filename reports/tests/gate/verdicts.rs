//! One verdict each: what leads to it, and what does not.

use amdahl_reports::gate::{
    Limit, SideFailure, TimeOutcome, Trial, Verdict, Which, alarms, for_second_stage, judge,
    judge_times,
};
use amdahl_reports::{Failure, FailureKind};

use crate::plant::{blocks, looked_at, run, spread, steady, trial};

fn outcome(trial: Trial) -> TimeOutcome {
    judge_times(&[trial]).remove(0).outcome
}

fn failing(side: Which, in_check: bool) -> Trial {
    let failure = Failure { kind: FailureKind::Panicked, reason: "it fell over".to_owned() };
    Trial { failure: Some(SideFailure { side, in_check, failure }), ..trial("zip", &[]) }
}

#[test]
fn steady_cases_pass_with_a_bound() {
    let judged = judge(&run(vec![trial("zip", &steady(0.0)), trial("faer", &steady(-0.001))]));
    assert_eq!(judged.verdict, Verdict::Pass);
    let sight = judged.sight.expect("every case has a bound");
    // Sixteen values within 0.4 % of 0: the bound lies within their range.
    assert!((0.0005..0.005).contains(&sight), "{sight}");
    assert_eq!(judged.cases[1].time.bound, judged.cases[1].time.change.map(|c| c.high));
}

#[test]
fn a_suspect_is_convicted_by_fresh_launches_only() {
    let suspect = trial("zip", &steady(0.03));
    assert_eq!(for_second_stage(std::slice::from_ref(&suspect)), [0]);
    assert_ne!(outcome(suspect.clone()), TimeOutcome::Slower);
    assert_eq!(outcome(looked_at(suspect.clone(), &steady(0.03))), TimeOutcome::Slower);
    assert_eq!(outcome(looked_at(suspect, &steady(0.0))), TimeOutcome::Within);
}

#[test]
fn a_steady_case_is_not_looked_at_again_and_a_vague_one_is() {
    let trials = [trial("zip", &steady(0.0)), trial("faer", &spread(0.0, 0.02))];
    assert_eq!(for_second_stage(&trials), [1]);
}

#[test]
fn what_could_not_have_been_seen_is_no_pass() {
    let vague = looked_at(trial("zip", &spread(0.0, 0.02)), &spread(0.0, 0.02));
    let judged = judge(&run(vec![trial("faer", &steady(0.0)), vague]));
    assert_eq!(judged.verdict, Verdict::Inconclusive);
    assert!(judged.reasons[0].contains("1 case is undecided"), "{:?}", judged.reasons);
}

#[test]
fn a_case_cut_short_by_the_budget_is_undecided() {
    let cut = outcome(looked_at(trial("zip", &steady(0.03)), &steady(0.03)[..7]));
    assert!(matches!(&cut, TimeOutcome::Undecided(why) if why.contains("7 launches")), "{cut:?}");
    assert!(matches!(outcome(trial("zip", &[])), TimeOutcome::Undecided(_)));
}

#[test]
fn a_limit_of_its_own_forgives_a_case_and_is_asked_of_its_bound_too() {
    let slower = looked_at(trial("zip", &steady(0.03)), &steady(0.03));
    let limit = Limit { fraction: 0.05, reason: Some("a rewrite".to_owned()), ..Limit::NONE };
    assert_eq!(outcome(Trial { limit, ..slower.clone() }), TimeOutcome::Within);
    // 50 µs of 1 ms are 5 %.
    let limit = Limit { absolute: 5e4, ..Limit::NONE };
    assert_eq!(outcome(Trial { limit, ..slower }), TimeOutcome::Within);
}

#[test]
fn what_became_faster_is_told_and_passes() {
    let judged = judge(&run(vec![trial("zip", &steady(-0.05))]));
    assert_eq!(judged.verdict, Verdict::Pass);
    assert_eq!(judged.cases[0].time.outcome, TimeOutcome::Faster);
}

#[test]
fn one_block_more_is_a_regression_whatever_the_clock_says() {
    let mut more = run(vec![trial("zip", &spread(0.0, 0.02))]);
    more.cases[0].exact = vec![blocks(&[2.0; 3], &[3.0; 3])];
    let judged = judge(&more);
    assert_eq!(judged.verdict, Verdict::Regression);
    assert!(judged.reasons[0].contains("1 case allocates more"), "{:?}", judged.reasons);
}

#[test]
fn a_canary_that_alarms_takes_the_clocks_word_and_leaves_the_counts() {
    let mut shaky = run(vec![looked_at(trial("zip", &steady(0.03)), &steady(0.03))]);
    assert_eq!(judge(&shaky).verdict, Verdict::Regression);
    shaky.canaries = vec![trial("canary", &steady(-0.03))];
    assert_eq!(alarms(&shaky.canaries).len(), 1);
    let judged = judge(&shaky);
    assert_eq!(judged.verdict, Verdict::Inconclusive);
    assert!(judged.reasons[0].contains("a copy of itself"), "{:?}", judged.reasons);
    shaky.cases[0].exact = vec![blocks(&[2.0; 3], &[3.0; 3])];
    assert_eq!(judge(&shaky).verdict, Verdict::Regression);
}

#[test]
fn without_a_canary_or_a_case_nothing_passes() {
    let mut blind = run(vec![trial("zip", &steady(0.0))]);
    blind.canaries.clear();
    assert_eq!(judge(&blind).verdict, Verdict::Inconclusive);
    assert_eq!(judge(&run(Vec::new())).verdict, Verdict::Inconclusive);
}

#[test]
fn a_case_that_fails_in_the_head_alone_is_a_regression() {
    let good = || trial("faer", &steady(0.0));
    let of = |failed: Trial| judge(&run(vec![good(), failed])).verdict;
    assert_eq!(of(failing(Which::Head, true)), Verdict::Regression);
    assert_eq!(of(failing(Which::Head, false)), Verdict::Regression);
    assert_eq!(of(failing(Which::Base, true)), Verdict::Pass);
    assert_eq!(of(failing(Which::Base, false)), Verdict::Inconclusive);
}

#[test]
fn another_compiler_is_reported_and_not_held_against_the_head() {
    let mut other = run(vec![looked_at(trial("zip", &steady(0.03)), &steady(0.03))]);
    other.head.rustc = Some("rustc 1.96.0".to_owned());
    let judged = judge(&other);
    assert_eq!((judged.verdict, judged.verdict.code()), (Verdict::Rebaseline, 0));
    assert!(judged.reasons[0].contains("1.95.0 and rustc 1.96.0"), "{:?}", judged.reasons);
    assert!(judged.reasons[1].contains("1 case is slower"), "{:?}", judged.reasons);
    other.head.rustc = other.base.rustc.clone();
    other.head.lock = None;
    assert_eq!(judge(&other).verdict, Verdict::Regression, "what is unknown does not differ");
}

#[test]
fn another_compiler_does_not_forgive_a_case_that_fails() {
    let mut other = run(vec![trial("faer", &steady(0.0)), failing(Which::Head, true)]);
    other.head.lock = Some("00000000".to_owned());
    assert_eq!(judge(&other).verdict, Verdict::Regression);
}
