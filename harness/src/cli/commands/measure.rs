//! `cargo amdahl measure`: check, interleaved timing, stages and heap, without criterion.

use std::convert::Infallible;
use std::process::ExitCode;
use std::time::Duration;

use amdahl_reports::{measurer, render};
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use super::common::{Selection, Work, code_of};
use super::sizes::{self, SizeRange};
use super::user_input::kernel_on;
use crate::cli::print::Streams;
use crate::declare::Suite;
use crate::input::InputFile;
use crate::peers::Started;
use crate::plan::Sweep;
use crate::run::Choice;

#[derive(Debug, Args)]
struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Measure one kernel on data of your own: a `.npy` or `.csv` file, or NAME=FILE for each array
    /// of its input
    #[arg(long, value_name = "FILE", value_parser = parse_input)]
    input: Vec<InputFile>,
    /// Sweep sizes along the axis on which a kernel grows, in place of its measured sizes: from one
    /// extent to another, at least 32 times as large, or as the kernel says
    #[arg(long, value_name = "FROM..TO", num_args = 0..=1, default_missing_value = "",
        value_parser = sizes::parse, conflicts_with_all = ["input", "profile"])]
    sizes: Option<SizeRange>,
    /// Take CPU profiles too
    #[arg(long)]
    profile: bool,
    /// Measure this too, which takes long enough that it must be asked for
    #[arg(long, value_name = "MEASURER", value_parser = Choice::on_request())]
    measure: Vec<String>,
    /// Leave the peers out, as the variable `AMDAHL_PEERS=off` does
    #[arg(long)]
    no_peers: bool,
    /// Print the results as JSON
    #[arg(long)]
    json: bool,
}

/// Everything but criterion, and of the rest what was asked for.
fn choice(arguments: &Arguments) -> Choice {
    let asked = |id: &&'static str| arguments.measure.iter().any(|name| name == id);
    let asked: Vec<&'static str> = Choice::on_request().into_iter().filter(asked).collect();
    let profile = arguments.profile.then_some(measurer::PROFILE);
    profile.into_iter().chain(asked).fold(Choice::quiet(), Choice::and)
}

/// Every text is a file's name, so nothing can be wrong with it before it is read.
#[allow(clippy::unnecessary_wraps, reason = "clap asks for a result")]
fn parse_input(text: &str) -> Result<InputFile, Infallible> {
    Ok(InputFile::parse(text))
}

pub(super) struct Measure;

impl Command for Measure {
    fn name(&self) -> &'static str {
        "measure"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Time the cases in turn, count their heap, and write the report")
            .after_help(
                "Examples:\n  cargo amdahl measure covariance\n  cargo amdahl measure softmax/ --budget 30s --json\n  \
                 cargo amdahl measure covariance --input x.npy\n  cargo amdahl measure covariance --sizes\n  \
                 cargo amdahl measure covariance --sizes 100..10_000\n  cargo amdahl measure dot --measure instructions\n  \
                 cargo amdahl measure --shard 2/4",
            )
    }

    fn run(
        &self,
        suite: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let choice = choice(&arguments);
        let is_swept = arguments.sizes.is_some();
        let sweep = if is_swept { Sweep::Whole } else { Sweep::None };
        let command = if is_swept { "measure --sizes" } else { self.name() };
        let selection = arguments.selection;
        let peers = if arguments.no_peers || is_swept {
            Started::default()
        } else {
            selection.settings()?.started(suite, streams)
        };
        let mut kernels = match (&arguments.sizes, arguments.input.as_slice()) {
            (Some(range), _) => sizes::swept(suite, range)?,
            (None, []) => suite.kernels()?,
            (None, files) => vec![kernel_on(suite, &selection, files)?],
        };
        peers.join(&mut kernels);
        let default_budget = Duration::from_mins(2);
        let work = Work { choice, default_budget, sweep, command, peers };
        let run = work.run_and_keep(&kernels, &arguments.input, &selection, streams)?;
        let format = if arguments.json { "json" } else { "terminal" };
        if let Some(renderer) = render::by_id(format) {
            streams.out(&renderer.render(&amdahl_reports::Report::new(&run)))?;
        }
        Ok(code_of(&run))
    }
}
