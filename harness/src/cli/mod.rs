//! The command line: `cargo amdahl …`, in the library that every bench binary links.
//!
//! One file a command and one line in [`commands::all`]. Only this folder and the bench entry print.

pub(crate) mod commands;
pub(crate) mod print;
pub(crate) mod progress;
pub(crate) mod settings;
pub(crate) mod way_in;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use amdahl_reports::{Run, report};

use crate::declare::Suite;
use crate::store::{Store, StoreError};
use print::Streams;

/// The exit code where the tool or its use failed.
pub(crate) const TOOL_FAILED: u8 = 1;
/// The exit code where a case disagreed or failed.
pub(crate) const MEASURED_CASE_FAILED: u8 = 2;
/// The exit code where what was asked cannot be decided here and now.
pub(crate) const INCONCLUSIVE: u8 = 3;

/// The environment variable that makes a bench binary answer `cargo amdahl`.
pub(crate) const CLI_VARIABLE: &str = "AMDAHL_CLI";

/// Runs a command of the suite with these arguments (without the program's name).
pub(crate) fn run(suite: &Suite, arguments: &[String], streams: &mut Streams) -> ExitCode {
    let words = std::iter::once("cargo amdahl".to_owned()).chain(arguments.iter().cloned());
    let matches = match commands::program().try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) => return streams.usage(&error),
    };
    let Some((name, matches)) = matches.subcommand() else { return ExitCode::from(TOOL_FAILED) };
    let Some(command) = commands::all().into_iter().find(|command| command.name() == name) else {
        return ExitCode::from(TOOL_FAILED);
    };
    match command.run(suite, matches, streams) {
        Ok(code) => code,
        Err(error) => streams.error(&error),
    }
}

/// Renders a run and puts the report in its place; gives the path of its first page.
pub(crate) fn publish(store: &Store, run: &Run, folder: &Path) -> Result<PathBuf, StoreError> {
    Ok(store.publish(&report(run), folder)?.join("README.md"))
}
