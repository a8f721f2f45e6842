//! `cargo amdahl doctor` end to end. What it says of the machine the tests run on is the machine's
//! affair; what is asserted is what holds on any: the build is a debug build, and the exit code is
//! that of the worst line.

#[path = "../../tests/common/mod.rs"]
mod common;

use common::{Sandbox, assert_code, stderr, stdout};
use serde_json::Value;

/// A debug build's place, as JSON. Built with optimisation and assertions off, the tests would say
/// nothing of the code for a debug build.
fn diagnosis(sandbox: &Sandbox, words: &str) -> Value {
    let output = sandbox.amdahl(&format!("doctor --json {words}"));
    let json: Value = serde_json::from_str(&stdout(&output))
        .unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    let worst = json["level"].as_str().expect("a level");
    assert_code(&output, if worst == "problem" { 3 } else { 0 });
    json
}

fn line<'a>(diagnosis: &'a Value, topic: &str) -> &'a Value {
    let lines = diagnosis["lines"].as_array().expect("lines");
    lines.iter().find(|line| line["topic"] == topic).unwrap_or_else(|| panic!("{topic}: {lines:?}"))
}

#[test]
fn a_debug_build_is_not_fit_and_the_exit_code_says_so() {
    let sandbox = Sandbox::of("own_kernels");
    let output = sandbox.amdahl("doctor --quick");
    let is_debug = cfg!(debug_assertions);
    let said = stdout(&output);
    assert_eq!(said.contains("problem: profile"), is_debug, "{said}");
    if is_debug {
        assert_code(&output, 3);
        assert!(said.contains("Verdict: not fit for measuring: profile"), "{said}");
    }
    assert!(said.contains("not measured: self-test"), "{said}");
}

#[test]
fn the_self_test_measures_one_thing_by_pairs_and_by_processes() {
    let sandbox = Sandbox::of("own_kernels");
    let found = diagnosis(&sandbox, "");
    let test = &found["environment"]["self_test"];
    let count = |name: &str| test[name].as_array().expect("samples").len();
    assert_eq!(count("first_ns"), count("second_ns"));
    assert_eq!(test["pairs_a_try"].as_u64(), Some(40));
    assert!(count("first_ns") >= 100 && count("processes_ns") >= 5, "{test}");
    let effect = found["smallest_effect"].as_f64().expect("a fraction");
    assert!(effect > 0.0 && effect.is_finite(), "{effect}");
    assert!(found["verdict"].as_str().expect("words").contains("can be told between"), "{found}");
    for topic in ["in turn", "smallest effect", "separate runs"] {
        assert_ne!(line(&found, topic)["level"], "not_measured", "{topic}");
    }
}

#[test]
fn the_lock_file_above_the_working_folder_and_its_manifest_are_the_ones_told() {
    let sandbox = Sandbox::of("own_kernels");
    let without = diagnosis(&sandbox, "--quick");
    assert_eq!(line(&without, "dependencies")["level"], "warning");
    std::fs::write(sandbox.target().join("Cargo.lock"), "version = 4\n").expect("a file");
    let manifest = "[profile.release]\nlto = \"thin\"\n";
    std::fs::write(sandbox.target().join("Cargo.toml"), manifest).expect("a file");
    let with = diagnosis(&sandbox, "--no-self-test");
    assert_eq!(line(&with, "dependencies")["level"], "ok");
    let lto = line(&with, "link-time optimisation")["says"].as_str().expect("words");
    assert!(lto.contains("lto = \"thin\""), "{lto}");
}

#[test]
fn tools_that_are_not_there_are_missed() {
    let sandbox = Sandbox::of("own_kernels");
    let empty = sandbox.target().join("no_programs");
    std::fs::create_dir(&empty).expect("a folder");
    let mut command = sandbox.command();
    command.env("AMDAHL_CLI", "1").env("PATH", &empty).args(["doctor", "--quick"]);
    let said = stdout(&sandbox.run(&mut command));
    assert!(said.contains("not measured: valgrind: not found"), "{said}");
    assert!(said.contains("not measured: perf: not found"), "{said}");
}

#[test]
fn a_program_without_the_allocator_is_told_what_it_lacks() {
    let found = diagnosis(&Sandbox::of("no_allocator"), "--quick");
    assert_eq!(line(&found, "allocator")["level"], "warning");
}

#[test]
fn a_run_carries_the_verdict_in_its_head() {
    let sandbox = Sandbox::of("own_kernels");
    assert_code(&sandbox.amdahl("measure dot/zip dot/naive --budget 2s"), 0);
    let report = sandbox.report();
    assert!(report.contains("What the doctor saw"), "{report}");
    assert_eq!(
        report.contains("not fit for measuring: profile"),
        cfg!(debug_assertions),
        "{report}"
    );
}
