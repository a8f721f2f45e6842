//! `cargo amdahl profile`: check and CPU profile of the selected cases.

use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use super::common::{Selection, Work, code_of};
use crate::cli::print::Streams;
use crate::declare::Suite;
use crate::peers::Started;
use crate::plan::Sweep;
use crate::run::Choice;

#[derive(Debug, Args)]
struct Arguments {
    #[command(flatten)]
    selection: Selection,
}

pub(super) struct Profile;

impl Command for Profile {
    fn name(&self) -> &'static str {
        "profile"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Take CPU profiles at the largest size: flame graphs, functions, lines")
            .after_help(
                "Examples:\n  cargo amdahl profile covariance/faer\n  cargo amdahl profile flights --budget 60s",
            )
    }

    fn run(
        &self,
        suite: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let work = Work {
            choice: Choice::profile(),
            default_budget: Duration::from_mins(2),
            sweep: Sweep::None,
            command: self.name(),
            peers: Started::default(),
        };
        let run = work.run_and_keep(&suite.kernels()?, &[], &arguments.selection, streams)?;
        Ok(code_of(&run))
    }
}
