//! The tables' figures.

use amdahl_reports::summary::{Status, summarise};
use amdahl_reports::{FailureKind, Role, Rung, measurer};

use crate::plant::{Plant, case, complete, kernel};

#[test]
fn the_fastest_agreed_case_of_the_largest_size_wins() {
    let summary = summarise(&complete());
    let winner = summary.kernels[0].winner().expect("a winner");
    assert_eq!(winner.case, case("covariance", "rayon", "big", 2));
    assert_eq!(winner.rung, Rung::Parallelise);
    assert_eq!(summary.kernels[1].winner().expect("a winner").case.variant, "rayon");
}

#[test]
fn a_variant_that_disagrees_keeps_its_row_and_is_not_ranked() {
    let summary = summarise(&complete());
    let size = summary.kernels[0].largest_size().expect("sizes");
    let wrong = size.rows.iter().find(|row| row.case.variant == "wrong").expect("a row");
    assert!(matches!(&wrong.status, Status::Failed { measurer, .. } if measurer == "check"));
    assert!(wrong.timing.is_none());
    assert!(size.ranked().iter().all(|row| row.case.variant != "wrong"));
}

#[test]
fn a_time_of_a_case_that_disagreed_is_not_shown() {
    let (naive, fast) = (case("k", "naive", "big", 1), case("k", "fast", "big", 1));
    let mut plant = Plant::new()
        .kernel(kernel("k", &[("naive", Role::Reference), ("fast", Role::Serial)]))
        .quick(&naive, 1e6)
        .failed(&fast, measurer::CHECK, FailureKind::Disagreed, "at [0] it differs")
        .quick(&fast, 1e3);
    plant.0.records.retain(|record| {
        record.case != fast || record.measurer != measurer::CHECK || !is_measured(record)
    });
    let summary = summarise(&plant.0);
    assert_eq!(summary.kernels[0].winner().expect("a winner").case, naive);
}

fn is_measured(record: &amdahl_reports::Record) -> bool {
    matches!(record.outcome, amdahl_reports::Outcome::Measured(_))
}

#[test]
fn speed_ups_are_paired_where_both_sides_were_interleaved() {
    let summary = summarise(&complete());
    let speed_up = |size: usize, variant: &str| {
        let rows = &summary.kernels[0].sizes[size].rows;
        let row = rows.iter().find(|row| row.case.variant == variant).expect("a row");
        row.speed_up.expect("a speed-up")
    };
    let small = speed_up(0, "faer");
    assert!(small.paired);
    assert!(small.interval.contains(1_010.0 / 35.0), "{small:?}");
    assert!(small.interval.relative_half_width() < 0.01, "{small:?}");
    let big = speed_up(1, "faer");
    assert!(!big.paired);
    assert!((big.interval.confidence - 0.75).abs() < 1e-12, "three plain runs reach 75 %");
}

#[test]
fn rates_are_compulsory_work_over_time() {
    let summary = summarise(&complete());
    let faer = &summary.kernels[0].sizes[1].rows[3];
    assert_eq!(faer.case.variant, "faer");
    let time = faer.time_ns().expect("a time");
    assert_eq!(faer.gflops, Some(1e7 / time));
    assert_eq!(faer.gigabytes_per_s, Some(2.5e6 / time));
}

#[test]
fn the_ladder_climbs_from_the_baseline_and_gains_multiply() {
    let summary = summarise(&complete());
    let ladder = &summary.kernels[0].ladder;
    let rungs: Vec<Rung> = ladder.iter().map(|step| step.rung).collect();
    assert_eq!(rungs, [Rung::Reference, Rung::Vectorize, Rung::Preallocate, Rung::Parallelise]);
    assert_eq!(ladder[1].case.variant, "faer");
    assert!(ladder[0].gain.is_none() && ladder[0].total.is_none());
    let gains: f64 = ladder.iter().filter_map(|step| Some(step.gain?.interval.estimate)).product();
    let total = ladder[3].total.expect("a total").interval.estimate;
    assert!((gains / total - 1.0).abs() < 0.03, "{gains} is not {total}");
}

#[test]
fn smoke_sizes_are_summed_up_and_their_failures_kept() {
    let smoke = &summarise(&complete()).kernels[0].smoke;
    assert_eq!((smoke.sizes.as_slice(), smoke.agreed), (["7x5".to_owned()].as_slice(), 3));
    assert_eq!(smoke.failed[0].0.variant, "wrong");
}

#[test]
fn variants_without_any_record_are_named() {
    assert_eq!(summarise(&complete()).kernels[0].not_run, ["later"]);
}

#[test]
fn stages_and_what_is_outside_make_up_the_whole() {
    let summary = summarise(&complete());
    let stages = summary.kernels[1].stages.as_ref().expect("stages");
    assert_eq!(stages.tables.len(), 3);
    for table in &stages.tables {
        let shares: f64 =
            table.stages.iter().chain(&table.outside).map(|stage| stage.share.estimate).sum();
        assert!((shares - 1.0).abs() < 0.02, "{shares}");
    }
    let amdahl = stages.amdahl.as_ref().expect("the reference has stages");
    assert_eq!(amdahl.case.variant, "rows");
    let load = &amdahl.rows[0];
    assert!((load.speed_ups[3].estimate - 1.0 / (1.0 - load.share.estimate)).abs() < 1e-12);
    assert!(summary.kernels[0].stages.is_none());
}

#[test]
fn an_empty_run_has_an_empty_summary() {
    let summary = summarise(&Plant::new().kernel(kernel("k", &[])).0);
    assert!(summary.kernels[0].winner().is_none());
    assert!(summary.kernels[0].ladder.is_empty());
}
