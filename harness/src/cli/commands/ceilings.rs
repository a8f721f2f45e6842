//! `cargo amdahl ceilings`: what this machine does at most, measured once and kept.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use amdahl_reports::{
    Artifact, Outcome, Run, SURVEY_CHART, chart, render, survey_document, survey_json,
};
use anyhow::Context;
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use crate::ceiling::{Scope, points};
use crate::cli::print::{Streams, exit};
use crate::cli::progress::progress;
use crate::cli::settings::{Settings, parse_duration, utc_now};
use crate::cli::{MEASURED_CASE_FAILED, TOOL_FAILED};
use crate::declare::Suite;
use crate::machine::{build, machine};
use crate::run::survey;
use crate::store::Store;

/// Time for a whole survey: three visits of each point on a machine of few threads.
const FULL: Duration = Duration::from_mins(1);
/// The same where every fourth working set is visited.
const QUICK: Duration = Duration::from_secs(12);

#[derive(Debug, Args)]
struct Arguments {
    /// Measure anew, also where a survey of this machine is kept
    #[arg(long)]
    measure: bool,
    /// Visit every fourth working set only, on one thread and on all of them
    #[arg(long)]
    quick: bool,
    /// Time to measure in (60, 90s, 2m); each point is visited once whatever it takes
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    budget: Option<Duration>,
    /// The largest working set (64KiB, 128MiB); beyond the last cache where nothing is said
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    up_to: Option<usize>,
    /// The largest pool to measure with
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// `4096`, `64KiB`, `128MiB` or `1GiB`.
fn parse_bytes(text: &str) -> anyhow::Result<usize> {
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    let unit = units.iter().find_map(|(unit, scale)| Some((text.strip_suffix(unit)?, *scale)));
    let (number, scale) = unit.unwrap_or((text, 1_usize));
    let number: usize =
        number.trim().parse().context("not a size: write bytes, `64KiB` or `128MiB`")?;
    number.checked_mul(scale).context("a size that no memory has")
}

pub(super) struct Ceilings;

impl Command for Ceilings {
    fn name(&self) -> &'static str {
        "ceilings"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Show what this machine does at most: multiply-adds, bandwidth, latency")
            .after_help(
                "The survey is kept under target/amdahl/ceilings and shown again until --measure; \
                 runs compare their own ceilings with it.\n\n\
                 Examples:\n  cargo amdahl ceilings\n  cargo amdahl ceilings --measure --budget 2m\n  \
                 cargo amdahl ceilings --quick --json",
            )
    }

    fn run(
        &self,
        _: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let settings = Settings::from_environment()?;
        let store = settings.store();
        let kept = if arguments.measure { None } else { kept(&store, streams) };
        let (folder, run) = match kept {
            Some(kept) => {
                let when = &kept.1.info.started;
                streams.say(&format!("surveyed at {when}; --measure measures anew"));
                kept
            }
            None => measure(&arguments, &settings, &store, streams)?,
        };
        if arguments.json {
            streams.out(&survey_json(&run))?;
        } else {
            streams.out(&render::terminal(&survey_document(&run, false)))?;
        }
        streams.say(&format!("report: {}", folder.join("README.md").display()));
        Ok(code_of(&run))
    }
}

/// The survey that is kept of this machine; one that cannot be read is told and measured anew.
fn kept(store: &Store, streams: &mut Streams) -> Option<(PathBuf, Run)> {
    match store.survey(&machine(), &build()) {
        Ok(kept) => kept,
        Err(error) => {
            streams.say(&format!("warning: {error}"));
            None
        }
    }
}

fn measure(
    arguments: &Arguments,
    settings: &Settings,
    store: &Store,
    streams: &mut Streams,
) -> anyhow::Result<(PathBuf, Run)> {
    let scope = if arguments.quick { Scope::Quick } else { Scope::Full };
    let budget = arguments.budget.unwrap_or(if arguments.quick { QUICK } else { FULL });
    let threads = arguments.threads.map_or(settings.max_threads, usize::from);
    if build().debug_assertions {
        streams.say("warning: this build is not optimised, so its ceilings are not the machine's");
    }
    let _lock = store.lock(|| streams.say("another run holds target/amdahl: waiting for it"))?;
    let mut points = points(&machine(), threads, scope);
    if let Some(most) = arguments.up_to {
        points.retain(|point| point.kind.is_arithmetic() || point.extent <= most);
    }
    let mut progress = progress(streams.stderr_is_terminal());
    let command = if arguments.quick { "ceilings --quick" } else { "ceilings" };
    let words = (format!("cargo amdahl {command}"), utc_now());
    let launcher = settings.launcher()?;
    let run = survey(points, &launcher, budget, &mut *progress, (&words.0, &words.1));
    let folder = store.keep_survey(&run, &files(&run))?;
    Ok((folder, run))
}

fn files(run: &Run) -> Vec<Artifact> {
    let file = |path: &str, contents| Artifact { path: path.to_owned(), contents };
    let mut files = vec![
        file("README.md", render::markdown(&survey_document(run, true))),
        file("ceilings.json", survey_json(run)),
    ];
    files.extend(chart::ceilings(run).map(|contents| file(SURVEY_CHART, contents)));
    files
}

/// 2 where a ceiling failed, 1 where nothing was measured at all.
fn code_of(run: &Run) -> ExitCode {
    let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed(_));
    let measured = run.records.iter().any(|record| !failed(&record.outcome));
    exit(match (measured, run.records.iter().any(|record| failed(&record.outcome))) {
        (true, false) => 0,
        (true, true) => MEASURED_CASE_FAILED,
        (false, _) => TOOL_FAILED,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_their_binary_multiples() {
        let parse = |text: &str| parse_bytes(text).ok();
        assert_eq!(parse("4096"), Some(4_096));
        assert_eq!(parse("64KiB"), Some(65_536));
        assert_eq!(parse("1 GiB"), Some(1 << 30));
        assert_eq!(parse("64KB"), None);
        assert_eq!(parse("99999999999GiB"), None);
    }
}
