//! `cargo amdahl gate --base REVISION`: from a commit to a verdict, with cargo and git.
//!
//! The bench target is the stub worker, which needs no dependency and builds in seconds.

#![allow(clippy::disallowed_methods, reason = "a test waits and looks at the clock")]

#[path = "../../tests/common/mod.rs"]
mod common;
mod repository;

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{Sandbox, assert_code, example, stderr, stdout};
use repository::{STUB, git, repository, write};

/// Gates the built stub worker, as the head, against a revision.
fn gate(sandbox: &Sandbox, words: &str) -> Output {
    sandbox.run(&mut gate_command(sandbox, words))
}

fn gate_command(sandbox: &Sandbox, words: &str) -> Command {
    let mut command = sandbox.command();
    command
        .env("AMDAHL_CLI", "1")
        .env("AMDAHL_BUDGET", "60s")
        .env_remove("GITHUB_STEP_SUMMARY")
        .current_dir(sandbox.target().join("project"))
        .args(["gate", "--bench", "stub_worker", "--head-binary"])
        .arg(example("stub_worker"))
        .args(words.split_whitespace());
    command
}

#[test]
fn a_base_is_built_from_its_revision_and_a_slower_head_is_found() {
    let faster = STUB.replace("COST_NS: f64 = 1000.0", "COST_NS: f64 = 950.0");
    let sandbox = repository(&[&faster, STUB]);
    assert_code(&gate(&sandbox, "--base v1"), 0);
    let slower = gate(&sandbox, "--base v0");
    assert_code(&slower, 2);
    assert!(stdout(&slower).contains("2 cases are slower"), "{}", stdout(&slower));
    let trees = sandbox.read("gate/base/benches/stub_worker.rs");
    assert!(trees.contains("950.0"), "the work tree is kept for the next gate");
}

#[test]
fn a_base_that_does_not_build_or_is_not_there_ends_with_1() {
    let sandbox = repository(&["fn main() { let broken }"]);
    let broken = gate(&sandbox, "--base v0");
    assert_code(&broken, 1);
    assert!(stderr(&broken).contains("the base (v0) does not build"), "{}", stderr(&broken));
    let missing = gate(&sandbox, "--base v7");
    assert_code(&missing, 1);
    assert!(stderr(&missing).contains("there is no revision `v7`"), "{}", stderr(&missing));
}

#[test]
fn a_dirty_work_tree_is_told_and_never_built_into_the_base() {
    let sandbox = repository(&[STUB]);
    let folder = sandbox.target().join("project");
    write(&folder, "benches/stub_worker.rs", "fn main() { let broken }");
    assert_code(&gate(&sandbox, "--base HEAD fold"), 0);
    let program = example("gated");
    let mut command = sandbox.command();
    command.env("AMDAHL_CLI", "1").current_dir(&folder).args(["gate", "fold", "--budget", "3s"]);
    // The head is the running program, as cargo built it from this tree.
    let output = sandbox.run(command.arg("--base-binary").arg(program));
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    assert!(stdout(&output).contains("changes that are in no commit"), "{}", stdout(&output));
    assert!(stdout(&output).contains("+changes"), "{}", stdout(&output));
}

#[test]
fn an_interrupt_ends_the_build_and_removes_its_work_tree() {
    let sandbox = repository(&[STUB]);
    let folder = sandbox.target().join("project");
    let marker = sandbox.target().join("building");
    let script = format!(
        "fn main() {{ std::fs::write({marker:?}, \"\").unwrap(); \
         std::thread::sleep(std::time::Duration::from_secs(120)); }}"
    );
    write(&folder, "build.rs", &script);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "--message", "endless"]);
    let mut command = gate_command(&sandbox, "--base HEAD");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let began = Instant::now();
    while !marker.exists() && began.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(marker.exists(), "the build has begun");
    let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).expect("a process's id"));
    rustix::process::kill_process(id.expect("a process"), rustix::process::Signal::INT)
        .expect("it is there");
    let output = child.wait_with_output().expect("it ends");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("interrupted: there is no verdict"), "{}", stderr(&output));
    assert!(began.elapsed() < Duration::from_secs(100), "it did not wait for the build");
    assert!(!sandbox.amdahl_folder().join("gate/base").exists(), "no work tree is left");
}
