//! Swapped stages: promises that are kept, promises that are not, and where the time went.

use amdahl_reports::summary::{Promise, SwapRow, summarise};
use amdahl_reports::{
    CaseId, Detail, FailureKind, Finding, KernelInfo, Measurement, Metric, Report, Role, Run,
    Series, StageInfo, StageSamples, Stages, Swap, SwappedStage, analyse, measurer, render, wire,
};

use crate::plant::{Plant, case, kernel, samples};

/// Stages of the all-reference pipeline, in microseconds of 100.
const BASE: [(&str, f64); 3] = [("load", 60.0), ("clean", 30.0), ("draw", 10.0)];

fn flow() -> KernelInfo {
    let mut info = kernel("flow", &[("rows", Role::Reference), ("columns", Role::Serial)]);
    let variants = vec!["rows".to_owned(), "columns".to_owned()];
    info.stages = BASE
        .map(|(name, _)| StageInfo { name: name.to_owned(), variants: variants.clone() })
        .to_vec();
    info
}

fn stages(times_us: [f64; 3]) -> Stages {
    let rounds = 20;
    let stage = |(at, (name, time)): (usize, (&str, f64))| {
        let own = samples(time * 1e3, 0.01, rounds, at);
        StageSamples {
            name: name.to_owned(),
            self_ns: own.clone(),
            total_ns: own,
            calls: 1.0,
            ..StageSamples::default()
        }
    };
    let names = BASE.map(|(name, _)| name);
    let stages: Vec<StageSamples> =
        names.into_iter().zip(times_us).enumerate().map(stage).collect();
    let total_ns =
        (0..rounds).map(|at| stages.iter().map(|stage| stage.total_ns[at]).sum()).collect();
    Stages { total_ns, stages, span_cost_ns: 400.0, ..Stages::default() }
}

/// A composition of these stage times; the swapped stage takes so many microseconds alone.
fn composed(plant: Plant, swap: Option<(&str, f64)>, times_us: [f64; 3], faults: f64) -> Plant {
    composed_of(plant, swap, stages(times_us), faults)
}

fn composed_of(plant: Plant, swap: Option<(&str, f64)>, stages: Stages, faults: f64) -> Plant {
    let mut series = vec![
        Series::single(Metric::WALL_TIME, stages.total_ns.clone()),
        Series::single(Metric::MINOR_FAULTS, vec![faults; 3]),
    ];
    let mut swapped = None;
    let mut id = case("flow", "rows", "big", 1);
    if let Some((stage, alone_us)) = swap {
        let before = BASE.iter().find(|(name, _)| *name == stage).expect("a stage").1;
        let alone = |metric, us: f64| Series::single(metric, samples(us * 1e3, 0.01, 30, 7));
        series.push(alone(Metric::STAGE_REFERENCE_TIME, before));
        series.push(alone(Metric::STAGE_SWAPPED_TIME, alone_us));
        let of = SwappedStage { stage: stage.to_owned(), variant: "columns".to_owned() };
        id.variant = of.name("rows");
        swapped = Some(of);
    }
    let plant = if swapped.is_some() { plant.agreed(&id) } else { plant };
    let detail = Detail::Swap(Swap { swapped, stages });
    plant.measured(&id, measurer::SWAP, Measurement { series, detail, notes: Vec::new() })
}

fn base() -> Plant {
    let plant = Plant::new().kernel(flow()).quick(&case("flow", "rows", "big", 1), 1e5);
    let plant = plant.quick(&case("flow", "columns", "big", 1), 4e4);
    composed(plant, None, [60.0, 30.0, 10.0], 50.0)
}

/// One swap of `load`, which takes 20 µs alone where its reference takes 60.
fn swapped(times_us: [f64; 3], faults: f64) -> Run {
    composed(base(), Some(("load", 20.0)), times_us, faults).0
}

fn row(run: &Run) -> SwapRow {
    summarise(run).kernels[0].swaps.as_ref().expect("swaps").rows[0].clone()
}

fn findings(run: &Run) -> Vec<Finding> {
    analyse::analyse(run).into_iter().filter(|own| own.analyser == "prediction").collect()
}

fn near(got: f64, want: f64) {
    assert!((got - want).abs() < 0.02 * want, "{got}, want about {want}");
}

#[test]
fn a_kept_promise_is_what_is_left_by_amdahls_law_and_no_finding() {
    let run = swapped([20.0, 30.0, 10.0], 50.0);
    let row = row(&run);
    // 60 of 100 µs a third as long: 40 + 20.
    near(row.predicted_ns.estimate, 60e3);
    near(row.measured_ns.estimate, 60e3);
    near(row.share.estimate, 0.6);
    near(row.alone.estimate, 3.0);
    near(row.speed_up.estimate, 100.0 / 60.0);
    assert_eq!(row.verdict, Promise::Kept);
    assert!(row.predicted_ns.contains(60e3) && row.predicted_ns.confidence >= 0.95);
    assert_eq!(row.moved, []);
    assert_eq!(findings(&run), []);
}

#[test]
fn an_interval_that_would_hide_a_broken_promise_proves_none_kept() {
    let mut noisy = stages([20.0, 30.0, 10.0]);
    for (at, total) in noisy.total_ns.iter_mut().enumerate() {
        *total *= if at % 2 == 0 { 0.5 } else { 1.5 };
    }
    let run = composed_of(base(), Some(("load", 20.0)), noisy, 50.0).0;
    assert_eq!(
        row(&run).verdict,
        Promise::Unclear,
        "half of the rounds say half, half of them more"
    );
    assert_eq!(findings(&run), []);
}

#[test]
fn a_promise_within_a_tenth_is_shown_and_is_no_finding() {
    let run = swapped([20.0, 34.0, 10.0], 50.0);
    assert_eq!(row(&run).verdict, Promise::Nearly, "64 µs where 60 were promised");
    assert_eq!(findings(&run), []);
}

#[test]
fn work_left_to_the_next_stage_breaks_the_promise_and_is_found_there() {
    let run = swapped([20.0, 70.0, 10.0], 50.0);
    let row = row(&run);
    assert_eq!(row.verdict, Promise::Broken);
    near(row.off.estimate, 100.0 / 60.0);
    assert_eq!(row.moved.len(), 1, "{row:?}");
    assert_eq!(row.moved[0].stage.as_deref(), Some("clean"));
    near(row.moved[0].extra_ns.estimate, 40e3);
    let found = findings(&run);
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("`clean` takes 40.0 µs"), "{}", found[0].message);
    assert!(found[0].message.contains("likely left to it by `load`"), "{}", found[0].message);
}

#[test]
fn a_stage_that_is_slower_than_alone_is_laid_to_the_caches_or_to_page_faults() {
    let caches = swapped([45.0, 30.0, 10.0], 50.0);
    assert_eq!(row(&caches).moved[0].stage.as_deref(), Some("load"));
    assert!(findings(&caches)[0].message.contains("likely the caches"));
    let allocator = swapped([45.0, 30.0, 10.0], 5_000.0);
    let message = &findings(&allocator)[0].message;
    assert!(message.contains("page faults go from 50 to 5,000 an iteration"), "{message}");
}

#[test]
fn a_swap_that_is_better_than_promised_is_a_finding_too() {
    let run = swapped([20.0, 10.0, 10.0], 50.0);
    let found = findings(&run);
    assert!(found[0].message.contains("`clean` takes 20.0"), "{}", found[0].message);
    assert!(found[0].message.contains("less than promised"), "{}", found[0].message);
}

#[test]
fn a_composition_is_no_variant_and_needs_a_check_of_its_own() {
    let run = swapped([20.0, 30.0, 10.0], 50.0);
    let summary = summarise(&run);
    assert!(summary.kernels[0].rows().all(|row| !row.case.variant.contains('+')));
    let back = wire::decode(wire::encode(&run).as_bytes()).expect("a sound run");
    assert_eq!(back, run);
    let mut unchecked = run;
    let swap = CaseId { variant: "rows + load:columns".into(), ..case("flow", "rows", "big", 1) };
    unchecked.records.retain(|own| own.case != swap || own.measurer != measurer::CHECK);
    assert!(wire::validate(&unchecked).is_err(), "a figure without a passed check");
}

#[test]
fn a_composition_that_disagrees_is_listed_and_the_others_stay() {
    let id = case("flow", "rows + clean:columns", "big", 1);
    let plant = composed(base(), Some(("load", 20.0)), [20.0, 30.0, 10.0], 50.0);
    let run = plant.failed(&id, measurer::SWAP, FailureKind::Disagreed, "at [0] it has NaN").0;
    let swaps = summarise(&run).kernels[0].swaps.clone().expect("swaps");
    assert_eq!((swaps.rows.len(), swaps.failed.len()), (1, 1));
    let renderer = render::by_id("markdown").expect("there is Markdown");
    let page = renderer.render(&Report::new(&run));
    assert!(page.contains("`rows + clean:columns`: disagrees, at [0] it has NaN"), "{page}");
}

#[test]
fn the_table_of_swaps_is_as_committed() {
    let run = swapped([20.0, 70.0, 10.0], 50.0);
    let renderer = render::by_id("markdown").expect("there is Markdown");
    let page = renderer.render(&Report::new(&run));
    let from = page.find("### One stage of flow swapped").expect("a section");
    let section = &page[from..];
    let to = section[4..].find("\n## ").map_or(section.len(), |at| at + 4);
    insta::assert_snapshot!(&section[..to]);
}
