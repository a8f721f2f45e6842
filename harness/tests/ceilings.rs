//! The machine's ceilings as a user meets them: a survey, and a run that is held to it.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::fs;
use std::path::PathBuf;

use common::{Sandbox, assert_code, stderr, stdout};

/// The smallest survey: three working sets, one thread.
const SMALL: &str = "ceilings --quick --threads 1 --up-to 64KiB --budget 1s";

fn survey_folder(sandbox: &Sandbox) -> PathBuf {
    let entries = fs::read_dir(sandbox.amdahl_folder().join("ceilings")).expect("surveys are kept");
    let folders: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    assert_eq!(folders.len(), 1, "one machine, one build: {folders:?}");
    folders[0].clone()
}

#[test]
fn a_survey_is_measured_once_kept_and_shown_again_until_it_is_asked_for_anew() {
    let sandbox = Sandbox::of("ceilings");
    let first = sandbox.amdahl(SMALL);
    assert_code(&first, 0);
    let text = stdout(&first);
    for part in ["Multiply-adds", "scalar", "Memory by working set", "64 KiB", "latency"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let folder = survey_folder(&sandbox);
    for file in ["records.jsonl", "README.md", "ceilings.svg", "ceilings.json"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    let kept = fs::read(folder.join("records.jsonl")).expect("the records");

    let again = sandbox.amdahl("ceilings --json");
    assert_code(&again, 0);
    assert!(stderr(&again).contains("--measure measures anew"), "{}", stderr(&again));
    let json: serde_json::Value = serde_json::from_str(&stdout(&again)).expect("JSON on stdout");
    let points = json["points"].as_array().expect("points");
    assert!(points.iter().all(|point| point["best"].as_f64() > Some(0.0)), "{points:?}");
    assert_eq!(fs::read(folder.join("records.jsonl")).expect("the records"), kept);

    let anew = sandbox.amdahl(&format!("{SMALL} --measure"));
    assert_code(&anew, 0);
    assert_ne!(fs::read(folder.join("records.jsonl")).expect("the records"), kept);
    assert_eq!(survey_folder(&sandbox), folder, "the new one took its place");
}

#[test]
fn a_damaged_survey_is_told_and_measured_anew() {
    let sandbox = Sandbox::of("ceilings");
    assert_code(&sandbox.amdahl(SMALL), 0);
    let records = survey_folder(&sandbox).join("records.jsonl");
    fs::write(&records, "half a li").expect("a writable file");
    let again = sandbox.amdahl(SMALL);
    assert_code(&again, 0);
    assert!(stderr(&again).contains("warning"), "{}", stderr(&again));
    assert!(fs::metadata(&records).expect("the records").len() > 1_000);
}

#[test]
fn a_run_counts_the_reference_and_is_held_to_the_ceilings_and_the_survey() {
    let sandbox = Sandbox::of("ceilings");
    assert_code(&sandbox.amdahl(SMALL), 0);
    let measured = sandbox.amdahl("measure --budget 4s --json");
    assert_code(&measured, 0);
    let report: serde_json::Value = serde_json::from_str(&stdout(&measured)).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let found = |analyser: &str, kernel: &str| {
        findings.iter().any(|finding| {
            let message = finding["message"].as_str().unwrap_or_default();
            finding["analyser"] == analyser && message.contains(&format!("`{kernel}"))
        })
    };
    assert!(found("work", "overstated"), "{findings:?}");
    assert!(found("declared_work", "overstated"), "{findings:?}");
    assert!(!found("declared_work", "squares"), "{findings:?}");
    let records = sandbox.read("report/records.jsonl");
    assert!(records.contains("surveyed_rate"), "the survey is compared with");
    assert!(records.contains("\"additions\":7"), "seven values were added up");
    let folder = sandbox.amdahl_folder().join("report/charts");
    assert!(folder.join("squares-roofline.svg").is_file(), "{}", folder.display());
}
