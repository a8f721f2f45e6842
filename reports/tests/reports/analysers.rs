//! Every analyser with a run that triggers it and one that does not.

use amdahl_reports::analyse::{all, analyse};
use amdahl_reports::{
    FailureKind, Finding, Measurement, Metric, Report, Role, Run, Series, Severity, measurer,
    render,
};

use crate::plant::{Plant, case, complete, kernel, samples};

/// A kernel with a reference of 1 ms, on a quiet machine.
fn plant() -> Plant {
    let variants = [("naive", Role::Reference), ("fast", Role::Serial), ("rayon", Role::Parallel)];
    Plant::new().kernel(kernel("k", &variants)).quick(&case("k", "naive", "big", 1), 1e6)
}

fn fast() -> amdahl_reports::CaseId {
    case("k", "fast", "big", 1)
}

fn findings(run: &Run, analyser: &str) -> Vec<Finding> {
    analyse(run).into_iter().filter(|finding| finding.analyser == analyser).collect()
}

/// The only finding of an analyser, after a check that a quiet run gives none.
fn only(run: &Run, analyser: &str) -> Finding {
    let quiet = plant().quick(&fast(), 1e5).0;
    assert_eq!(findings(&quiet, analyser), [], "a quiet run");
    let found = findings(run, analyser);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.into_iter().next().expect("one")
}

#[test]
fn a_quiet_run_has_no_findings() {
    assert_eq!(analyse(&plant().quick(&fast(), 1e5).0), []);
}

#[test]
fn findings_are_sorted_most_severe_first() {
    let severities: Vec<Severity> = analyse(&complete()).iter().map(|f| f.severity).collect();
    assert!(severities.is_sorted());
    assert!(severities.contains(&Severity::Problem) && severities.contains(&Severity::Note));
}

#[test]
fn every_analyser_file_is_in_all_under_its_own_name() {
    let source = include_str!("../../src/analyse/mod.rs");
    let mut files: Vec<&str> = source
        .lines()
        .filter_map(|line| line.trim_start_matches("pub(crate) ").strip_prefix("mod "))
        .filter_map(|rest| rest.strip_suffix(';'))
        .collect();
    let mut ids: Vec<&str> = all().iter().map(|analyser| analyser.id()).collect();
    files.sort_unstable();
    ids.sort_unstable();
    assert_eq!(files, ids);
}

#[test]
fn figures_of_a_debug_build_are_a_problem() {
    let mut run = plant().0;
    run.info.build.debug_assertions = true;
    assert_eq!(only(&run, "debug_build").severity, Severity::Problem);
}

#[test]
fn a_variant_that_disagrees_is_reported_once_for_all_its_sizes() {
    let wrong = |size| case("k", "fast", size, 1);
    let run = plant()
        .failed(&wrong("7x5"), measurer::CHECK, FailureKind::Disagreed, "at [0] it has NaN")
        .failed(&wrong("big"), measurer::CHECK, FailureKind::Disagreed, "at [9] it has NaN")
        .0;
    let finding = only(&run, "disagreement");
    assert_eq!(finding.severity, Severity::Problem);
    assert_eq!(
        finding.message,
        "`k/fast/7x5`: disagrees, at [0] it has NaN; its figures are not ranked"
    );
    assert_eq!(finding.evidence[0].value, "7x5, big");
}

#[test]
fn a_variant_that_panics_dies_or_hangs_is_a_disagreement_too() {
    for kind in [FailureKind::Panicked, FailureKind::Died, FailureKind::TimedOut] {
        let run = plant().failed(&fast(), measurer::CHECK, kind, "it stopped").0;
        assert!(only(&run, "disagreement").message.contains(kind.label()));
    }
}

#[test]
fn one_reason_for_not_measuring_is_one_note() {
    let run = plant()
        .quick(&fast(), 1e5)
        .not_measured(&fast(), "instructions", "no valgrind", "install valgrind")
        .not_measured(
            &case("k", "naive", "big", 1),
            "instructions",
            "no valgrind",
            "install valgrind",
        )
        .0;
    let finding = only(&run, "missing");
    assert_eq!(finding.severity, Severity::Note);
    assert_eq!(finding.message, "instructions not measured: no valgrind; install valgrind");
    assert_eq!(finding.evidence[0].value, "2");
}

#[test]
fn a_timer_that_failed_is_a_problem_and_a_profiler_a_warning() {
    let with = |by| plant().agreed(&fast()).failed(&fast(), by, FailureKind::Died, "signal 6").0;
    assert_eq!(only(&with(measurer::CRITERION), "missing").severity, Severity::Problem);
    assert_eq!(only(&with(measurer::PROFILE), "missing").severity, Severity::Warning);
}

#[test]
fn steal_above_one_per_cent_is_a_warning() {
    let mut run = plant().0;
    run.info.conditions.steal_percent = Some(2.5);
    assert!(only(&run, "steal").message.contains("2.5 %"));
    run.info.conditions.steal_percent = None;
    assert_eq!(findings(&run, "steal"), []);
}

#[test]
fn samples_that_spread_far_are_noise() {
    let run = plant().timed(&fast(), measurer::INTERLEAVED, samples(1e5, 0.5, 30, 1)).0;
    let finding = only(&run, "noise");
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(finding.case, Some(fast()));
}

#[test]
fn two_timers_that_contradict_each_other_are_a_note() {
    let alone = Series::single(Metric::WALL_TIME, samples(1.4e5, 0.02, 50, 2));
    let alone = Measurement { series: vec![alone], ..Measurement::default() };
    let run = plant().quick(&fast(), 1e5).measured(&fast(), measurer::CRITERION, alone).0;
    let finding = only(&run, "noise");
    assert_eq!(finding.severity, Severity::Note);
    assert!(finding.message.contains("1 of 1 case"), "{}", finding.message);
}

#[test]
fn a_sample_shorter_than_a_hundred_clock_readings_is_a_warning() {
    let run = plant().quick(&fast(), 3_000.0).0;
    let finding = only(&run, "clock");
    assert!(finding.message.contains("1.4 %"), "{}", finding.message);
}

#[test]
fn setup_longer_than_the_references_work_is_a_warning() {
    let setup = Series::single(Metric::SETUP_TIME, vec![2e6; 7]);
    let time = Series::single(Metric::WALL_TIME, samples(1e5, 0.02, 30, 1));
    let measurement = Measurement { series: vec![time, setup], ..Measurement::default() };
    let run = plant().agreed(&fast()).measured(&fast(), measurer::INTERLEAVED, measurement).0;
    assert!(only(&run, "setup").message.contains("2.00 ms"));
}

#[test]
fn an_in_place_variant_that_allocates_is_a_warning_with_its_call_site() {
    let allocates = |blocks| {
        plant().agreed_in_place(&fast()).heap(&fast(), (blocks, 64.0, 64.0), (blocks, 64.0)).0
    };
    let finding = only(&allocates(2.0), "allocation");
    assert!(finding.evidence.iter().any(|evidence| evidence.name.contains("covariance.rs:42")));
    assert_eq!(findings(&allocates(0.0), "allocation"), []);
    let not_in_place = plant().quick(&fast(), 1e5).heap(&fast(), (2.0, 64.0, 64.0), (2.0, 64.0)).0;
    assert_eq!(findings(&not_in_place, "allocation"), []);
}

#[test]
fn a_variant_slower_than_the_reference_is_a_warning() {
    let finding = only(&plant().quick(&fast(), 2e6).0, "slower_than_reference");
    assert_eq!(finding.message, "`fast` of `k` takes 2.00x the time of the reference at big");
    assert_eq!(findings(&plant().quick(&fast(), 1e6).0, "slower_than_reference"), []);
}

#[test]
fn threads_that_cost_more_than_they_give_are_a_warning() {
    let rayon = |threads| case("k", "rayon", "big", threads);
    let run = plant().quick(&rayon(1), 1e5).quick(&rayon(2), 1.5e5).0;
    let finding = only(&run, "parallel_slower");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.message.contains("itself on one thread"));
    let faster = plant().quick(&rayon(1), 2e5).quick(&rayon(2), 1.2e5);
    let behind = faster.quick(&fast(), 1e5).0;
    let finding = only(&behind, "parallel_slower");
    assert_eq!(finding.severity, Severity::Note);
    assert!(finding.message.contains("the best serial variant, `fast`"));
}

#[test]
fn a_winner_that_has_not_won_is_a_note() {
    let run = plant().quick(&fast(), 1e5).quick(&case("k", "rayon", "big", 1), 1e5).0;
    let finding = only(&run, "undecided");
    assert!(
        finding.message.ends_with("of `k` at big are too close to rank"),
        "{}",
        finding.message
    );
    let brief = render::terminal(&Report::new(&run).brief());
    assert!(brief.contains("fast or rayon") || brief.contains("rayon or fast"), "{brief}");
}

#[test]
fn the_bottleneck_and_its_bound_are_named_for_the_reference_and_the_winner() {
    let found = findings(&complete(), "bottleneck");
    assert_eq!(found.len(), 2);
    assert!(
        found[0]
            .message
            .starts_with("`load` is the bottleneck of `flights/rows/big`: it takes 64.8 %")
    );
    assert!(found[0].message.contains("the whole 2.8"), "{}", found[0].message);
    assert!(found[1].message.contains("`flights/rayon/big/t2`"));
    assert_eq!(findings(&plant().0, "bottleneck"), []);
}
