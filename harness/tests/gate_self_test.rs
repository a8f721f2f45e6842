//! `cargo amdahl gate --self-test` as a whole program: what is planted is found, and nothing is lost.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::Output;

use common::{Sandbox, assert_code, example, stderr, stdout};
use serde_json::Value;

fn self_test(sandbox: &Sandbox, words: &str) -> Output {
    let mut command = sandbox.command();
    command.env("AMDAHL_CLI", "1").env("AMDAHL_TIMEOUT", "20s");
    sandbox.run(command.args(["gate", "--self-test"]).args(words.split_whitespace()))
}

fn file(sandbox: &Sandbox) -> PathBuf {
    sandbox.amdahl_folder().join("gate-self-test/suites.jsonl")
}

fn suites(sandbox: &Sandbox) -> Vec<Value> {
    let text = fs::read_to_string(file(sandbox)).expect("the suites");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn what_is_planted_is_found_by_the_gate_and_by_criterion() {
    let sandbox = Sandbox::of("gated");
    let output = self_test(&sandbox, "--suites 3 --budget 15s --plants 200 --markdown found.md");
    assert_code(&output, 0);
    let suites = suites(&sandbox);
    assert_eq!(suites.len(), 3, "{}", stderr(&output));
    assert_eq!(suites[0]["gate"]["kind"], "unchanged");
    let planted = &suites[1]["gate"];
    assert_eq!(planted["kind"], "planted");
    assert_eq!(planted["plants"][0]["percent"], 200.0);
    let variant = planted["plants"][0]["variant"].as_str().expect("a variant");
    let results = planted["gate"]["results"].as_array().expect("results");
    let name = format!("sum/{variant}/");
    let result =
        results.iter().find(|own| own["case"].as_str().is_some_and(|c| c.starts_with(&name)));
    let result = result.expect("the planted case is compared");
    assert_eq!(result["time"], "slower", "{result:#}");
    // Three times as slow: whatever a busy machine makes of that, it is no small change.
    assert!(result["change"].as_f64().expect("a change") > 0.5, "{result:#}");
    let criterion = &suites[2]["criterion"];
    assert_eq!(criterion["cases"].as_array().expect("cases").len(), 2);
    for document in [stdout(&output), sandbox_file(&sandbox, "found.md")] {
        // Figures are kept on one line.
        let document = document.replace('\u{a0}', " ");
        let of_size = |line: &&str| line.contains("200 %") && line.contains("1 of 1: 100 %");
        assert!(document.lines().any(|line| of_size(&line)), "{document}");
    }
}

fn sandbox_file(sandbox: &Sandbox, name: &str) -> String {
    fs::read_to_string(sandbox.target().join(name)).expect("the document")
}

#[test]
fn a_stopped_evaluation_goes_on_where_it_was() {
    let sandbox = Sandbox::of("gated");
    assert_code(&self_test(&sandbox, "--suites 1 --budget 3s"), 0);
    let first = fs::read_to_string(file(&sandbox)).expect("the suites");
    // As a kill in the middle of a line leaves it.
    let mut broken = OpenOptions::new().append(true).open(file(&sandbox)).expect("the file");
    write!(broken, "{{\"gate\":{{\"kind\":").expect("half a line");
    assert_code(&self_test(&sandbox, "--suites 1 --budget 3s"), 0);
    let both = fs::read_to_string(file(&sandbox)).expect("the suites");
    assert!(both.starts_with(&first), "the first suite is untouched");
    let kinds: Vec<Value> =
        suites(&sandbox).iter().map(|suite| suite["gate"]["kind"].clone()).collect();
    assert_eq!(kinds, ["unchanged", "planted"]);
    let reported = self_test(&sandbox, "--report");
    assert_code(&reported, 0);
    assert!(stdout(&reported).contains("2 suites through the gate"), "{}", stdout(&reported));
    assert_eq!(fs::read_to_string(file(&sandbox)).expect("the suites"), both);
}

#[test]
fn a_relinked_program_has_suites_of_its_own() {
    let sandbox = Sandbox::of("gated");
    let copy = sandbox.target().join("relinked");
    fs::copy(example("gated"), &copy).expect("a copy");
    let words = format!("--suites 4 --budget 3s --self-test-variant {}", copy.display());
    assert_code(&self_test(&sandbox, &words), 0);
    assert_eq!(suites(&sandbox)[3]["gate"]["kind"], "relinked");
}
