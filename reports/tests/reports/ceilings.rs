//! The distance from the machine's ceiling: what a run says of it and when it says nothing.

use amdahl_reports::summary::summarise;
use amdahl_reports::{
    Bound, CaseId, KernelInfo, LeftOut, Measurement, Metric, Role, Series, measurer, render, wire,
};

use crate::plant::{Plant, kernel, samples};

/// A kernel bound by copies that moves 2.5 MB at its size `big`.
fn bounded() -> KernelInfo {
    let variants = [("naive", Role::Reference), ("fast", Role::Serial), ("rayon", Role::Parallel)];
    KernelInfo { bound: Some(Bound::Copy), ..kernel("square", &variants) }
}

fn case(variant: &str, threads: usize) -> CaseId {
    CaseId::new("square", variant, "big", threads)
}

/// The machine's ceiling: so many bytes in this time.
fn ceiling(plant: Plant, threads: usize, bytes: f64, time_ns: f64) -> Plant {
    let series = vec![
        Series::single(Metric::WALL_TIME, samples(time_ns, 0.02, 30, threads)),
        Series::single(Metric::CEILING_WORK, vec![bytes]),
    ];
    let measurement = Measurement { series, ..Measurement::default() };
    plant.measured(&case("copy", threads), measurer::CEILING, measurement)
}

fn run() -> amdahl_reports::Run {
    let plant = Plant::new()
        .kernel(bounded())
        .quick(&case("naive", 1), 9e6)
        .quick(&case("fast", 1), 1e6)
        .quick(&case("rayon", 1), 1.1e6)
        .quick(&case("rayon", 2), 0.75e6);
    // 5 MB in 1 ms is 5 GB/s: the kernel's 2.5 MB take half a millisecond there.
    let plant = ceiling(plant, 1, 5e6, 1e6);
    ceiling(plant, 2, 5e6, 0.6e6).0
}

fn near(got: f64, want: f64) {
    assert!((got - want).abs() < 0.05 * want, "{got}, want about {want}");
}

#[test]
fn the_share_of_the_ceiling_is_the_time_of_the_work_there_over_the_variants() {
    let run = run();
    let summary = summarise(&run);
    let size = summary.kernels[0].largest_size().expect("a measured size");
    let reach = size.reach().expect("a ceiling was measured");
    assert_eq!(reach.serial.case.variant, "fast");
    near(reach.share.interval.estimate, 0.5);
    near(reach.ceiling.rate.estimate, 5.0);
    near(reach.ceiling.time_ns.estimate, 0.5e6);
    assert!(reach.share.paired, "it was timed in turn with the variants");
    let parallel = reach.parallel.expect("a parallel case");
    near(parallel.gain.interval.estimate, 1.1 / 0.75);
    near(parallel.ceiling_gain.interval.estimate, 1.0 / 0.6);
    near(parallel.share.interval.estimate, 0.3 / 0.75);
}

#[test]
fn a_ceiling_is_no_variant_and_needs_no_check_of_the_kernel() {
    let run = run();
    let summary = summarise(&run);
    let mut rows = summary.kernels[0].rows().map(|row| row.case.variant.as_str());
    assert!(rows.all(|variant| variant != "copy"), "a ceiling has a row of its own");
    let back = wire::decode(wire::encode(&run).as_bytes()).expect("a sound run");
    assert_eq!(back, run);
}

#[test]
fn the_report_shows_the_distance_only_where_a_bound_was_named() {
    let markdown = |run: &amdahl_reports::Run| {
        let renderer = render::by_id("markdown").expect("there is Markdown");
        renderer.render(&amdahl_reports::Report::new(run))
    };
    let page = markdown(&run());
    assert!(page.contains("## Distance from the ceiling"), "{page}");
    assert!(page.contains("copying"), "{page}");
    assert!(page.contains("5.00"), "the ceiling, 5 GB/s: {page}");
    let mut unbounded = run();
    unbounded.kernels[0].bound = None;
    let page = markdown(&unbounded);
    assert!(!page.contains("Distance from the ceiling"), "{page}");
}

#[test]
fn a_variant_left_out_at_a_size_says_why() {
    let mut run = run();
    run.kernels[0].variants[0].left_out =
        vec![LeftOut { size: "big".to_owned(), reason: "It would take minutes.".to_owned() }];
    let renderer = render::by_id("markdown").expect("there is Markdown");
    let page = renderer.render(&amdahl_reports::Report::new(&run));
    assert!(page.contains("`naive` at big: It would take minutes."), "{page}");
}
