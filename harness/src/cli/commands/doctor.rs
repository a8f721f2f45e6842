//! `cargo amdahl doctor`: what was built, what the machine is doing, and how small a difference can
//! be told here.

use std::process::ExitCode;
use std::time::Duration;

use amdahl_reports::doctor::{Diagnosis, Level, Subject, doctor_document};
use amdahl_reports::wire::v1;
use amdahl_reports::{Environment, SelfTest, render};
use anyhow::anyhow;
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use crate::allocator;
use crate::cli::INCONCLUSIVE;
use crate::cli::print::{Streams, exit};
use crate::cli::settings::Settings;
use crate::declare::Suite;
use crate::machine::{Observation, Watch, build, machine};
use crate::self_test::{self, Extent};

/// How long busy processes are looked for.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
struct Arguments {
    /// Look around only: leave out the self-test, which takes some ten seconds
    #[arg(long, alias = "no-self-test")]
    quick: bool,
    /// Print the diagnosis and the readings behind it as JSON
    #[arg(long)]
    json: bool,
}

pub(super) struct Doctor;

impl Command for Doctor {
    fn name(&self) -> &'static str {
        "doctor"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Say whether this build and this machine are fit for measuring")
            .after_help(
                "Exit codes: 0 fit, also with warnings; 1 it could not be found out; 3 not fit: a \
                 problem.\n\nExamples:\n  cargo amdahl doctor\n  cargo amdahl doctor --quick\n  \
                 cargo amdahl doctor --json",
            )
    }

    fn run(
        &self,
        _: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let observation = Observation::begin();
        let watch = Watch::begin(LOOK);
        let self_test = if arguments.quick { None } else { Some(self_test(streams)?) };
        let (machine, build, conditions) = (machine(), build(), observation.end());
        let environment = Environment { self_test, ..watch.end(allocator::is_declared()) };
        let subject = Subject {
            machine: &machine,
            build: &build,
            conditions: &conditions,
            environment: &environment,
        };
        let diagnosis = Diagnosis::of(&subject);
        if arguments.json {
            let json = serde_json::to_string_pretty(&v1::Diagnosis::new(&subject, &diagnosis))?;
            streams.out(&format!("{json}\n"))?;
        } else {
            streams.out(&render::terminal(&doctor_document(&diagnosis)))?;
        }
        Ok(exit(if diagnosis.level() == Level::Problem { INCONCLUSIVE } else { 0 }))
    }
}

fn self_test(streams: &mut Streams) -> anyhow::Result<SelfTest> {
    let launcher = Settings::from_environment()?.launcher()?;
    streams.say("measuring one thing many times, for some ten seconds; --quick leaves that out");
    self_test::run(&launcher, Extent::FULL)
        .map_err(|failure| anyhow!("the self-test {}: {}", failure.kind.label(), failure.reason))
}
