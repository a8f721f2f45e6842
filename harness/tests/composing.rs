//! Swapped stages in a whole run: what a suite with a known answer gives.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::sync::LazyLock;

use amdahl::{Pipeline, Sizes, Stage};
use amdahl_reports::summary::{Promise, SwapRow, Swaps, summarise};
use amdahl_reports::{FailureKind, Outcome, Run, measurer, wire};
use common::{Sandbox, assert_code};

/// One run for all who look at it: its records and its report.
static MEASURED: LazyLock<(Run, String)> = LazyLock::new(|| {
    let sandbox = Sandbox::of("composed");
    // A composition that does not agree is a failed case of the run.
    assert_code(&sandbox.amdahl("measure --budget 20s"), 2);
    (run_of(&sandbox), sandbox.report())
});

fn run_of(sandbox: &Sandbox) -> Run {
    wire::decode(sandbox.read("report/records.jsonl").as_bytes()).expect("readable records")
}

fn swaps_of(run: &Run) -> Swaps {
    summarise(run).kernels.remove(0).swaps.expect("stages were swapped")
}

fn row<'a>(swaps: &'a Swaps, stage: &str, variant: &str) -> &'a SwapRow {
    let mut rows = swaps.rows.iter();
    rows.find(|row| row.swapped.stage == stage && row.swapped.variant == variant)
        .unwrap_or_else(|| panic!("no row for {stage}:{variant}"))
}

#[test]
fn a_swap_that_moves_its_work_breaks_its_promise_and_the_stage_it_went_to_is_named() {
    let (run, page) = &*MEASURED;
    let swaps = swaps_of(run);
    assert_eq!(swaps.base.variant, "plain");

    let quick = row(&swaps, "first", "quick");
    assert_eq!(quick.case.variant, "plain + first:quick");
    assert!(quick.speed_up.estimate > 1.0, "5 of 8 units are left: {quick:?}");

    let deferring = row(&swaps, "first", "deferring");
    assert!(deferring.predicted_ns.estimate < swaps.base_ns.estimate, "alone it is quicker");
    assert_eq!(deferring.verdict, Promise::Broken, "5 units promised, 45 measured: {deferring:?}");
    let heir = deferring.moved.first().and_then(|moved| moved.stage.as_deref());
    assert_eq!(heir, Some("second"), "{deferring:?}");

    let (misfit, failure) = swaps.failed.first().expect("a composition that disagrees");
    assert_eq!(misfit.variant, "plain + first:marking");
    assert_eq!(failure.kind, FailureKind::Disagreed);

    assert!(page.contains("One stage of relay swapped at 1000"), "{page}");
    assert!(page.contains("`relay/plain + first:deferring/1000` takes"), "a finding: {page}");
}

#[test]
fn a_composition_is_no_case_of_its_pipeline_and_has_its_own_check() {
    let (run, _) = &*MEASURED;
    let summary = summarise(run);
    assert!(summary.kernels[0].rows().all(|row| !row.case.variant.contains(" + ")));
    assert!(summary.kernels[0].not_run.is_empty());
    let swapped = run.records.iter().filter(|record| record.case.variant.contains(" + "));
    let measured = |by: &str| {
        let own = swapped.clone().filter(move |record| record.measurer == by);
        own.filter(|record| matches!(record.outcome, Outcome::Measured(_))).count()
    };
    // quick, deferring of the first stage; quick, marking of the second.
    assert_eq!((measured(measurer::SWAP), measured(measurer::CHECK)), (4, 4));
}

#[test]
fn a_budget_too_short_for_every_swap_says_which_it_left_out() {
    let sandbox = Sandbox::of("composed");
    sandbox.amdahl("measure --budget 0.1s");
    let run = run_of(&sandbox);
    let left_out = run.records.iter().filter(|record| {
        record.measurer == measurer::SWAP && matches!(record.outcome, Outcome::NotMeasured { .. })
    });
    // 5 swaps of some 100 ms each, for which there are 0.1 s.
    assert!(left_out.count() >= 3);
    let page = sandbox.report();
    assert!(page.contains("too short for every swapped stage"), "{page}");
}

#[test]
fn without_the_reference_nothing_is_swapped() {
    let sandbox = Sandbox::of("composed");
    assert_code(&sandbox.amdahl("measure relay/quick --budget 20s"), 0);
    assert!(run_of(&sandbox).records.iter().all(|record| record.measurer != measurer::SWAP));
}

#[test]
fn a_stage_that_fits_its_own_kind_alone_is_found_by_the_declarations_check() {
    // -0 agrees with 0, so `negative` passes by itself; the reference's next stage tells them apart.
    let kernel = Pipeline::new("signs", "whether a number that should be 0 has a sign")
        .sizes(Sizes::smoke([3]).measured([4]))
        .input(|&n: &usize, _| n as f64)
        .stage(
            "vanish",
            Stage::reference("plain", |x: &f64| 0.0 * x).variant("negative", |x: &f64| -0.0 * x),
        )
        .stage(
            "sign",
            Stage::reference("plain", |x: &f64| f64::from(u8::from(x.is_sign_negative())))
                .variant("negative", |_: &f64| 0.0),
        )
        .build();
    let failures = kernel.check(1).expect_err("a composition that disagrees").failures;
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].starts_with("signs/plain + vanish:negative/3: differs"), "{failures:?}");
}
