//! One verdict each: what leads to it, and what does not.

use amdahl_reports::gate::{
    Acceptance, Cause, Limit, SideFailure, TimeOutcome, Trial, Verdict, Which, alarms,
    for_second_stage, has_passed, judge, judge_times, junit, no_longer_needed,
};
use amdahl_reports::{Failure, FailureKind};

use crate::plant::{blocks, explained, instructions, looked_at, run, spread, steady, trial};

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
    // All launches together are bounded by no 2 %, so it does not pass either.
    let cleared = outcome(looked_at(suspect, &steady(0.0)));
    assert!(matches!(cleared, TimeOutcome::Undecided(_)), "{cleared:?}");
}

#[test]
fn a_case_that_was_vague_passes_by_all_its_launches() {
    // The sixteen lie too far apart for a bound of 2 %; thirty-two bound it.
    let vague = trial("zip", &spread(0.0, 0.0055));
    assert_eq!(for_second_stage(std::slice::from_ref(&vague)), [0]);
    let judged = judge_times(&[looked_at(vague, &spread(0.0, 0.0055))]).remove(0);
    assert_eq!((judged.outcome, judged.launches), (TimeOutcome::Within, 32));
}

#[test]
fn a_case_has_passed_once_fresh_launches_leave_nothing_to_say() {
    let passes = |fresh: &[f64]| has_passed(&looked_at(trial("zip", &steady(0.0)), fresh));
    assert!(passes(&steady(0.0)));
    assert!(!has_passed(&trial("zip", &steady(0.0))), "no second stage");
    assert!(!passes(&[]), "it has not begun: what is suspect must be looked at");
    assert!(!passes(&spread(0.0, 0.02)), "vague");
    // Both are bounded by 2 %; which way they differ is said at the end.
    assert!(!passes(&steady(0.012)), "slower");
    assert!(!passes(&steady(-0.03)), "faster");
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
    // Six of one sign come once in 64, seven once in 128.
    let cut = outcome(looked_at(trial("zip", &steady(0.03)), &steady(0.03)[..6]));
    assert!(matches!(&cut, TimeOutcome::Undecided(why) if why.contains("slow-down")), "{cut:?}");
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

#[test]
fn more_instructions_are_a_regression_of_their_own_word() {
    let mut more = run(vec![trial("zip", &steady(0.0))]);
    more.cases[0].exact = vec![instructions(&[1e6; 2], &[1.01e6; 2])];
    let judged = judge(&more);
    assert_eq!(judged.verdict, Verdict::Regression);
    assert_eq!(judged.reasons[0], "1 case executes more instructions");
}

#[test]
fn a_slow_down_of_the_layout_alone_is_a_warning_and_fails_nobody() {
    let slower = || looked_at(trial("zip", &steady(0.03)), &steady(0.03));
    let mut both = run(vec![slower(), trial("faer", &steady(0.0))]);
    both.explanations = vec![explained("zip", &[0.001, 0.0, 0.03])];
    let judged = judge(&both);
    assert_eq!(judged.verdict, Verdict::Pass);
    assert_eq!(judged.cases[0].time.outcome, TimeOutcome::SlowerByLayout);
    assert!(judged.reasons[0].contains("by its layout alone"), "{:?}", judged.reasons);
    assert!(!junit(&both, &judged).contains("<failure"));
    both.explanations = vec![explained("zip", &[0.03, 0.03, 0.03])];
    let judged = judge(&both);
    assert_eq!(
        (judged.verdict, &judged.cases[0].cause),
        (Verdict::Regression, &Some(Cause::EveryLayout))
    );
    // An explanation excuses nothing but a time: a case that fails or allocates more still does.
    both.explanations = vec![explained("zip", &[0.0, 0.0, 0.0])];
    both.cases[0].exact = vec![blocks(&[2.0], &[3.0])];
    assert_eq!(judge(&both).verdict, Verdict::Regression);
}

#[test]
fn acceptances_that_nobody_needs_any_more_are_named_and_the_others_are_not() {
    let accepted =
        |metric: &str| Acceptance { case: "sum/zip/1000".to_owned(), metric: metric.to_owned() };
    let both = [accepted("heap_blocks"), accepted("wall_time")];
    let said = |shift: f64, base: f64, head: f64| {
        let mut run = run(vec![trial("zip", &steady(shift))]);
        let reason = Some("a cache".to_owned());
        run.cases[0].time.limit = Limit { fraction: 0.05, reason: reason.clone(), ..Limit::NONE };
        run.cases[0].exact = vec![blocks(&[base], &[head])];
        run.cases[0].exact[0].limit = Limit { up_to: Some(4.0), reason, ..Limit::NONE };
        no_longer_needed(&both, &run, &judge(&run))
    };
    assert_eq!(said(0.03, 3.0, 4.0), Vec::<String>::new(), "both are in use");
    let reached = said(0.03, 4.0, 4.0);
    assert!(
        reached.len() == 1 && reached[0].contains("heap_blocks of `sum/zip/1000`"),
        "{reached:?}"
    );
    assert!(reached[0].ends_with("the base has it too."), "{reached:?}");
    let less = said(0.0, 3.0, 3.0);
    assert!(less[0].ends_with("the head has no more than the base."), "{less:?}");
    assert!(less[1].ends_with("the case is not slower."), "{less:?}");
    let elsewhere = Acceptance { case: "sum/faer/1000".to_owned(), ..accepted("wall_time") };
    let run = run(vec![trial("zip", &steady(0.0))]);
    assert!(no_longer_needed(&[elsewhere], &run, &judge(&run)).is_empty(), "it was not compared");
}
