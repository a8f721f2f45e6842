//! What is said of the gate itself, from suites that are made up.

use amdahl_reports::CaseId;
use amdahl_reports::gate::evaluation::{
    CriterionCase, CriterionSays, CriterionSuite, Evaluation, GateSuite, Plant, PlantKind, Rate,
    Suite, SuiteKind, evaluation_document, relabelled_alarms, requirements,
};
use amdahl_reports::gate::{Trial, judge};
use amdahl_reports::render;
use amdahl_reports::wire::{decode_suites, encode_suite};

use crate::plant::{looked_at, run, spread, steady, trial};

fn plant(variant: &str, percent: f64) -> Plant {
    let (kernel, kind) = ("sum".to_owned(), PlantKind::Loop);
    Plant { kernel, variant: variant.to_owned(), kind, percent }
}

fn suite(kind: SuiteKind, neighbour: bool, plants: Vec<Plant>, trials: Vec<Trial>) -> Suite {
    Suite::Gate(Box::new(GateSuite { kind, neighbour, plants, run: run(trials) }))
}

fn quiet(neighbour: bool) -> Suite {
    suite(SuiteKind::Unchanged, neighbour, Vec::new(), vec![trial("zip", &steady(0.0))])
}

/// A case slower by so much, confirmed.
fn slower(variant: &str, by: f64) -> Trial {
    looked_at(trial(variant, &steady(by)), &steady(by))
}

/// A suite in which 2 and 3 % were planted, and both found.
fn found() -> Suite {
    let trials = vec![slower("two", 0.02), slower("three", 0.03), trial("zip", &steady(0.0))];
    suite(SuiteKind::Planted, false, vec![plant("two", 2.0), plant("three", 3.0)], trials)
}

/// The same with neither found: one was passed over, one left open.
fn missed() -> Suite {
    let open = looked_at(trial("three", &spread(0.0, 0.02)), &spread(0.0, 0.02));
    let trials = vec![trial("two", &steady(0.0)), open];
    suite(SuiteKind::Planted, true, vec![plant("two", 2.0), plant("three", 3.0)], trials)
}

fn by_criterion() -> Suite {
    let case =
        |variant: &str, says| CriterionCase { case: CaseId::new("sum", variant, "1000", 1), says };
    Suite::Criterion(CriterionSuite {
        started: "2026-01-02T03:04:05Z".to_owned(),
        seed: 7,
        neighbour: false,
        took_s: 170.0,
        plants: vec![plant("two", 2.0)],
        cases: vec![
            case("two", Some(CriterionSays::Regressed)),
            case("zip", Some(CriterionSays::Regressed)),
            case("faer", Some(CriterionSays::Improved)),
            case("rayon", Some(CriterionSays::Nothing)),
            case("failing", None),
        ],
    })
}

/// What is said of each requirement.
fn said(suites: &[Suite], relabelled: Rate) -> Vec<(String, String)> {
    let all = requirements(&Evaluation::new(suites), relabelled);
    all.into_iter().map(|own| (own.what.clone(), own.said())).collect()
}

const QUIET: Rate = Rate { hits: 4, of: 2_000 };

#[test]
fn a_gate_that_is_right_meets_what_is_required_and_says_how_little_few_suites_show() {
    let said = said(&[quiet(false), quiet(true), found()], QUIET);
    assert!(said.iter().all(|(_, said)| said.starts_with("met")), "{said:#?}");
    // No alarm of two: 1 - 0.025^(1/2) = 84.2 %.
    assert_eq!(said[0].1, "met, though it could be as much as 84.2 %");
    assert_eq!(said[1].1, "met");
}

#[test]
fn what_is_missed_is_said_with_how_much_is_missing() {
    let alarm = suite(
        SuiteKind::Unchanged,
        false,
        Vec::new(),
        vec![slower("zip", 0.03), trial("faer", &steady(0.0))],
    );
    let said = said(&[quiet(false), alarm, found(), missed()], Rate { hits: 40, of: 2_000 });
    // One of two alarms, 2 % of the relabellings, half of the rest.
    let wanted = ["49.0", "1.0", "40.0", "45.0", "30.0"];
    for ((what, said), points) in said.iter().zip(wanted) {
        assert!(said.starts_with(&format!("missed by {points}")), "{what}: {said}");
    }
    assert_eq!(said[5].1.split(',').next(), Some("met"));
}

#[test]
fn nothing_measured_is_no_requirement_met() {
    let said = said(&[], Rate::default());
    assert!(said.iter().all(|(_, said)| said.starts_with("not measured")), "{said:#?}");
}

#[test]
fn a_conviction_that_canaries_cast_doubt_on_finds_nothing() {
    let Suite::Gate(mut doubtful) = found() else { panic!("a suite of the gate") };
    doubtful.run.canaries = vec![trial("canary", &steady(0.05))];
    let suites = [Suite::Gate(doubtful)];
    let all = requirements(&Evaluation::new(&suites), QUIET);
    assert_eq!(all[3].all, Rate { hits: 0, of: 1 });
}

#[test]
fn shares_and_intervals_are_those_of_the_counts() {
    let rate = Rate::of([true, false, false, false]);
    assert_eq!(rate, Rate { hits: 1, of: 4 });
    // Clopper and Pearson for 1 of 4: 0.6 and 80.6 %.
    assert_eq!(rate.text(), "1 of 4: 25 % [0.6 %, 80.6 %]");
    assert_eq!(Rate::default().text(), "");
}

#[test]
fn relabelled_launches_of_steady_cases_alarm_no_more_than_the_test_allows() {
    let noisy: Vec<Trial> =
        (0..10).map(|at| trial(&format!("v{at}"), &spread(0.0, 0.004))).collect();
    let rate = relabelled_alarms(&[&noisy], 400);
    assert_eq!(rate.of, 400);
    assert!(rate.hits <= 4, "{rate:?}");
    assert_eq!(relabelled_alarms(&[&noisy], 400), rate, "the same draws give the same rate");
    assert_eq!(relabelled_alarms(&[], 400), Rate::default());
}

#[test]
fn a_relabelling_can_alarm() {
    // Every launch far from 0: sixteen of equal sign come once in
    // 32,768, but 24 stand-ins are drawn from sixteen, with signs of their own, so a rank sum beyond 1 %
    // on the slow side comes about once in four hundred.
    let far = [trial("far", &spread(0.2, 0.012))];
    let rate = relabelled_alarms(&[&far], 4_000);
    assert!((1..=40).contains(&rate.hits), "{rate:?}");
}

#[test]
fn suites_go_through_their_file_and_a_broken_line_is_left_out() {
    let suites = [quiet(true), missed(), by_criterion()];
    let text: String = suites.iter().map(encode_suite).collect();
    assert_eq!(decode_suites(text.as_bytes()).expect("its own text"), suites);
    assert!(text.lines().next().is_some_and(|line| line.contains("\"code\":0")), "for readers");
    let broken = &text[..text.len() - 9];
    assert_eq!(decode_suites(broken.as_bytes()).expect("whole lines"), suites[..2]);
    let wrong = text.replacen("unchanged", "different", 1);
    assert!(decode_suites(wrong.as_bytes()).is_err());
    let newer = text.replacen("\"version\":1", "\"version\":9", 1);
    assert!(decode_suites(newer.as_bytes()).unwrap_err().to_string().contains('9'));
}

#[test]
fn the_document_tells_all_of_it() {
    let trials =
        vec![trial("zip", &steady(0.002)), slower("faer", 0.04), trial("simd", &steady(-0.03))];
    let relinked = suite(SuiteKind::Relinked, false, Vec::new(), trials);
    let suites = [quiet(false), quiet(true), found(), missed(), relinked, by_criterion()];
    insta::assert_snapshot!(render::markdown(&evaluation_document(&Evaluation::new(&suites))));
}

#[test]
fn what_another_layout_changes_is_no_false_alarm() {
    let trials =
        || vec![slower("zip", 0.04), trial("faer", &steady(-0.03)), trial("simd", &steady(0.0))];
    let text = |kind| {
        let suites = [quiet(false), suite(kind, false, Vec::new(), trials())];
        render::markdown(&evaluation_document(&Evaluation::new(&suites)))
    };
    let relinked = text(SuiteKind::Relinked);
    assert!(relinked.contains("between copies of one file, so many are called slower: 0 of 1:"));
    assert!(relinked.contains("Of its cases so many are called slower: 1 of 3:"), "{relinked}");
    assert!(relinked.contains("and slower or faster: 2 of 3:"), "{relinked}");
    assert!(relinked.contains("by 3.5 % (median; at most 4.1 %)"), "{relinked}");
    let unchanged = text(SuiteKind::Unchanged);
    assert!(unchanged.contains("so many are called slower: 1 of 4:"), "{unchanged}");
}

#[test]
fn an_empty_evaluation_says_what_is_missing() {
    let text = render::markdown(&evaluation_document(&Evaluation::new(&[])));
    assert!(text.contains("No suite went through the gate yet."), "{text}");
    assert!(text.contains("not measured"), "{text}");
}

#[test]
fn a_suite_is_judged_by_what_was_measured_and_not_by_what_was_written() {
    let text = encode_suite(&found()).replacen("\"code\":2", "\"code\":0", 1);
    let read = decode_suites(text.as_bytes()).expect("a line");
    let [Suite::Gate(read)] = &read[..] else { panic!("a suite of the gate") };
    assert_eq!(judge(&read.run).verdict.code(), 2);
}
