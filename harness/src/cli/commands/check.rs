//! `cargo amdahl check`: hold every variant to its reference, and measure nothing.

use std::process::ExitCode;
use std::time::Duration;

use amdahl_reports::{Detail, Measurement, Outcome, Record, Run, measurer, render};
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use super::common::{Selection, Work, code_of};
use crate::cli::print::Streams;
use crate::declare::Suite;
use crate::run::Choice;

#[derive(Debug, Args)]
struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Check at the measured sizes too
    #[arg(long)]
    measured: bool,
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
                "Examples:\n  cargo amdahl check\n  cargo amdahl check covariance --measured",
            )
    }

    fn run(
        &self,
        suite: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let choice = if arguments.measured { Choice::CheckAll } else { Choice::CheckSmoke };
        let work = Work { choice, default_budget: Duration::from_secs(10), command: self.name() };
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
