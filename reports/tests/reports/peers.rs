//! Peers in a report: apart from our variants, beside them in tables, and ahead or behind.

use amdahl_reports::analyse::analyse;
use amdahl_reports::summary::{CaseRow, Standing, contests, summarise};
use amdahl_reports::{
    FailureKind, Finding, Measurement, Metric, MissingPeer, PeerInfo, Report, Role, Run, Series,
    Severity, VariantInfo, measurer, render, wire,
};

use crate::plant::{Plant, case, kernel};

/// Ours takes 1 ms by itself, `rayon` 0.6 ms on two threads; a peer offers two variants.
fn plant(numpy_ns: f64, numba_ns: f64) -> Plant {
    let variants = [("naive", Role::Reference), ("fast", Role::Serial), ("rayon", Role::Parallel)];
    let mut info = kernel("k", &variants);
    for (name, role, lines) in
        [("python.numpy", Role::Serial, 3), ("python.numba", Role::Parallel, 9)]
    {
        info.variants.push(VariantInfo {
            name: name.to_owned(),
            role,
            rung: None,
            left_out: Vec::new(),
            language: Some("Python".to_owned()),
            lines: Some(lines),
        });
    }
    let big = |variant, threads| case("k", variant, "big", threads);
    let mut plant = Plant::new()
        .kernel(info)
        .quick(&big("naive", 1), 2e6)
        .quick(&big("fast", 1), 1e6)
        .quick(&big("rayon", 1), 1.1e6)
        .quick(&big("rayon", 2), 6e5)
        .quick(&big("python.numpy", 1), numpy_ns)
        .quick(&big("python.numba", 2), numba_ns);
    let resident = Series::single(Metric::RESIDENT_PEAK, vec![3e6, 4e6, 1e9]);
    let resident = Measurement { series: vec![resident], ..Measurement::default() };
    plant = plant.measured(&big("python.numpy", 1), measurer::RESIDENT, resident);
    plant.0.info.peers = vec![
        PeerInfo {
            name: "python".to_owned(),
            language: "Python".to_owned(),
            versions: vec![("NumPy".to_owned(), "2.1.0".to_owned())],
            missing: None,
        },
        PeerInfo {
            name: "julia".to_owned(),
            language: "Julia".to_owned(),
            versions: Vec::new(),
            missing: Some(MissingPeer {
                reason: "it is not installed".to_owned(),
                remedy: "`cargo amdahl peers install julia`".to_owned(),
            }),
        },
    ];
    plant
}

fn behind(run: &Run) -> Vec<Finding> {
    analyse(run).into_iter().filter(|finding| finding.analyser == "behind_peer").collect()
}

fn markdown(run: &Run) -> String {
    let files = amdahl_reports::report(run);
    let pages = files
        .iter()
        .filter(|file| file.path.rsplit_once('.').is_some_and(|(_, ending)| ending == "md"));
    let text: String = pages.map(|file| file.contents.as_str()).collect();
    // Cells keep their words together.
    text.replace('\u{a0}', " ")
}

#[test]
fn a_peer_is_neither_the_fastest_nor_on_the_ladder_nor_among_our_rows_however_fast() {
    let run = plant(1e3, 1e3).0;
    let summary = summarise(&run);
    let kernel = &summary.kernels[0];
    assert_eq!(kernel.winner().expect("one").case.variant, "rayon");
    assert!(kernel.rows().all(|row| row.language.is_none()));
    assert!(kernel.ladder.iter().all(|step| !step.case.variant.contains('.')));
    assert!(kernel.scaling.iter().all(|scaling| !scaling.variant.contains('.')));
    let peers: Vec<String> =
        kernel.sizes.iter().flat_map(|size| &size.peers).map(CaseRow::label).collect();
    assert_eq!(peers, ["numpy (Python)", "numba (Python), 2 threads"]);
    assert!(kernel.not_run.is_empty());
}

#[test]
fn the_best_of_each_side_meet_with_as_many_threads_as_either_may_use() {
    let run = plant(3e6, 1.2e6).0;
    let summary = summarise(&run);
    let contests = contests(&summary);
    let told: Vec<_> = contests
        .iter()
        .map(|own| (own.threads, own.ours.label(), own.peer.label(), own.standing()))
        .collect();
    let of = |threads, ours: &str, peer: &str| {
        (threads, ours.to_owned(), peer.to_owned(), Standing::Ahead)
    };
    assert_eq!(
        told,
        [of(1, "fast", "numpy (Python)"), of(2, "rayon, 2 threads", "numba (Python), 2 threads")]
    );
    // 3 ms over 1 ms, and 1.2 ms over 0.6 ms, within the 2 % that planted samples spread.
    let ratios: Vec<f64> = contests.iter().map(|own| own.ahead.interval.estimate).collect();
    assert!((ratios[0] - 3.0).abs() < 0.06 && (ratios[1] - 2.0).abs() < 0.04, "{ratios:?}");
}

#[test]
fn a_peer_that_is_faster_is_a_warning_with_its_verdict_and_a_slower_one_is_none() {
    assert_eq!(behind(&plant(3e6, 1.2e6).0), []);
    let found = behind(&plant(5e5, 1.2e6).0);
    let [one, two] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(one.severity, Severity::Warning);
    assert!(one.message.contains("`numpy (Python)` of a peer takes 50 %"), "{}", one.message);
    assert!(one.evidence[0].value.starts_with("behind by 2.0"), "{:?}", one.evidence);
    assert!(two.message.starts_with("with 2 threads"), "{}", two.message);
}

#[test]
fn a_peer_that_may_be_faster_is_a_note_with_the_reason() {
    let found = behind(&plant(1e6, 1.2e6).0);
    let [level] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(level.severity, Severity::Note);
    assert!(
        level.message.starts_with("with 1 thread it cannot be told whether our `fast` or `numpy"),
        "{}",
        level.message
    );
    assert!(level.message.contains("% of each other"), "{}", level.message);
}

#[test]
fn where_ours_is_at_the_ceiling_a_faster_peer_is_a_note_that_says_so() {
    let mut plant = plant(9.8e5, 7e6);
    plant.0.kernels[0].bound = Some(amdahl_reports::Bound::Read);
    let bytes = plant.0.kernels[0].size("big").and_then(|size| size.bytes).expect("declared");
    let ceiling = case("k", "read", "big", 1);
    let time = Series::single(Metric::WALL_TIME, vec![9.5e5; 30]);
    let work = Series::single(Metric::CEILING_WORK, vec![bytes]);
    let series = Measurement { series: vec![time, work], ..Measurement::default() };
    let run = plant.measured(&ceiling, measurer::CEILING, series).0;
    let found = behind(&run);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].severity, Severity::Note);
    assert!(found[0].message.contains("next to nothing is left to gain"), "{}", found[0].message);
}

#[test]
fn pages_name_a_peer_with_its_language_its_versions_and_the_remedy_of_a_missing_one() {
    let text = markdown(&plant(3e6, 1.2e6).0);
    for words in [
        "`numpy` (Python)",
        "`numba` (Python), 2 threads",
        "NumPy 2.1.0",
        "it is not installed",
        "cargo amdahl peers install julia",
        "ahead by 3.0",
        "1 thread: the best peer takes 3.00x",
        "memory added",
        "lines of code",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let without = markdown(&Plant::new().kernel(kernel("k", &[("naive", Role::Reference)])).0);
    assert!(!without.contains("Peers") && !without.contains("memory added"), "{without}");
}

#[test]
fn a_failed_peer_keeps_its_row_and_is_no_contest() {
    let numpy = case("k", "python.numpy", "big", 1);
    let mut plant = plant(1e3, 7e5);
    plant.0.records.retain(|record| record.case != numpy);
    let run = plant.failed(&numpy, measurer::CHECK, FailureKind::Disagreed, "at [0]: 1, not 2").0;
    let summary = summarise(&run);
    assert!(contests(&summary).iter().all(|own| own.threads == 2));
    let text = markdown(&run);
    assert!(text.contains("disagrees") && text.contains("at [0\\]: 1, not 2"), "{text}");
}

#[test]
fn a_run_with_peers_survives_its_records_file_and_json_tells_language_and_memory() {
    let run = plant(3e6, 1.2e6).0;
    assert_eq!(wire::decode(wire::encode(&run).as_bytes()).expect("readable"), run);
    let json = render::by_id("json").expect("a renderer").render(&Report::new(&run));
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let rows = value["kernels"][0]["sizes"][0]["rows"].as_array().expect("rows");
    let numpy = rows.iter().find(|row| row["case"]["variant"] == "python.numpy").expect("a row");
    assert_eq!(numpy["language"], "Python");
    assert_eq!(numpy["lines"], 3);
    // The median of three: a single disturbance does not show.
    assert_eq!(numpy["resident_peak_bytes"], 4e6);
}
