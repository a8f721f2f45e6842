//! What more threads give: the serial fraction, the laws, and who is to blame for the rest.

use amdahl_reports::summary::{Scaling, summarise};
use amdahl_reports::{
    Bound, CaseId, Finding, KernelInfo, Measurement, Metric, Report, Role, Run, Series, analyse,
    chart, measurer, render,
};

use crate::plant::{Plant, kernel, samples};

fn case(variant: &str, size: &str, threads: usize) -> CaseId {
    CaseId::new("sum", variant, size, threads)
}

fn sum() -> KernelInfo {
    let variants = [("naive", Role::Reference), ("rayon", Role::Parallel)];
    KernelInfo { bound: Some(Bound::Read), ..kernel("sum", &variants) }
}

/// `rayon` at `big` in these microseconds by threads.
fn at_big(times_us: &[(usize, f64)]) -> Plant {
    let plant = Plant::new().kernel(sum()).quick(&case("naive", "big", 1), 2e6);
    times_us
        .iter()
        .fold(plant, |plant, (threads, us)| plant.quick(&case("rayon", "big", *threads), us * 1e3))
}

fn scaling(run: &Run) -> Scaling {
    summarise(run).kernels[0].scaling[0].clone()
}

/// The machine's ceiling at `big`: 2.5 MB in these microseconds.
fn ceiling(plant: Plant, threads: usize, us: f64) -> Plant {
    let series = vec![
        Series::single(Metric::WALL_TIME, samples(us * 1e3, 0.02, 30, threads)),
        Series::single(Metric::CEILING_WORK, vec![2.5e6]),
    ];
    let measurement = Measurement { series, ..Measurement::default() };
    plant.measured(&case("read", "big", threads), measurer::CEILING, measurement)
}

fn findings(run: &Run) -> Vec<Finding> {
    analyse::analyse(run).into_iter().filter(|own| own.analyser == "scaling").collect()
}

fn page(run: &Run) -> String {
    render::by_id("markdown").expect("there is Markdown").render(&Report::new(run))
}

fn near(got: f64, want: f64) {
    assert!((got - want).abs() < 0.02, "{got}, want about {want}");
}

#[test]
fn two_threads_give_a_serial_fraction_and_no_law_is_told_from_another() {
    // 1.6 times as fast on two threads: (1/1.6 - 1/2) / (1/2) = 0.25 (Karp and Flatt 1990).
    let run = at_big(&[(1, 800.0), (2, 500.0)]).0;
    let scaling = scaling(&run);
    let row = scaling.most().expect("two threads");
    near(row.speed_up.interval.estimate, 1.6);
    near(row.efficiency.estimate, 0.8);
    near(row.serial.estimate, 0.25);
    assert!(row.serial.low < 0.25 && 0.25 < row.serial.high, "{:?}", row.serial);
    assert_eq!(scaling.amdahl.expect("one parameter, one point").misfit, None);
    assert_eq!(scaling.universal, None);
    assert!(page(&run).contains("no law can be told from another"));
    assert_eq!(chart::threads(&summarise(&run).kernels[0]), None, "a picture of one bar");
}

#[test]
fn four_thread_counts_identify_the_universal_law_and_have_a_picture() {
    // Gunther's law with contention 0.05 and coherence 0.01, from 800 µs on one thread.
    let law = |n: f64| n / (1.0 + 0.05 * (n - 1.0) + 0.01 * n * (n - 1.0));
    let times: Vec<(usize, f64)> = [1, 2, 4, 8].map(|n| (n, 800.0 / law(n as f64))).to_vec();
    let run = at_big(&times).0;
    let universal = scaling(&run).universal.expect("three points beyond one thread");
    near(universal.serial, 0.05);
    near(universal.coherence.expect("a coherence"), 0.01);
    let page = page(&run);
    assert!(page.contains("by the Universal Scalability Law contention"), "{page}");
    let svg = chart::threads(&summarise(&run).kernels[0]).expect("a picture");
    assert!(svg.contains("rayon, 8 threads"), "{svg}");
}

#[test]
fn a_gain_beyond_the_threads_is_reported_as_a_negative_fraction() {
    let run = at_big(&[(1, 900.0), (2, 400.0)]).0;
    let serial = scaling(&run).most().expect("two threads").serial;
    assert!(serial.is_below(0.0), "{serial:?}");
    assert!(findings(&run)[0].message.contains("more than its 2 threads explain"));
}

#[test]
fn threads_that_lose_little_are_no_finding() {
    assert_eq!(findings(&at_big(&[(1, 800.0), (2, 404.0)]).0), []);
}

#[test]
fn a_variant_near_a_ceiling_that_does_not_grow_is_bound_by_bandwidth() {
    // The ceiling gains 1.5 times from two threads, and the variant as much, at 80 % of it.
    let plant = ceiling(ceiling(at_big(&[(1, 750.0), (2, 500.0)]), 1, 600.0), 2, 400.0);
    let found = findings(&plant.0);
    assert_eq!(found.len(), 1);
    let message = &found[0].message;
    assert!(message.contains("bound by memory bandwidth and not by serial code"), "{message}");
}

#[test]
fn a_variant_far_from_a_ceiling_that_grows_has_itself_to_blame() {
    let plant = ceiling(ceiling(at_big(&[(1, 750.0), (2, 500.0)]), 1, 100.0), 2, 50.0);
    let message = &findings(&plant.0)[0].message;
    assert!(message.contains("as if 33.") && message.contains("were serial"), "{message}");
    assert!(message.contains("the machine's ceiling gains 2.00x"), "{message}");
}

#[test]
fn gustafsons_promise_for_the_larger_size_stands_beside_what_came() {
    // 100 µs, 25 of them serial: 1.6 times as fast on two threads. At 800 µs the same 25 leave
    // 800 / (25 + 775 / 2) = 1.939 (Gustafson 1988).
    let plant = at_big(&[(1, 800.0), (2, 412.5)])
        .quick(&case("rayon", "small", 1), 100e3)
        .quick(&case("rayon", "small", 2), 62.5e3);
    let run = plant.0;
    let grown = summarise(&run).kernels[0].grown();
    assert_eq!(grown.len(), 1);
    assert_eq!((grown[0].from.as_str(), grown[0].to.as_str()), ("small", "big"));
    near(grown[0].predicted.estimate, 1.939);
    near(grown[0].measured.interval.estimate, 1.939);
    let page = page(&run);
    assert!(page.contains("Gustafson's law would give 1.9"), "{page}");
    assert!(page.contains(", as promised."), "{page}");
}
