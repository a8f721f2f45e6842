//! The entry of a bench target: worker, command line or benchmark, as the environment says.

use std::process::ExitCode;

use crate::cli::print::Streams;
use crate::cli::{self, CLI_VARIABLE};
use crate::declare::Suite;
use crate::protocol::{Purpose, WORKER_VARIABLE};
use crate::{bench, worker};

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
    let word = std::env::var(WORKER_VARIABLE).ok();
    if let Some(purpose) = word.as_deref().and_then(Purpose::from_word) {
        return worker::serve(&suite, purpose);
    }
    let mut streams = Streams::of_this_process();
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if std::env::var_os(CLI_VARIABLE).is_some() {
        cli::run(&suite, &arguments, &mut streams)
    } else {
        bench::run(&suite, &arguments, &mut streams)
    }
}
