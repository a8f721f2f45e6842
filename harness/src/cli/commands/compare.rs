//! `cargo amdahl compare`: two runs side by side.

use std::process::ExitCode;

use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use crate::cli::print::Streams;
use crate::cli::settings::Settings;
use crate::declare::Suite;
use crate::store::Store;

#[derive(Debug, Args)]
struct Arguments {
    /// The run to compare with: a baseline's name, a run's folder or a records file
    base: String,
    /// The run compared; the last one where nothing is given
    head: Option<String>,
    /// Compare although the runs are of different machines
    #[arg(long)]
    force: bool,
}

pub(super) struct Compare;

impl Command for Compare {
    fn name(&self) -> &'static str {
        "compare"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Compare two runs: times, heap, cases on one side only")
            .after_help(
                "Examples:\n  cargo amdahl compare main\n  cargo amdahl compare before after",
            )
    }

    fn run(
        &self,
        _: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let store = Settings::from_environment()?.store();
        let (_, base) = store.open(&arguments.base)?;
        let head = match &arguments.head {
            Some(name) => store.open(name)?.1,
            None => Store::read(&store.latest()?)?,
        };
        streams.comparison(&base, &head, arguments.force)?;
        Ok(ExitCode::SUCCESS)
    }
}
