//! The planted suite through the whole program: what does not do its work is caught, what does is not,
//! and a sweep gives curves.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::path::PathBuf;
use std::process::Output;

use amdahl_reports::analyse::analyse;
use amdahl_reports::summary::{KernelSummary, Status, summarise};
use amdahl_reports::{CaseId, FailureKind, Outcome, Run, measurer, wire};
use common::{Sandbox, assert_code, stderr};

/// `cargo amdahl` with time enough for a busy machine.
fn amdahl(sandbox: &Sandbox, words: &[&str]) -> Output {
    let mut command = sandbox.command();
    command.env("AMDAHL_CLI", "1").env("AMDAHL_TIMEOUT", "120s");
    sandbox.run(command.args(words))
}

/// The records of the sandbox's only run.
fn records(sandbox: &Sandbox) -> Run {
    let runs = sandbox.amdahl_folder().join("runs");
    let folders = std::fs::read_dir(&runs).expect("runs are kept");
    let paths: Vec<PathBuf> =
        folders.map(|entry| entry.expect("readable").path().join("records.jsonl")).collect();
    let path = paths.iter().find(|path| path.exists()).expect("one has records");
    wire::decode(&std::fs::read(path).expect("readable")).expect("records of this version")
}

/// How a variant of `sum` failed: its check, or else what its row at the largest size says.
fn failure(run: &Run, variant: &str) -> Option<(String, FailureKind, String)> {
    let of_check = run.records.iter().find_map(|record| match &record.outcome {
        Outcome::Failed(failure)
            if record.case.variant == variant && record.measurer == measurer::CHECK =>
        {
            Some((record.measurer.clone(), failure.kind, failure.reason.clone()))
        }
        _ => None,
    });
    let summary = summarise(run);
    let row = summary.kernels.iter().flat_map(KernelSummary::rows).find(|row| {
        row.case.kernel == "sum" && row.case.variant == variant && row.case.size == "1000000"
    });
    of_check.or_else(|| match &row?.status {
        Status::Failed { measurer, failure } => {
            Some((measurer.clone(), failure.kind, failure.reason.clone()))
        }
        _ => None,
    })
}

#[test]
fn what_does_not_do_its_work_under_the_clock_is_not_ranked() {
    let sandbox = Sandbox::of("planted");
    let output = amdahl(&sandbox, &["measure", "sum", "--budget", "30s"]);
    assert_code(&output, 2);
    let run = records(&sandbox);
    for honest in ["naive", "honest"] {
        assert_eq!(failure(&run, honest), None, "{honest}\n{}", stderr(&output));
    }
    let caught = [
        ("hoisted", FailureKind::Idle, "the machine's ceiling"),
        ("unused", FailureKind::Idle, "the machine's ceiling"),
        ("cached", FailureKind::Idle, "the machine's ceiling"),
        ("stale", FailureKind::Disagreed, "on the input of another seed"),
        ("wrong_when_timed", FailureKind::Disagreed, "in a timed iteration"),
    ];
    for (variant, kind, word) in caught {
        let (_, found, reason) =
            failure(&run, variant).unwrap_or_else(|| panic!("{variant} is ranked"));
        assert_eq!(found, kind, "{variant}: {reason}");
        assert!(reason.contains(word), "{variant}: {reason}");
    }
    let told = analyse(&run).into_iter().filter(|finding| finding.analyser == "work").count();
    assert!(told >= 4, "hoisted, unused, cached, wrong_when_timed: {told}");

    // Where a kernel names no bound, a cached result shows by the first iteration after a fresh
    // setup.
    let mut unbounded = run;
    for kernel in &mut unbounded.kernels {
        kernel.bound = None;
    }
    assert_eq!(failure(&unbounded, "honest"), None);
    let (by, kind, reason) = failure(&unbounded, "cached").expect("it repeats nothing");
    assert_eq!((by.as_str(), kind), (measurer::WORK, FailureKind::Idle));
    assert!(reason.contains("do not repeat the work"), "{reason}");
}

#[test]
fn a_sweep_gives_each_case_a_curve_and_the_streams_their_peaks() {
    let sandbox = Sandbox::of("planted");
    let filters = ["stream", "sum/(naive|honest)"];
    let words = ["measure", "--budget", "600s", "--sizes", "1_000..64_000"];
    let words = [words.as_slice(), &filters].concat();
    assert_code(&amdahl(&sandbox, &words), 0);
    let run = records(&sandbox);
    let summary = summarise(&run);
    let growth = |kernel: &str| {
        let found = summary.kernels.iter().find(|own| own.id == kernel).expect("it was swept");
        found.growth.clone().expect("sizes on its axis")
    };
    let sum = growth("sum");
    assert!(sum.is_sweep() && sum.sizes.len() >= 6, "{:?}", sum.sizes);
    let exponent = sum.curve("naive", 1).and_then(|curve| curve.exponent).expect("a slope");
    // Sixty-four times the values: no disturbance makes that cost as little as a square root, or as
    // much as a square.
    assert!((0.5..2.0).contains(&exponent.estimate), "{exponent:?}");
    let peaks = |kernel: &str, variant: &str| {
        growth(kernel).curve(variant, 1).and_then(|curve| curve.heap).expect("heap is counted")
    };
    // A block of 1,024 doubles; a copy of 64,000.
    assert_eq!(peaks("stream", "by_blocks").peak_bytes, (8_192.0, 8_192.0));
    let hoarded = peaks("hoarded_stream", "hoards");
    assert_eq!(hoarded.peak_bytes.1, 512_000.0);
    assert!((hoarded.exponent - 1.0).abs() < 1e-9, "{hoarded:?}");
    let told: Vec<CaseId> = analyse(&run)
        .into_iter()
        .filter(|finding| finding.analyser == "memory_growth")
        .filter_map(|finding| finding.case)
        .collect();
    assert_eq!(told, [CaseId::new("hoarded_stream", "hoards", "64000", 1)]);
    assert!(sandbox.read("report/charts/sum-growth.svg").contains("naive"));
}

#[test]
fn a_range_too_short_for_a_law_is_refused_with_advice() {
    let sandbox = Sandbox::of("planted");
    let output = sandbox.amdahl("measure sum --sizes 1000..2000");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("at least 32 times"), "{}", stderr(&output));
    let output = sandbox.amdahl("measure --sizes sum");
    assert_ne!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("--sizes 100..3200"), "{}", stderr(&output));
}
