//! A survey of the machine: what it says of each ceiling, and what may be expected from it.

use amdahl_reports::summary::Survey;
use amdahl_reports::{
    CaseId, CeilingKind, Failure, FailureKind, Measurement, Metric, Outcome, Record, Run, Series,
    chart, measurer, render, survey_document, survey_json, wire,
};

use crate::plant::{info, kernel};

/// A point: an iteration of so much work took these nanoseconds.
fn point(
    kind: CeilingKind,
    variant: &str,
    size: u64,
    threads: usize,
    work: f64,
    ns: &[f64],
) -> Record {
    let series = vec![
        Series::single(Metric::WALL_TIME, ns.to_vec()),
        Series::single(Metric::CEILING_WORK, vec![work]),
    ];
    Record {
        case: CaseId::new(&kind.kernel(), variant, &size.to_string(), threads),
        measurer: measurer::CEILING.to_owned(),
        outcome: Outcome::Measured(Measurement { series, ..Measurement::default() }),
    }
}

/// Reads at 100, 50 and 10 GB/s in 4 KiB, 1 MiB and 64 MiB, half as much in the median; loads of 1,
/// 4 and 100 ns; multiply-adds of two sets.
fn run() -> Run {
    let mut records = Vec::new();
    for (bytes, rate) in [(1_u64 << 12, 100.0), (1 << 20, 50.0), (1 << 26, 10.0)] {
        let best = 1e6 / rate;
        let samples = [best, 2.0 * best, 3.0 * best];
        records.push(point(CeilingKind::Read, "ceiling", bytes, 1, 1e6, &samples));
        let best = best / 2.0;
        let samples = [best, 2.0 * best, 3.0 * best];
        records.push(point(CeilingKind::Read, "ceiling", bytes, 2, 1e6, &samples));
        let load = 100.0 / rate;
        records.push(point(CeilingKind::Latency, "ceiling", bytes, 1, 1e3, &[1e3 * load; 3]));
    }
    for (set, gflops) in [("scalar", 8.0), ("avx2", 60.0)] {
        let samples = [1e6 / gflops; 3];
        records.push(point(CeilingKind::Arithmetic, set, 1 << 26, 1, 1e6, &samples));
    }
    let kernels = CeilingKind::ALL.map(|kind| kernel(&kind.kernel(), &[])).to_vec();
    Run { info: info(), kernels, records }
}

fn near(got: Option<f64>, want: f64) {
    assert!(got.is_some_and(|got| (got - want).abs() < 1e-6 * want), "{got:?}, want {want}");
}

#[test]
fn the_best_sample_is_the_ceiling_and_the_median_stands_beside_it() {
    let survey = Survey::of(&run());
    let reads = survey.by_working_set(CeilingKind::Read, 1);
    assert_eq!(reads.len(), 3);
    near(Some(reads[0].best), 100.0);
    near(Some(reads[0].typical.estimate), 50.0);
    let loads = survey.by_working_set(CeilingKind::Latency, 1);
    near(loads.last().map(|point| point.best), 10.0);
    assert_eq!(survey.threads(), [1, 2]);
    assert_eq!(survey.instruction_sets(), ["scalar", "avx2"]);
}

#[test]
fn between_two_working_sets_the_slower_one_is_expected() {
    let survey = Survey::of(&run());
    let expected = |bytes| survey.expected(CeilingKind::Read, 1, Some(bytes));
    // Three samples: the interval of their median is their range, so its low end is a third.
    near(expected(4096.0), 100.0 / 3.0);
    near(expected(5000.0), 50.0 / 3.0);
    near(expected(2e6), 10.0 / 3.0);
    assert_eq!(expected(1e12), None, "nobody went there");
    near(survey.expected(CeilingKind::Arithmetic, 1, None), 60.0);
    assert_eq!(survey.expected(CeilingKind::Arithmetic, 2, None), None);
    assert_eq!(survey.expected(CeilingKind::Triad, 1, Some(1e6)), None);
}

/// As Markdown, with ordinary spaces.
fn markdown(run: &Run, has_chart: bool) -> String {
    render::markdown(&survey_document(run, has_chart)).replace('\u{a0}', " ")
}

#[test]
fn the_document_shows_sets_working_sets_and_caches() {
    let text = markdown(&run(), true);
    for part in ["`avx2`", "60.0 (60.0)", "100 (50.0)", "64 MiB", "memory", "ceilings.svg", "L2"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let svg = chart::ceilings(&run()).expect("a chart");
    for part in ["L1 48 KiB", "L3 33 MiB", "GB/s", "ns a load", "dashed: 2 threads"] {
        assert!(svg.contains(part), "{part}: {svg}");
    }
}

#[test]
fn a_survey_is_a_run_on_the_wire_and_json_for_programs() {
    let run = run();
    assert_eq!(wire::decode(wire::encode(&run).as_bytes()).expect("a sound run"), run);
    let json: serde_json::Value = serde_json::from_str(&survey_json(&run)).expect("JSON comes out");
    assert_eq!(json["amdahl"], "ceilings");
    assert_eq!(json["points"].as_array().map(Vec::len), Some(11));
    assert_eq!(json["points"][0]["unit"], "GB/s");
}

#[test]
fn what_failed_is_named_and_nothing_is_made_of_it() {
    let mut run = run();
    let failure = Failure { kind: FailureKind::Died, reason: "signal 9".to_owned() };
    run.records[0].outcome = Outcome::Failed(failure);
    let text = markdown(&run, false);
    assert!(text.contains("## Not measured"), "{text}");
    assert!(text.contains("signal 9"), "{text}");
    assert_eq!(Survey::of(&run).by_working_set(CeilingKind::Read, 1).len(), 2);
    run.records.clear();
    assert_eq!(chart::ceilings(&run), None);
}
