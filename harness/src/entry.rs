//! The entry of a bench target: worker, command line or benchmark, as the environment says.

#![allow(clippy::disallowed_methods, reason = "the environment says what this process is")]

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use crate::cli::print::Streams;
use crate::cli::{self, CLI_VARIABLE};
use crate::declare::Suite;
use crate::driver::PADDING_VARIABLE;
use crate::machine::{ALLOCATOR_VARIABLE, lacks_huge_pages};
use crate::protocol::{Purpose, WORKER_VARIABLE};
use crate::{bench, worker};

/// How often a worker has been started anew.
const STARTED_VARIABLE: &str = "AMDAHL_STARTED";

/// Runs a suite as a bench target: the whole `main` of its file.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// #[global_allocator]
/// static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();
///
/// fn main() -> ExitCode {
///     amdahl::main(amdahl::Suite::new([]))
/// }
/// ```
///
/// The process then answers `cargo bench` with criterion's flags, `cargo test --benches`,
/// `cargo amdahl …`, and, re-executed by itself, the worker protocol.
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "a main takes what it runs")]
pub fn main(suite: Suite) -> ExitCode {
    let mut streams = Streams::of_this_process();
    if let Ok(word) = std::env::var(WORKER_VARIABLE) {
        let plants = std::env::var(worker::PLANT_VARIABLE).unwrap_or_default();
        let plants = match worker::decode_plants(&plants) {
            Ok(plants) => plants,
            Err(error) => {
                return streams.error(&anyhow::anyhow!("{}: {error}", worker::PLANT_VARIABLE));
            }
        };
        let padding = std::env::var_os(PADDING_VARIABLE);
        let moves_code = padding.is_some();
        if let Some(padding) = padding {
            start_until_pages_are_huge();
            worker::shift_heap(padding.len());
        }
        return match Purpose::from_word(&word) {
            Some(purpose) => worker::serve(&suite, &worker::Order { purpose, plants, moves_code }),
            None => streams.error(&anyhow::anyhow!(
                "{WORKER_VARIABLE} is set to `{word}`: a worker is for `time` or for `heap`"
            )),
        };
    }
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if std::env::var_os(CLI_VARIABLE).is_some() {
        cli::run(&suite, &arguments, &mut streams)
    } else {
        bench::run(&suite, &arguments, &mut streams)
    }
}

/// Starts this process anew, under its own id and with its own pipes, until its allocator has the huge pages
/// that it was told to use, or has not got them often enough to give up.
fn start_until_pages_are_huge() {
    /// With an even chance each, one process in five hundred goes on without.
    const STARTS: u32 = 8;
    let settings = std::env::var(ALLOCATOR_VARIABLE).unwrap_or_default();
    let started = std::env::var(STARTED_VARIABLE).ok().and_then(|text| text.parse().ok());
    let started: u32 = started.unwrap_or(0);
    if started < STARTS && lacks_huge_pages(&settings) {
        let mut again = Command::new("/proc/self/exe");
        // It comes back only where the system refuses, and then the worker is as it is.
        let _ = again.env(STARTED_VARIABLE, (started + 1).to_string()).exec();
    }
}
