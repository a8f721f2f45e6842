//! `cargo amdahl list`: the kernels, their variants and their cases.

use std::process::ExitCode;
use std::time::Duration;

use amdahl_reports::wire::v1;
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use super::common::Selection;
use crate::cli::print::Streams;
use crate::declare::Suite;
use crate::plan::Sweep;

#[derive(Debug, Args)]
struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Print the declarations as JSON
    #[arg(long)]
    json: bool,
}

pub(super) struct List;

impl Command for List {
    fn name(&self) -> &'static str {
        "list"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("List the measured cases, one a line")
            .after_help("Examples:\n  cargo amdahl list\n  cargo amdahl list rayon\n  cargo amdahl list --json")
    }

    fn run(
        &self,
        suite: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let settings = arguments.selection.settings()?;
        let (kernels, budget) = (suite.kernels()?, Duration::from_secs(1));
        let plan = arguments.selection.plan(&kernels, &[], &settings, budget, Sweep::None)?;
        if arguments.json {
            let kernels: Vec<v1::KernelInfo> =
                plan.kernels.iter().map(v1::KernelInfo::from).collect();
            streams.out(&format!("{}\n", serde_json::to_string_pretty(&kernels)?))?;
        } else {
            let names: Vec<String> = plan.cases().map(|case| format!("{case}\n")).collect();
            streams.out(&names.concat())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
