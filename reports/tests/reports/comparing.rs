//! Two runs side by side.

use amdahl_reports::compare::{BETWEEN_RUNS, Hint, compare, comparison_document};
use amdahl_reports::{FailureKind, Role, Run, measurer, render};

use crate::plant::{Plant, case, kernel};

fn run(scale: f64, blocks: f64) -> Plant {
    let at = |variant| case("k", variant, "big", 1);
    Plant::new()
        .kernel(kernel(
            "k",
            &[("naive", Role::Reference), ("a", Role::Serial), ("b", Role::Serial)],
        ))
        .quick(&at("naive"), 1e6)
        .quick(&at("a"), 1e5 * scale)
        .heap(&at("a"), (blocks, 800.0, 800.0), (blocks, 800.0))
}

fn hint(base: &Run, head: &Run) -> Hint {
    compare(base, head, false).expect("one machine").cases[1].hint
}

#[test]
fn a_change_below_what_runs_differ_by_is_within_noise() {
    let base = run(1.0, 1.0).0;
    assert_eq!(hint(&base, &run(1.3, 1.0).0), Hint::WithinNoise);
    assert_eq!(hint(&base, &run(BETWEEN_RUNS * 1.1, 1.0).0), Hint::Slower);
    assert_eq!(hint(&base, &run(0.5, 1.0).0), Hint::Faster);
}

#[test]
fn runs_of_different_machines_are_refused_unless_forced_and_then_say_so() {
    let base = run(1.0, 1.0).0;
    let mut head = base.clone();
    head.info.machine.cpu = "Other CPU".to_owned();
    let error = compare(&base, &head, false).expect_err("different machines");
    assert!(error.to_string().contains("Other CPU") && error.to_string().contains("force"));
    let forced = compare(&base, &head, true).expect("forced");
    assert!(forced.across_machines);
    let text = render::terminal(&comparison_document(&forced));
    assert!(text.contains("Different machines: this comparison was forced"), "{text}");
}

#[test]
fn builds_that_are_not_alike_are_told_apart_by_what_differs() {
    let caveats = |change: fn(&mut amdahl_reports::Build)| {
        let (base, mut head) = (run(1.0, 1.0).0, run(1.0, 1.0).0);
        change(&mut head.info.build);
        render::terminal(&comparison_document(&compare(&base, &head, false).expect("one machine")))
    };
    let same = caveats(|_| {});
    assert!(!same.contains("Different"), "{same}");
    let lock = caveats(|build| build.lock = Some("00000000".to_owned()));
    assert!(lock.contains("Different dependencies: the two were built from different"), "{lock}");
    let unknown = caveats(|build| build.lock = None);
    assert!(!unknown.contains("Different dependencies"), "{unknown}");
    let native = caveats(|build| build.rustflags = "-C target-cpu=native".to_owned());
    assert!(native.contains("one of the two was built with target-cpu=native"), "{native}");
    let flags = caveats(|build| build.rustflags = "-C target-feature=+avx2".to_owned());
    assert!(flags.contains("asked for different code"), "{flags}");
    let debug = caveats(|build| build.debug_assertions = true);
    assert!(debug.contains("one of the two is a debug build"), "{debug}");
}

#[test]
fn cases_of_one_side_and_failed_cases_are_listed() {
    let b = case("k", "b", "big", 1);
    let base = run(1.0, 1.0).quick(&b, 2e5).0;
    let head = run(1.0, 1.0).failed(&b, measurer::CHECK, FailureKind::Panicked, "index 3").0;
    let comparison = compare(&base, &head, false).expect("one machine");
    assert_eq!(comparison.incomparable, [(b.clone(), "panicked in the head: index 3".to_owned())]);
    let without = compare(&base, &run(1.0, 1.0).0, false).expect("one machine");
    assert_eq!(without.only_base.first(), Some(&b));
    let with = compare(&run(1.0, 1.0).0, &base, false).expect("one machine");
    assert_eq!(with.only_head, [b]);
}

#[test]
fn a_comparison_reads_as_committed() {
    let mut head = run(2.0, 3.0);
    head.0.info.build.debug_assertions = true;
    let comparison = compare(&run(1.0, 1.0).0, &head.0, false).expect("one machine");
    insta::assert_snapshot!(render::markdown(&comparison_document(&comparison)));
}
