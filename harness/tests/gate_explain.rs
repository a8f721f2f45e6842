//! `cargo amdahl gate --explain` and `--instructions` as whole programs.
//!
//! The sides are stub workers, and so is Valgrind: a script in its place has the stub write down what it
//! would have counted.

#[path = "../../tests/common/mod.rs"]
mod common;
mod sides;

use std::fs;
use std::process::Output;

use common::{Sandbox, assert_code, example, stderr, stdout};
use serde_json::Value;
use sides::{gate, gate_command, json, stub};

const VALGRIND: &str = "[ \"$1\" = --version ] && echo valgrind-3 && exit\n\
    while :; do case $1 in --callgrind-out-file=*) file=${1#*=} ;; --*) ;; *) break ;; esac; shift; done\n\
    AMDAHL_STUB_COUNTS=$file exec";

/// A gate between stubs with these options, with Valgrind's stand-in or without any.
fn explained(base: &str, head: &str, words: &str, valgrind: bool) -> (Sandbox, Output) {
    let sandbox = Sandbox::of("gated");
    let programs = sandbox.target().join("programs");
    fs::create_dir(&programs).expect("a folder");
    if valgrind {
        sides::script(&sandbox, "programs/valgrind", VALGRIND);
    }
    let (base, head) = (stub(&sandbox, "base", base), stub(&sandbox, "head", head));
    let mut command = gate_command(&sandbox, &base, &head, words);
    let output = sandbox.run(command.env("PATH", &programs));
    (sandbox, output)
}

fn why(output: &Output) -> String {
    json(output)["results"][0]["cause"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn two_per_cent_more_instructions_fail_where_they_are_compared_and_are_accepted_with_a_reason() {
    let (base, head) = ("instructions=100000", "instructions=102000");
    let (sandbox, output) = explained(base, head, "fold --instructions", true);
    assert_code(&output, 2);
    let said = stdout(&output);
    assert!(said.contains("1 case executes more instructions"), "{said}");
    assert!(said.contains("100,000  102,000"), "{said}");
    let words = ["accept", "sum/fold/1000", "instructions", "--reason", "checks its input"];
    let mut accept = sandbox.command();
    assert_code(&sandbox.run(accept.env("AMDAHL_CLI", "1").args(words)), 0);
    let file = fs::read_to_string(sandbox.target().join("amdahl.toml")).expect("a file");
    assert!(file.contains("up_to = 102510.0"), "102,000 and half a per cent of it: {file}");
    assert_code(&explained(base, head, "fold", true).1, 0);
    assert_code(&explained(base, "instructions=100400", "fold --instructions", true).1, 0);
}

#[test]
fn without_valgrind_instructions_are_said_not_to_be_compared() {
    let (_, output) = explained("", "", "fold --instructions", false);
    assert_code(&output, 0);
    assert!(
        stdout(&output).contains("Instructions are not compared: Valgrind"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn equal_work_that_is_slower_in_one_layout_alone_is_a_warning_and_ends_with_0() {
    let (_, output) =
        explained("instructions=100", "instructions=100,page=5", "fold --explain --json", true);
    assert_code(&output, 0);
    let result = json(&output);
    assert_eq!(result["verdict"], "no_regression");
    assert_eq!(why(&output), "layout_only");
    assert_eq!(result["results"][0]["time"], "slower_by_layout");
    let reason = result["reasons"][0].as_str().expect("a reason");
    assert!(reason.contains("by its layout alone"), "{reason}");
}

#[test]
fn a_slow_down_that_stays_or_whose_work_is_not_known_remains_a_regression() {
    let (_, stays) =
        explained("instructions=100", "instructions=100,cost=1050", "fold --explain --json", true);
    assert_code(&stays, 2);
    assert_eq!(why(&stays), "every_layout");
    let (_, unknown) = explained("", "page=5", "fold --explain --json", false);
    assert_code(&unknown, 2);
    assert!(why(&unknown).starts_with("unclear: it depends on the layout"), "{}", why(&unknown));
    let (_, more) = explained("blocks=2", "blocks=3,cost=1050", "fold --explain --json", false);
    assert_code(&more, 2);
    assert_eq!(why(&more), "work: `heap_blocks` +50.0 %");
}

#[test]
fn a_pass_needs_no_explanation() {
    let (sandbox, output) = explained("", "", "fold --explain --json", true);
    assert_code(&output, 0);
    assert_eq!(json(&output)["run"]["explanations"], Value::Array(Vec::new()));
    assert!(!sandbox.amdahl_folder().join("gate/explain").exists());
}

#[test]
fn a_real_program_with_more_work_is_drawn_against_its_base() {
    let sandbox = Sandbox::of("gated");
    let base = example("gated");
    // The program knows by its file that it differs, since nothing else tells it under Valgrind.
    let head = sandbox.target().join("gated");
    let program = fs::read(&base).expect("the example");
    fs::write(&head, [&program[..], b"-slower"].concat()).expect("a copy");
    fs::set_permissions(&head, fs::metadata(&base).expect("its mode").permissions()).expect("set");
    let output = gate(&sandbox, &base, &head, "fold --budget 25s --explain --json");
    let result = json(&output);
    if result["results"][0]["time"] == "slower" {
        let drawing = sandbox.read("gate/explain/sum-fold-5000/differential.svg");
        // The closure of the variant; what it calls may be inlined, or one function with another's.
        assert!(drawing.contains("gated::sum"), "{}", stderr(&output));
        assert!(!why(&output).is_empty());
    } else {
        // Beside other programs it may be unable to tell. It must not pass.
        assert!(matches!(output.status.code(), Some(2 | 3)), "{}", stdout(&output));
    }
}
