//! The composite action's script, from a repository to an exit code, as a CI runs it.
//!
//! All is real but the bench target's dependency on the library, which would take minutes to compile:
//! `cargo amdahl`, cargo, git, both builds. The bench target is the stub worker, which as a command line
//! hands over to a suite that is built already, with itself as the head.

#![allow(clippy::disallowed_methods, reason = "a test adds to the search path")]

#[path = "../../tests/common/mod.rs"]
mod common;
mod repository;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{Sandbox, assert_code, example, stderr, stdout};
use repository::{STUB, git, repository};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.github/actions/gate/gate.sh");

/// The stub worker that costs so many nanoseconds, as a whole bench target.
fn bench(cost_ns: u32) -> String {
    let suite = format!("{:?}", example("gated").to_string_lossy());
    let main = format!(
        "fn main() {{\n    if std::env::var_os(\"AMDAHL_WORKER\").is_none() {{\n        \
         use std::os::unix::process::CommandExt;\n        \
         let own = std::env::current_exe().unwrap();\n        \
         let mut suite = std::process::Command::new({suite});\n        \
         suite.args(std::env::args_os().skip(1)).args([\"--bench\", \"stub_worker\"]);\n        \
         panic!(\"{{}}\", suite.arg(\"--head-binary\").arg(own).exec());\n    }}\n"
    );
    let cost = format!("COST_NS: f64 = {cost_ns}.0");
    let bench = STUB.replace("fn main() {\n", &main).replace("COST_NS: f64 = 1000.0", &cost);
    assert!(bench.contains(&main) && bench.contains(&cost), "the stub has another shape now");
    bench
}

const BROKEN: &str = "fn main() { let broken }";

/// What the script left behind.
struct Job {
    output: Output,
    /// The files of GitHub: the step's outputs and its summary.
    outputs: String,
    summary: String,
    /// The folder of the result's files.
    folder: PathBuf,
}

impl Job {
    #[track_caller]
    fn ends(&self, code: i32, verdict: &str) {
        assert_code(&self.output, code);
        let line = format!("verdict={verdict}\n");
        assert!(self.outputs.starts_with(&line), "{}", self.outputs);
        assert!(self.outputs.contains("\nfolder="), "{}", self.outputs);
    }

    fn read(&self, file: &str) -> String {
        let path = self.folder.join(file);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }
}

/// Runs the script in a repository, with these of its variables set.
fn job(sandbox: &Sandbox, repository: &Path, variables: &[(&str, &str)]) -> Job {
    let command = Path::new(env!("CARGO_BIN_EXE_cargo-amdahl"));
    let programs = [command.parent().expect("it is in a folder").to_owned()];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(programs.into_iter().chain(std::env::split_paths(&path)));
    let files = ["outputs", "summary"].map(|name| sandbox.target().join(name));
    let folder = sandbox.target().join("results");
    for file in &files {
        fs::write(file, "").expect("a file");
    }
    let mut sh = Command::new("sh");
    sh.arg(SCRIPT)
        .current_dir(repository)
        .env("PATH", path.expect("a search path"))
        .env("CARGO_TARGET_DIR", sandbox.target())
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_OUTPUT", &files[0])
        .env("GITHUB_STEP_SUMMARY", &files[1])
        .env("GATE_FOLDER", &folder)
        .env("GATE_BUDGET", "60s")
        .envs(variables.iter().copied());
    for variable in ["AMDAHL_CLI", "AMDAHL_WORKER"] {
        sh.env_remove(variable);
    }
    let output = sandbox.run(&mut sh);
    let [outputs, summary] = files.map(|file| fs::read_to_string(file).expect("it was made"));
    Job { output, outputs, summary, folder }
}

#[test]
fn without_a_regression_the_job_passes_and_with_one_it_fails() {
    let sandbox = repository(&[&bench(1000), &bench(1000), &bench(1050)]);
    let project = sandbox.target().join("project");
    let slower = job(&sandbox, &project, &[("GATE_BASE", "v1")]);
    slower.ends(2, "regression");
    assert!(slower.outputs.contains("\ncode=2\n"), "{}", slower.outputs);
    assert!(slower.summary.starts_with("# Gate: regression"), "{}", slower.summary);
    assert_eq!(slower.summary, slower.read("gate.md"));
    assert!(slower.read("gate.xml").contains("<failure message=\"slower by"));
    assert!(slower.read("gate.bmf.json").contains("\"latency\""));
    let said = stdout(&slower.output);
    assert!(said.contains("::error title=Amdahl gate::"), "{said}");
    git(&project, &["checkout", "--quiet", "v1"]);
    let same = job(&sandbox, &project, &[("GATE_BASE", "v0"), ("GATE_FILTER", "fold")]);
    same.ends(0, "no_regression");
    assert!(same.summary.contains("1 case compared"), "{}", same.summary);
}

#[test]
fn a_side_that_does_not_build_fails_the_job_and_the_summary_says_which() {
    let sandbox = repository(&[BROKEN, &bench(1000), BROKEN]);
    let project = sandbox.target().join("project");
    let head = job(&sandbox, &project, &[("GATE_BASE", "v1")]);
    head.ends(1, "could_not_run");
    assert!(head.summary.contains("the bench target does not build"), "{}", head.summary);
    assert!(!head.summary.contains("the base (v"), "{}", head.summary);
    git(&project, &["checkout", "--quiet", "v1"]);
    let base = job(&sandbox, &project, &[("GATE_BASE", "v0")]);
    base.ends(1, "could_not_run");
    assert!(base.summary.contains("the base (v0) does not build"), "{}", base.summary);
    assert!(stderr(&base.output).contains("expected"), "the compiler's own words are in the log");
}

#[test]
fn an_inconclusive_gate_warns_unless_it_is_strict() {
    let noisy = bench(1000).replace("SPREAD: f64 = 0.4", "SPREAD: f64 = 90.0");
    let sandbox = repository(&[&noisy, &noisy]);
    let project = sandbox.target().join("project");
    // Eight launches of one epoch, by the budget's shortness alone, cannot bound such a spread.
    let short = ("GATE_BUDGET", "2s");
    let lenient = job(&sandbox, &project, &[("GATE_BASE", "v0"), short]);
    lenient.ends(0, "inconclusive");
    assert!(lenient.outputs.contains("\ncode=3\n"), "{}", lenient.outputs);
    let said = stdout(&lenient.output);
    assert!(said.contains("::warning title=Amdahl gate::inconclusive"), "{said}");
    job(&sandbox, &project, &[("GATE_BASE", "v0"), short, ("GATE_STRICT", "true")])
        .ends(2, "inconclusive");
}

#[test]
fn a_shallow_clone_fetches_its_base_and_stays_shallow() {
    let sandbox = repository(&[&bench(1000), &bench(1000), &bench(1000)]);
    let project = sandbox.target().join("project");
    git(&project, &["branch", "release", "v0"]);
    let from = format!("file://{}", project.display());
    git(sandbox.target(), &["clone", "--quiet", "--depth=1", &from, "clone"]);
    let clone = sandbox.target().join("clone");
    let output = Command::new("git").args(["rev-parse", "v0"]).current_dir(&project).output();
    let commit = stdout(&output.expect("git runs")).trim().to_owned();
    for base in [commit.as_str(), "origin/release"] {
        job(&sandbox, &clone, &[("GATE_BASE", base)]).ends(0, "no_regression");
    }
    assert!(clone.join(".git/shallow").exists(), "the whole history was fetched");
    let missing = job(&sandbox, &clone, &[("GATE_BASE", "origin/no-such")]);
    missing.ends(1, "could_not_run");
    assert!(missing.summary.contains("origin/no-such is neither here"), "{}", missing.summary);
}

#[test]
fn without_a_base_the_job_says_what_to_set() {
    let sandbox = repository(&[BROKEN]);
    let project = sandbox.target().join("project");
    for none in ["", "0000000000000000000000000000000000000000"] {
        let job = job(&sandbox, &project, &[("GATE_BASE", none)]);
        job.ends(1, "could_not_run");
        assert!(job.summary.contains("set `base`"), "{}", job.summary);
    }
}
