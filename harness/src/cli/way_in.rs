//! `cargo-amdahl`, the way in: it builds the workspace's bench target and becomes it.

#![allow(clippy::disallowed_methods, reason = "cargo names itself in the environment")]

use std::ffi::OsString;
use std::io::BufReader;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, bail};
use serde::Deserialize;

use super::commands::{all, program};
use super::print::Streams;
use super::{CLI_VARIABLE, TOOL_FAILED, run};
use crate::declare::Suite;

/// What the `cargo-amdahl` binary does.
pub fn cargo_amdahl() -> ExitCode {
    let mut streams = Streams::of_this_process();
    let mut arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    // `cargo amdahl …` through cargo's own subcommand lookup repeats the name.
    if arguments.first().is_some_and(|word| word == "amdahl") {
        arguments.remove(0);
    }
    let words = std::iter::once(OsString::from("cargo amdahl")).chain(arguments.clone());
    // Help and errors of use are answered without a build.
    let matches = match program().try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) => return streams.usage(&error),
    };
    let asked = matches.subcommand_name().unwrap_or_default();
    if all().into_iter().any(|command| command.name() == asked && !command.needs_suite()) {
        let words: Vec<String> =
            arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        return run(&Suite::new([]), &words, &mut streams);
    }
    let wanted = matches.subcommand().and_then(|(_, own)| own.get_one::<String>("bench-target"));
    match bench_binary(wanted.map(String::as_str)) {
        Ok(binary) => {
            let error = Command::new(&binary).args(arguments).env(CLI_VARIABLE, "1").exec();
            streams.error(&anyhow::anyhow!("cannot run {}: {error}", binary.display()))
        }
        Err(error) => {
            streams.error(&error);
            ExitCode::from(TOOL_FAILED)
        }
    }
}

/// A message of cargo's JSON output, as far as it tells of built programs.
#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

/// Builds the bench targets and finds the one that is wanted.
fn bench_binary(wanted: Option<&str>) -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["bench", "--no-run", "--quiet", "--message-format=json-render-diagnostics"]);
    match wanted {
        Some(name) => cargo.args(["--bench", name]),
        None => cargo.arg("--benches"),
    };
    let mut child = cargo.stdout(Stdio::piped()).spawn().context("cannot run cargo")?;
    let output = child.stdout.take().context("cargo started without its pipe")?;
    let mut built: Vec<(String, PathBuf)> = Vec::new();
    for message in serde_json::Deserializer::from_reader(BufReader::new(output)).into_iter() {
        let message: Message = message.context("cargo's output")?;
        if let (Some(target), Some(program)) = (message.target, message.executable)
            && message.reason == "compiler-artifact"
            && target.kind.iter().any(|kind| kind == "bench")
        {
            built.push((target.name, program));
        }
    }
    if !child.wait()?.success() {
        bail!("the bench target does not build");
    }
    match built.as_slice() {
        [] => bail!("this workspace has no bench target: add one, see the README of amdahl"),
        [(_, program)] => Ok(program.clone()),
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| name.as_str()).collect();
            bail!(
                "there are several bench targets ({}): say which with --bench NAME",
                names.join(", ")
            )
        }
    }
}
