//! The sides of a gate as programs: scripts around the stub worker, and the gate between two of them.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::common::{Sandbox, example, stderr, stdout};

/// A program that is the stub worker with these options.
pub fn stub(sandbox: &Sandbox, name: &str, options: &str) -> PathBuf {
    let worker = example("stub_worker");
    let line = format!("AMDAHL_STUB='{options}' AMDAHL_SELF=\"$0\" exec {}", worker.display());
    script(sandbox, name, &line)
}

pub fn script(sandbox: &Sandbox, name: &str, line: &str) -> PathBuf {
    let path = sandbox.target().join(name);
    fs::write(&path, format!("#!/bin/sh\n{line} \"$@\"\n")).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("an executable");
    path
}

pub fn gate_command(sandbox: &Sandbox, base: &Path, head: &Path, words: &str) -> Command {
    let mut command = sandbox.command();
    command
        .env("AMDAHL_CLI", "1")
        .env("AMDAHL_BUDGET", "60s")
        .env_remove("GITHUB_STEP_SUMMARY")
        .arg("gate")
        .arg("--base-binary")
        .arg(base)
        .arg("--head-binary")
        .arg(head)
        .args(words.split_whitespace());
    command
}

pub fn gate(sandbox: &Sandbox, base: &Path, head: &Path, words: &str) -> Output {
    gate_command(sandbox, base, head, words).output().expect("the gate starts")
}

/// A gate between stubs with these options.
pub fn stubs(base: &str, head: &str, words: &str) -> (Sandbox, Output) {
    let sandbox = Sandbox::of("gated");
    let (base, head) = (stub(&sandbox, "base", base), stub(&sandbox, "head", head));
    let output = gate(&sandbox, &base, &head, words);
    (sandbox, output)
}

pub fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|_| panic!("{}", stderr(output)))
}
