//! Sweeps along an axis, and whether the work happened: planted figures, expected conclusions.

use amdahl_reports::analyse::analyse;
use amdahl_reports::stats::Law;
use amdahl_reports::summary::{Growth, KernelSummary, Status, summarise};
use amdahl_reports::{
    Agreement, Bound, Detail, FailureKind, Finding, KernelInfo, Measurement, Metric, Outcome,
    Record, Report, Role, Run, Series, SizeInfo, measurer, render,
};

use crate::plant::{Plant, case, kernel, samples};

const EXTENTS: [u64; 7] = [312, 560, 990, 1800, 3200, 5600, 10_000];

/// A kernel with a sweep of seven sizes; its working set is 64 bytes an element, so that it leaves
/// the planted caches of 48 KiB, 2 MiB and 33 MiB after 768 elements, after 32,768, and never.
fn swept(variants: &[(&str, Role)]) -> KernelInfo {
    let mut info = kernel("k", variants);
    let size = |extent: &u64| SizeInfo {
        label: format!("{extent}x8"),
        measured: false,
        flops: Some(*extent as f64),
        bytes: Some(64.0 * *extent as f64),
        working_set: Some(64.0 * *extent as f64),
        extent: Some(*extent),
        ..info.sizes[0].clone()
    };
    let sizes = EXTENTS.iter().map(size).collect();
    info.swept = sizes;
    info
}

/// Times of a variant along the sweep, with little noise.
fn along(mut plant: Plant, variant: &str, threads: usize, time: impl Fn(f64) -> f64) -> Plant {
    for extent in EXTENTS {
        plant =
            plant.quick(&case("k", variant, &format!("{extent}x8"), threads), time(extent as f64));
    }
    plant
}

/// A reference of n squared, a variant of n log n, and one on two threads that costs 20 µs to start.
fn sweep() -> Run {
    let variants =
        [("naive", Role::Reference), ("sorted", Role::Serial), ("rayon", Role::Parallel)];
    let plant = Plant::new().kernel(swept(&variants));
    let plant = along(plant, "naive", 1, |n| 0.5 * n * n);
    let plant = along(plant, "sorted", 1, |n| 12.0 * n * n.ln());
    along(plant, "rayon", 2, |n| 20_000.0 + 6.4 * n * n.ln()).0
}

fn growth(run: &Run) -> Growth {
    let kernels = summarise(run).kernels;
    kernels.into_iter().next().and_then(|kernel| kernel.growth).expect("sizes on the axis")
}

fn findings(run: &Run, analyser: &str) -> Vec<Finding> {
    analyse(run).into_iter().filter(|finding| finding.analyser == analyser).collect()
}

#[test]
fn each_curve_gets_its_exponent_and_its_law() {
    let growth = growth(&sweep());
    let laws = |variant, threads| -> Vec<Law> {
        let curve = growth.curve(variant, threads).expect("a curve");
        curve.laws.iter().map(|fit| fit.law).collect()
    };
    assert_eq!(laws("naive", 1), [Law::Quadratic]);
    assert_eq!(laws("sorted", 1), [Law::Linearithmic]);
    let exponent = growth.curve("naive", 1).and_then(|curve| curve.exponent).expect("seven sizes");
    assert!((exponent.estimate - 2.0).abs() < 0.01, "{exponent:?}");
}

#[test]
fn the_caches_that_the_working_set_leaves_are_marked() {
    let boundaries = growth(&sweep()).boundaries;
    let found: Vec<(u8, f64)> =
        boundaries.iter().map(|own| (own.level, own.extent.round())).collect();
    // 48 KiB over 64 bytes; the other caches are larger than the largest working set.
    assert_eq!(found, [(1, 768.0)]);
}

#[test]
fn the_fastest_changes_where_the_times_are_equal() {
    let overtakings = growth(&sweep()).overtakings;
    let found: Vec<(&str, &str)> =
        overtakings.iter().map(|own| (own.before.0.as_str(), own.after.0.as_str())).collect();
    assert_eq!(found, [("sorted", "rayon")], "the reference is never the fastest: 0.5 n > 12 ln n");
    // 20,000 + 6.4 n ln n = 12 n ln n where n ln n = 3571.4, at n = 563.8.
    let extent = overtakings[0].extent;
    assert!(extent.contains(563.8) && extent.low > 400.0 && extent.high < 800.0, "{extent:?}");
}

#[test]
fn a_variant_that_grows_faster_than_its_reference_is_told_and_a_slower_one_is_not() {
    assert_eq!(findings(&sweep(), "growth"), []);
    let variants = [("naive", Role::Reference), ("clever", Role::Serial)];
    let plant = along(Plant::new().kernel(swept(&variants)), "naive", 1, |n| 90.0 * n);
    let run = along(plant, "clever", 1, |n| 0.01 * n * n).0;
    let found = findings(&run, "growth");
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("k/clever/10000x8` grows faster"), "{found:#?}");
}

#[test]
fn a_sweep_has_a_section_with_a_chart_and_a_run_without_one_has_none() {
    let run = sweep();
    let page = |run: &Run| {
        let markdown = render::by_id("markdown").expect("a renderer");
        markdown.render(&Report::new(run))
    };
    insta::assert_snapshot!("growth", section(&page(&run), "### Growth of k"));
    let charts = Report::new(&run).charts();
    let chart = charts.iter().find(|chart| chart.path == "charts/k-growth.svg").expect("a chart");
    assert!(chart.contents.contains("leaves L1, 48 KiB"));
    assert!(chart.contents.contains("rayon, 2 threads"));
    let plain = Plant::new().kernel(swept(&[("naive", Role::Reference)]));
    let plain = plain.quick(&case("k", "naive", "big", 1), 1e6).0;
    assert!(!page(&plain).contains("Growth of"));
}

/// A page's text from a heading to the next.
fn section(page: &str, heading: &str) -> String {
    let from = page.find(heading).unwrap_or_else(|| panic!("no {heading} in {page}"));
    let rest = &page[from..];
    let end = rest[1..].find("\n#").map_or(rest.len(), |at| at + 1);
    rest[..end].to_owned()
}

/// The reference of a streaming kernel at two measured sizes that lie on its axis.
fn streaming(peaks: [f64; 2]) -> Run {
    let mut info = kernel("k", &[("naive", Role::Reference)]);
    info.streaming = true;
    (info.sizes[1].extent, info.sizes[2].extent) = (Some(1_000), Some(100_000));
    let mut plant = Plant::new().kernel(info);
    for (size, time, peak) in [("small", 1e4, peaks[0]), ("big", 1e6, peaks[1])] {
        let id = case("k", "naive", size, 1);
        plant = plant.quick(&id, time).heap(&id, (3.0, peak, peak), (3.0, peak));
    }
    plant.0
}

#[test]
fn a_streaming_kernel_whose_peak_grows_is_a_finding_and_a_constant_buffer_is_none() {
    for quiet in [[65_536.0, 65_536.0], [65_536.0, 110_000.0], [0.0, 0.0], [0.0, 512.0]] {
        assert_eq!(findings(&streaming(quiet), "memory_growth"), [], "{quiet:?}");
    }
    let found = findings(&streaming([80_000.0, 8_000_000.0]), "memory_growth");
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("78.1 KiB at 1,000, 7.63 MiB at 100,000"), "{found:#?}");
    let mut careless = streaming([80_000.0, 8_000_000.0]);
    careless.kernels[0].streaming = false;
    assert_eq!(findings(&careless, "memory_growth"), [], "it promised nothing");
}

/// A reference, and a variant of these times at the small and the big size, whose work differs
/// hundredfold.
fn fast(small: f64, big: f64) -> Plant {
    let variants = [("naive", Role::Reference), ("fast", Role::Serial)];
    Plant::new()
        .kernel(kernel("k", &variants))
        .quick(&case("k", "naive", "small", 1), 1e4)
        .quick(&case("k", "naive", "big", 1), 1e6)
        .quick(&case("k", "fast", "small", 1), small)
        .quick(&case("k", "fast", "big", 1), big)
}

#[test]
fn a_time_that_does_not_grow_with_the_work_is_a_finding() {
    assert_eq!(findings(&fast(1e3, 1e5).0, "work"), []);
    let found = findings(&fast(1e3, 1.05e3).0, "work");
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("`k/fast/big` does not grow with its work"), "{found:#?}");
}

fn status(run: &Run, variant: &str) -> Status {
    let summary = summarise(run);
    let rows = summary.kernels.iter().flat_map(KernelSummary::rows);
    let row = rows.filter(|row| row.case.variant == variant && row.case.size == "big").last();
    row.expect("a row").status.clone()
}

/// Whether the case counts as one that skipped its work, and so is not ranked.
#[track_caller]
fn assert_idle(run: &Run, variant: &str, word: &str) {
    let Status::Failed { failure, .. } = status(run, variant) else { panic!("it is ranked") };
    assert_eq!(failure.kind, FailureKind::Idle);
    assert!(failure.reason.contains(word), "{}", failure.reason);
    let found = findings(run, "work");
    assert!(found.iter().any(|finding| finding.message.contains("is not ranked")), "{found:#?}");
    let winner = summarise(run).kernels[0].winner().map(|row| row.case.variant.clone());
    assert_eq!(winner.as_deref(), Some("naive"));
}

fn series(metric: Metric, samples: Vec<f64>) -> Measurement {
    Measurement { series: vec![Series::single(metric, samples)], ..Measurement::default() }
}

#[test]
fn a_first_iteration_after_a_fresh_setup_that_takes_ten_times_as_long_is_not_repeated_work() {
    let fresh = |times: Vec<f64>| {
        let id = case("k", "fast", "big", 1);
        fast(1e3, 1e5).measured(&id, measurer::WORK, series(Metric::FRESH_TIME, times)).0
    };
    assert_idle(&fresh(vec![2e6, 1.9e6, 4e6]), "fast", "do not repeat");
    // Pages touched for the first time, and a disturbance in two of three.
    for quiet in [vec![3e5, 3e5, 3e5], vec![2e5, 9e6, 9e6], vec![]] {
        assert_eq!(status(&fresh(quiet.clone()), "fast"), Status::Agreed, "{quiet:?}");
    }
}

#[test]
fn a_rate_of_several_ceilings_is_refused_and_one_just_above_is_not() {
    let run = |time: f64| {
        let mut plant = fast(time / 100.0, time);
        plant.0.kernels[0].bound = Some(Bound::Read);
        let ceiling = case("k", Bound::Read.id(), "big", 1);
        let mut at = series(Metric::WALL_TIME, samples(5e5, 0.02, 30, 7));
        // The work of "big" is 2.5 MB, which the ceiling takes half a millisecond for.
        at.series.push(Series::single(Metric::CEILING_WORK, vec![2.5e6]));
        plant.measured(&ceiling, measurer::CEILING, at).0
    };
    assert_idle(&run(1e4), "fast", "ceiling allows");
    assert_eq!(status(&run(3e5), "fast"), Status::Agreed);
}

#[test]
fn a_result_that_was_wrong_when_timed_takes_the_case_out_of_the_ranking() {
    let id = case("k", "fast", "big", 1);
    let reason = "differs from `naive` in a timed iteration: got 2, the reference has 1";
    let run = fast(1e3, 1e5).failed(&id, measurer::WORK, FailureKind::Disagreed, reason).0;
    assert!(matches!(status(&run, "fast"), Status::Failed { .. }));
    let found = findings(&run, "work");
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("wrong when it was timed"), "{found:#?}");
}

#[test]
fn a_check_that_any_constant_passes_is_told() {
    let with = |differ: Option<bool>, values: u64| {
        let detail = |agreement: Agreement| {
            let agreement = Agreement { seeds_differ: differ, values, ..agreement };
            Measurement { detail: Detail::Agreement(agreement), ..Measurement::default() }
        };
        let mut run = fast(1e3, 1e5).agreed(&case("k", "naive", "7x5", 1)).0;
        for Record { outcome, .. } in &mut run.records {
            if let Outcome::Measured(Measurement { detail: Detail::Agreement(own), .. }) = outcome {
                *outcome = Outcome::Measured(detail(own.clone()));
            }
        }
        run
    };
    assert_eq!(findings(&with(Some(true), 1), "work"), []);
    assert_eq!(findings(&with(None, 1), "work"), [], "an older run tried one seed");
    let stale = findings(&with(Some(false), 1), "work");
    assert!(stale.len() == 1 && stale[0].message.contains("two seeds give `k` the same result"));
    let empty = findings(&with(Some(true), 0), "work");
    assert!(empty.len() == 1 && empty[0].message.contains("hold no value"), "{empty:#?}");
}
