//! Which of the programs that help are installed.

use std::process::{Command, Stdio};

use amdahl_reports::{Tool, doctor};

/// The doctor's programs, each with its version where it can be run.
pub(super) fn tools() -> Vec<Tool> {
    doctor::tools().map(|name| Tool { name: name.to_owned(), version: version(name) }).collect()
}

/// The first line of what it answers to `--version`.
fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().next()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}
