//! Instructions end to end: with Valgrind, without it, and where it cannot count.
//!
//! Every test asserts something on every machine: where Valgrind is installed the counts, where it is
//! not that the report says so. One hides it from the program, so that its absence is always tried.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use common::{Sandbox, assert_code, stderr, stdout};
use serde_json::Value;

/// `cargo amdahl measure --measure instructions` as JSON, with this search path for programs.
fn measure(sandbox: &Sandbox, words: &str, path: Option<&str>) -> Output {
    let mut command = sandbox.command();
    command.env("AMDAHL_CLI", "1").env("AMDAHL_TIMEOUT", "60s");
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let words = format!("measure --measure instructions --budget 8s --threads 2 --json {words}");
    sandbox.run(command.args(words.split_whitespace()))
}

/// The rows of the first kernel as `variant/size/threads`, with what was counted.
fn counts(output: &Output) -> Vec<(String, Option<f64>)> {
    let json: Value = serde_json::from_str(&stdout(output)).expect("JSON");
    let sizes = json["kernels"][0]["sizes"].as_array().expect("sizes").clone();
    let rows = sizes.iter().flat_map(|size| size["rows"].as_array().expect("rows"));
    rows.map(|row| {
        let case = &row["case"];
        let word = |name: &str| case[name].as_str().expect("a word");
        let name = format!("{}/{}/{}", word("variant"), word("size"), case["threads"]);
        (name, row["instructions"].as_f64())
    })
    .collect()
}

fn count(counts: &[(String, Option<f64>)], name: &str) -> Option<f64> {
    counts.iter().find(|(own, _)| own == name).unwrap_or_else(|| panic!("{name}: {counts:?}")).1
}

/// What is not the loop is a few hundred of some hundred thousand instructions.
#[track_caller]
fn assert_ratio(top: f64, bottom: f64, want: f64) {
    assert!((top / bottom / want - 1.0).abs() < 0.01, "{top} / {bottom} is not {want}");
}

#[test]
fn the_instructions_counted_grow_with_the_work_that_was_declared() {
    let sandbox = Sandbox::of("countable");
    let output = measure(&sandbox, "", None);
    assert_code(&output, 0);
    let counts = counts(&output);
    if Command::new("valgrind").arg("--version").output().is_err() {
        assert_eq!(count(&counts, "once/10000/1"), None);
        assert!(sandbox.report().contains("install valgrind"), "{}", sandbox.report());
        return;
    }
    let of = |name: &str| {
        count(&counts, name)
            .unwrap_or_else(|| panic!("{name} was not counted:\n{}", sandbox.report()))
    };
    let once = of("once/10000/1");
    // A step adds and counts, and goes through the black box: no fewer than two instructions.
    assert!(once > 2.0 * 10_000.0, "{once}");
    assert_ratio(of("twice/10000/1"), once, 2.0);
    assert_ratio(of("once/20000/1"), once, 2.0);
    assert!(count(&counts, "rayon/10000/1").is_some());
    assert_eq!(count(&counts, "rayon/10000/2"), None);
    assert!(sandbox.report().contains("threads spin while they wait"), "{}", sandbox.report());
}

#[test]
fn without_valgrind_the_report_has_the_reason_and_the_remedy() {
    let sandbox = Sandbox::of("countable");
    let empty = sandbox.target().join("no_programs");
    fs::create_dir(&empty).expect("a folder");
    let output = measure(&sandbox, "chain/once", empty.to_str());
    assert_code(&output, 0);
    assert_eq!(count(&counts(&output), "once/10000/1"), None);
    let report = sandbox.report();
    assert!(report.contains("Valgrind cannot be run"), "{report}");
    assert!(report.contains("install valgrind"), "{report}");
}

/// A program in Valgrind's place that dies as Valgrind does on an instruction it does not know.
#[test]
fn a_build_that_valgrind_cannot_run_blames_no_case() {
    let sandbox = Sandbox::of("countable");
    let folder = sandbox.target().join("programs");
    fs::create_dir(&folder).expect("a folder");
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && echo valgrind-3 && exit\nkill -ILL $$\n";
    let program = folder.join("valgrind");
    fs::write(&program, script).expect("a file");
    fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("a program");
    let output = measure(&sandbox, "chain/once", folder.to_str());
    assert_code(&output, 0);
    assert!(sandbox.report().contains("target-cpu=native"), "{}", sandbox.report());
}

#[test]
fn a_run_that_did_not_ask_for_instructions_says_nothing_of_them() {
    let sandbox = Sandbox::of("countable");
    assert_code(&sandbox.amdahl("measure chain/once --budget 2s"), 0);
    // The first page may name them: the doctor tells what a missing Valgrind would add.
    let page = sandbox.read("report/kernels/chain.md");
    assert!(!page.contains("instructions"), "{page}");
    let refused = sandbox.amdahl("measure --measure luck");
    assert_code(&refused, 1);
    assert!(stderr(&refused).contains("instructions"), "{}", stderr(&refused));
}
