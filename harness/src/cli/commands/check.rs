//! `cargo amdahl check`: hold every variant to its reference, and measure nothing.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use amdahl_reports::{Detail, Measurement, Outcome, Record, Run, measurer, render};
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use super::common::{Selection, Work, code_of};
use crate::cli::print::{Streams, exit};
use crate::cli::{MEASURED_CASE_FAILED, TOOL_FAILED};
use crate::declare::Suite;
use crate::oracle::{OracleError, OracleFile};
use crate::peers::Started;
use crate::plan::Sweep;
use crate::run::Choice;

#[derive(Debug, Args)]
struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Check at the measured sizes too
    #[arg(long, conflicts_with = "against")]
    measured: bool,
    /// Hold every variant to the results in this folder's oracle files instead
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["filter", "json"])]
    against: Option<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

pub(super) struct Check;

impl Command for Check {
    fn name(&self) -> &'static str {
        "check"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Hold every variant to its reference at the smoke sizes")
            .after_help(
                "Examples:\n  cargo amdahl check\n  cargo amdahl check covariance --measured\n  \
                 cargo amdahl check --against tests/reference",
            )
    }

    fn run(
        &self,
        suite: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        if let Some(folder) = &arguments.against {
            return against(suite, folder, streams);
        }
        let choice = if arguments.measured { Choice::CheckAll } else { Choice::CheckSmoke };
        let work = Work {
            choice,
            default_budget: Duration::from_secs(10),
            sweep: Sweep::None,
            command: self.name(),
            peers: Started::default(),
        };
        let run = work.run(suite, &arguments.selection, streams)?;
        if arguments.json {
            let json =
                render::by_id("json").map(|json| json.render(&amdahl_reports::Report::new(&run)));
            streams.out(&json.unwrap_or_default())?;
        } else {
            let lines: Vec<String> = run.records.iter().map(line).collect();
            streams.out(&lines.concat())?;
            streams.say(&closing(&run));
        }
        Ok(code_of(&run))
    }
}

/// Holds the suite's kernels to a folder of oracle files. A file that cannot be used is told at
/// once, and the rest goes on.
fn against(suite: &Suite, folder: &Path, streams: &mut Streams) -> anyhow::Result<ExitCode> {
    suite.kernels()?;
    let (mut unusable, mut differ, mut agree) = (0, 0, 0);
    for (path, file) in OracleFile::read_folder(folder)? {
        let found = file.and_then(|file| {
            let kernel = file.kernel().to_owned();
            let found = suite.get(&kernel).ok_or(OracleError::UnknownKernel { path, kernel })?;
            Ok((found, file))
        });
        let (kernel, file) = match found {
            Ok(found) => found,
            Err(error) => {
                unusable += 1;
                streams.say(&error.to_string());
                continue;
            }
        };
        for result in kernel.check_against(&file) {
            *if result.difference.is_some() { &mut differ } else { &mut agree } += 1;
            streams.out(&format!("{result}\n"))?;
        }
    }
    streams.say(&format!("{agree} results agree, {differ} do not, {unusable} files not usable"));
    Ok(exit(match (unusable, differ) {
        (0, 0) => 0,
        (0, _) => MEASURED_CASE_FAILED,
        _ => TOOL_FAILED,
    }))
}

fn line(record: &Record) -> String {
    match &record.outcome {
        Outcome::Measured(Measurement { detail: Detail::Agreement(agreement), .. }) => {
            let used = amdahl_reports::format::percent(agreement.used);
            format!("{} agrees with {} ({used} of the tolerance)\n", record.case, agreement.against)
        }
        Outcome::Measured(_) => format!("{} agrees\n", record.case),
        Outcome::Failed(failure) => {
            format!("{} {}: {}\n", record.case, failure.kind.label(), failure.reason)
        }
        Outcome::NotMeasured { reason, remedy } => {
            format!("{} not checked: {reason}; {remedy}\n", record.case)
        }
    }
}

fn closing(run: &Run) -> String {
    let checks = run.records.iter().filter(|record| record.measurer == measurer::CHECK);
    let (good, bad): (Vec<&Record>, Vec<&Record>) =
        checks.partition(|record| matches!(record.outcome, Outcome::Measured(_)));
    format!("{} cases agree, {} do not ({:.1} s)", good.len(), bad.len(), run.info.took_s)
}
