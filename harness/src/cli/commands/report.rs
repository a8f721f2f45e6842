//! `cargo amdahl report`: render a run again.

use std::process::ExitCode;

use amdahl_reports::render;
use anyhow::Context;
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use crate::cli::print::Streams;
use crate::cli::publish;
use crate::cli::settings::Settings;
use crate::declare::Suite;
use crate::store::Store;

#[derive(Debug, Args)]
struct Arguments {
    /// A run's folder, a records file or a baseline's name; the last run where nothing is given
    run: Option<String>,
    /// Print one format to stdout instead of writing the report
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<String>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

fn formats() -> Vec<&'static str> {
    render::all().iter().map(|renderer| renderer.id()).collect()
}

pub(super) struct Report;

impl Command for Report {
    fn name(&self) -> &'static str {
        "report"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Render a run's report again, or print it in one format")
            .after_help("Examples:\n  cargo amdahl report\n  cargo amdahl report --format csv\n  cargo amdahl report main --json")
    }

    fn run(
        &self,
        _: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let store = Settings::from_environment()?.store();
        let (folder, run) = if let Some(name) = &arguments.run {
            store.open(name)?
        } else {
            let folder = store.latest()?;
            let run = Store::read(&folder)?;
            (folder, run)
        };
        let format = if arguments.json { Some("json") } else { arguments.format.as_deref() };
        if let Some(format) = format {
            let renderer = render::by_id(format).context("a format that clap let through")?;
            streams.out(&renderer.render(&amdahl_reports::Report::new(&run)))?;
        } else {
            let _lock = store.lock(|| streams.say("another run holds target/amdahl: waiting"))?;
            let report = publish(&store, &run, &folder)?;
            streams.out(&format!("{}\n", report.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
