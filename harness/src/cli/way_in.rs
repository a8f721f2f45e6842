//! `cargo-amdahl`, the way in: it builds the workspace's bench target and becomes it.

#![allow(clippy::disallowed_methods, reason = "cargo names itself in the environment")]

use std::ffi::OsString;
use std::io::BufReader;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::ArgMatches;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;

use super::commands::{self, all, program};
use super::print::Streams;
use super::{CLI_VARIABLE, TOOL_FAILED, run};
use crate::declare::Suite;
use crate::driver::Interrupt;

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
    let needs_none = |command: &dyn commands::Command| {
        matches.subcommand_matches(command.name()).is_some_and(|own| !command.needs_suite(own))
    };
    if all().into_iter().any(needs_none) {
        let words: Vec<String> =
            arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        return run(&Suite::new([]), &words, &mut streams);
    }
    let wanted = bench_target(&matches).map(String::as_str);
    match (CargoBench { wanted, ..CargoBench::default() }).build() {
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

/// The bench target that was asked for, before or after a command of a command.
fn bench_target(matches: &ArgMatches) -> Option<&String> {
    let within = matches.subcommand().and_then(|(_, own)| bench_target(own));
    within.or_else(|| matches.get_one("bench-target"))
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

/// How the bench targets are built.
#[derive(Debug, Default)]
pub(crate) struct CargoBench<'a> {
    /// The bench target, where there are several.
    pub(crate) wanted: Option<&'a str>,
    /// The workspace and the target folder, where they are not those of the caller.
    pub(crate) elsewhere: Option<(&'a Path, &'a Path)>,
    /// Whether the toolchain is the one that the workspace names, and not the caller's.
    pub(crate) own_toolchain: bool,
    /// What its linker is told beside, which links it apart from the ordinary build.
    pub(crate) link_argument: Option<String>,
    /// What ends the build.
    pub(crate) interrupt: Interrupt,
}

/// How often a build is asked whether it was interrupted.
const LOOK_UP: Duration = Duration::from_millis(50);

impl CargoBench<'_> {
    fn command(&self) -> Command {
        let given = std::env::var_os("CARGO").filter(|_| !self.own_toolchain);
        let mut cargo = Command::new(given.unwrap_or_else(|| "cargo".into()));
        match self.link_argument {
            // Only the bench target's own crate is compiled again, and linked.
            Some(_) => cargo.args(["rustc", "--profile", "bench"]),
            None => cargo.args(["bench", "--no-run"]),
        };
        cargo.args(["--quiet", "--message-format=json-render-diagnostics"]);
        match self.wanted {
            Some(name) => cargo.args(["--bench", name]),
            None => cargo.arg("--benches"),
        };
        if let Some((folder, target)) = self.elsewhere {
            cargo.current_dir(folder).env("CARGO_TARGET_DIR", target);
        }
        if let Some(argument) = &self.link_argument {
            // A linker that knows no such argument is no error: another one is tried.
            cargo.stderr(Stdio::null()).arg("--").arg(format!("-Clink-arg={argument}"));
        }
        if self.own_toolchain {
            cargo.env_remove("RUSTUP_TOOLCHAIN");
        }
        cargo
    }

    /// Builds the bench targets and finds the one that is wanted.
    pub(crate) fn build(&self) -> anyhow::Result<PathBuf> {
        let mut cargo = self.command();
        if self.interrupt.is_watched() {
            // A group of its own, so that the compilers that cargo started end with it.
            cargo.process_group(0);
        }
        let mut child = cargo.stdout(Stdio::piped()).spawn().context("cannot run cargo")?;
        let output = child.stdout.take().context("cargo started without its pipe")?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let done = AtomicBool::new(false);
        let built = std::thread::scope(|scope| {
            if self.interrupt.is_watched() {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        if let Some(group) = group.filter(|_| self.interrupt.has_come()) {
                            let _ = kill_process_group(group, Signal::KILL);
                        }
                        std::thread::sleep(LOOK_UP);
                    }
                });
            }
            let built = programs(output);
            done.store(true, Ordering::Relaxed);
            built
        });
        if !child.wait()?.success() {
            bail!("the bench target does not build");
        }
        match built?.as_slice() {
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
}

/// The bench targets in cargo's messages, by name.
fn programs(output: impl std::io::Read) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut built = Vec::new();
    for message in serde_json::Deserializer::from_reader(BufReader::new(output)).into_iter() {
        let message: Message = message.context("cargo's output")?;
        if let (Some(target), Some(program)) = (message.target, message.executable)
            && message.reason == "compiler-artifact"
            && target.kind.iter().any(|kind| kind == "bench")
        {
            built.push((target.name, program));
        }
    }
    Ok(built)
}
