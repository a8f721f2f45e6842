//! The distance from the machine's ceiling: what a run says of it and when it says nothing.

use amdahl_reports::analyse::analyse;
use amdahl_reports::summary::{SizeSummary, summarise};
use amdahl_reports::{
    Bound, CaseId, Detail, Finding, KernelInfo, LeftOut, Measurement, Metric, Operations, Role,
    Run, Series, Severity, chart, measurer, render, wire,
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

/// The machine's ceiling for copies: so many bytes in this time.
fn ceiling(plant: Plant, threads: usize, bytes: f64, time_ns: f64) -> Plant {
    ceiling_of(plant, "copy", threads, (bytes, time_ns), None)
}

/// A ceiling of the machine: so much work in this time, where a survey found this rate.
fn ceiling_of(
    plant: Plant,
    bound: &str,
    threads: usize,
    (work, time_ns): (f64, f64),
    surveyed: Option<f64>,
) -> Plant {
    let mut series = vec![
        Series::single(Metric::WALL_TIME, samples(time_ns, 0.02, 30, threads)),
        Series::single(Metric::CEILING_WORK, vec![work]),
    ];
    series.extend(surveyed.map(|rate| Series::single(Metric::SURVEYED_RATE, vec![rate])));
    let measurement = Measurement { series, ..Measurement::default() };
    plant.measured(&case(bound, threads), measurer::CEILING, measurement)
}

fn run() -> Run {
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
    let markdown = |run: &Run| {
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

fn largest(run: &Run) -> SizeSummary {
    summarise(run).kernels[0].largest_size().expect("a measured size").clone()
}

fn findings(run: &Run, analyser: &str) -> Vec<Finding> {
    analyse(run).into_iter().filter(|finding| finding.analyser == analyser).collect()
}

/// The run with a ceiling of arithmetic: at 10^9 of these a second, on one thread and on two.
fn with_arithmetic(gflops: f64) -> Run {
    let plant = ceiling_of(Plant(run()), "arithmetic", 1, (gflops * 1e6, 1e6), None);
    ceiling_of(plant, "arithmetic", 2, (2.0 * gflops * 1e6, 1e6), None).0
}

#[test]
fn the_bound_is_the_ceiling_at_which_the_work_takes_longest() {
    // 2.5 MB at 5 GB/s are half a millisecond, and 10 Mflop at 100 GFLOP/s a tenth of one.
    let fast = largest(&with_arithmetic(100.0));
    assert_eq!(fast.ceiling(1).expect("a ceiling").bound, Bound::Copy);
    near(fast.ceiling(1).expect("a ceiling").time_ns.estimate, 0.5e6);
    // At 12.5 GFLOP/s they are 0.8 ms.
    let slow = largest(&with_arithmetic(12.5));
    let bound = slow.ceiling(1).expect("a ceiling");
    assert_eq!(bound.bound, Bound::Arithmetic);
    near(bound.time_ns.estimate, 0.8e6);
    let row = slow.winner().expect("a fastest case");
    let serial = slow.rows.iter().find(|row| row.case.variant == "fast").expect("its row");
    near(slow.headroom(serial).expect("a bound").share.interval.estimate, 0.8);
    near(slow.headroom(serial).expect("a bound").left.estimate, 1.25);
    // Two threads: 0.3 ms of copying, 0.4 ms of arithmetic, and 0.75 ms in fact.
    near(slow.headroom(row).expect("a bound").share.interval.estimate, 0.4 / 0.75);
}

#[test]
fn the_gain_of_the_ceiling_is_that_of_the_bound_even_where_another_one_takes_over() {
    let plant = ceiling_of(Plant(run()), "arithmetic", 1, (12.5e6, 1e6), None);
    // One thread: 0.8 ms of arithmetic. Two: 0.3 ms of copying, for arithmetic has become 0.08 ms.
    let run = ceiling_of(plant, "arithmetic", 2, (125e6, 1e6), None).0;
    let size = largest(&run);
    let reach = size.reach().expect("ceilings");
    near(reach.parallel.expect("a parallel case").ceiling_gain.interval.estimate, 0.8 / 0.3);
}

#[test]
fn the_headroom_is_in_words() {
    let renderer = render::by_id("markdown").expect("there is Markdown");
    let page =
        |run: &Run| renderer.render(&amdahl_reports::Report::new(run)).replace('\u{a0}', " ");
    let text = page(&with_arithmetic(12.5));
    assert!(text.contains("1.25x left: arithmetic"), "{text}");
    assert!(text.contains("multiply-adds, f64 (declared: copying memory)"), "{text}");
    assert!(page(&run()).contains("2.00x left: bandwidth"), "{}", page(&run()));
}

#[test]
fn a_roofline_needs_both_ceilings_and_names_every_variant() {
    let run = with_arithmetic(100.0);
    let summary = summarise(&run);
    let svg = chart::roofline(&run.kernels[0], &summary.kernels[0]).expect("a roofline");
    for name in ["naive", "fast", "rayon", "2 threads", "GFLOP/s", "operations a byte"] {
        assert!(svg.contains(name), "{name}: {svg}");
    }
    let run = self::run();
    let summary = summarise(&run);
    assert_eq!(chart::roofline(&run.kernels[0], &summary.kernels[0]), None, "no arithmetic");
}

#[test]
fn more_than_the_ceiling_is_a_finding_and_the_ceiling_itself_is_none() {
    assert!(findings(&run(), "above_ceiling").is_empty());
    // 2.5 MB in a fifth of a millisecond, at a ceiling of 5 GB/s.
    let impossible = Plant(run()).quick(&case("unreal", 1), 0.2e6).0;
    let found = findings(&impossible, "above_ceiling");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(found[0].case.as_ref().map(|case| case.variant.as_str()), Some("unreal"));
    assert!(found[0].message.contains("250 %"), "{}", found[0].message);
    let at_it = Plant(run()).quick(&case("at_it", 1), 0.49e6).0;
    assert!(findings(&at_it, "above_ceiling").is_empty(), "within a few per cent of the ceiling");
}

#[test]
fn ceilings_far_below_the_survey_are_a_finding_and_near_ones_are_none() {
    // 5 MB in 1 ms are 5 GB/s; the survey found 20, or 5.5.
    let plant = |surveyed| {
        let plant = Plant::new().kernel(bounded()).quick(&case("naive", 1), 9e6);
        ceiling_of(plant, "copy", 1, (5e6, 1e6), surveyed).0
    };
    let found = findings(&plant(Some(20.0)), "throttled");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].severity, Severity::Warning);
    assert!(found[0].message.contains("1 of 1 ceiling"), "{}", found[0].message);
    assert!(findings(&plant(Some(5.5)), "throttled").is_empty());
    assert!(findings(&plant(None), "throttled").is_empty(), "there is no survey");
}

/// The run with so many operations counted at the smoke size.
fn counted(declared: f64, additions: u64) -> Run {
    let mut kernel = bounded();
    kernel.sizes[0].flops = Some(declared);
    let smoke = CaseId::new("square", "naive", "7x5", 1);
    let operations = Operations { additions, roots: 35, ..Operations::default() };
    let detail = Detail::Operations(operations);
    let counted = Measurement { detail, ..Measurement::default() };
    Plant::new().kernel(kernel).agreed(&smoke).measured(&smoke, measurer::COUNT, counted).0
}

#[test]
fn more_operations_declared_than_counted_are_a_finding_and_fewer_are_none() {
    let found = findings(&counted(70.0, 35), "declared_work");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message.contains("`square` declares more"), "{}", found[0].message);
    assert!(findings(&counted(35.0, 35), "declared_work").is_empty());
    assert!(findings(&counted(30.0, 35), "declared_work").is_empty());
}

#[test]
fn counted_operations_stand_in_the_report_and_survive_the_wire() {
    let run = counted(35.0, 70);
    assert_eq!(wire::decode(wire::encode(&run).as_bytes()).expect("a sound run"), run);
    let renderer = render::by_id("markdown").expect("there is Markdown");
    let page = renderer.render(&amdahl_reports::Report::new(&run)).replace('\u{a0}', " ");
    assert!(page.contains("never more than its reference does"), "{page}");
    assert!(page.contains("50.0 %"), "35 of 70: {page}");
}
