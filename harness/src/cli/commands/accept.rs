//! `cargo amdahl accept`: an increase that the last gate found is wanted, and why.

use std::process::ExitCode;

use amdahl_reports::gate::{ExactOutcome, GateRun, Rule, TimeOutcome, judge};
use amdahl_reports::{Metric, wire};
use anyhow::{Context, bail};
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use crate::cli::print::Streams;
use crate::cli::settings::Settings;
use crate::config::{self, Accepted, known_metrics};
use crate::declare::Suite;

#[derive(Debug, Args)]
struct Arguments {
    /// The case, as the gate names it
    case: String,
    /// The metric, such as `wall_time` or `heap_blocks`
    metric: String,
    /// Why the increase is wanted, for whoever reads `amdahl.toml` later
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) struct Accept;

impl Command for Accept {
    fn name(&self) -> &'static str {
        "accept"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Accept an increase that the last gate found, in amdahl.toml")
            .after_help(
                "Example:\n  cargo amdahl accept sum/zip/1000 heap_blocks --reason \"a cache of partial sums\"",
            )
    }

    fn run(
        &self,
        _: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let Arguments { case, metric, reason } = Arguments::from_arg_matches(matches)?;
        if reason.trim().is_empty() {
            bail!("say why the increase is wanted: --reason");
        }
        let path = Settings::from_environment()?.store().gate_result();
        let bytes = std::fs::read(&path).with_context(|| {
            format!("there is no result of a gate in {}: run `cargo amdahl gate`", path.display())
        })?;
        let run = wire::decode_gate(&bytes)?;
        let accepted = increase(&run, &case, &metric)?;
        let here = std::env::current_dir().context("the working directory")?;
        let path = config::accept(&here, &case, &metric, accepted, &reason)?;
        streams.say(&format!("{}: accepted, commit it with the change", path.display()));
        Ok(ExitCode::SUCCESS)
    }
}

/// What the last gate found of this metric, if it is an increase.
fn increase(run: &GateRun, case: &str, metric: &str) -> anyhow::Result<Accepted> {
    let judgement = judge(run);
    let mut found = run.cases.iter().zip(&judgement.cases);
    let Some((gated, result)) = found.find(|(gated, _)| gated.time.case.to_string() == case) else {
        bail!("the last gate compared no case `{case}`");
    };
    if metric == Metric::WALL_TIME.id {
        let change = result.time.change.filter(|_| result.time.outcome == TimeOutcome::Slower);
        let Some(change) = change else {
            bail!("the last gate did not find `{case}` slower: there is nothing to accept");
        };
        // The whole interval, rounded up to a tenth, so that the next gate agrees.
        return Ok(Accepted::Percent((change.high * 1_000.0).ceil() / 10.0));
    }
    let at = gated.exact.iter().position(|counts| counts.metric == metric);
    let Some(exact) = at.map(|at| &result.exact[at]) else {
        bail!("the gate compares no metric `{metric}`: it compares {}", known_metrics());
    };
    match (&exact.outcome, exact.head) {
        // Where a little more is no news, the next build may have a little more than this one.
        (ExactOutcome::Increased, Some(head)) => Ok(Accepted::UpTo(match Rule::of(metric) {
            Some(rule) if rule.slack > 0.0 => (head * (1.0 + rule.slack)).ceil(),
            _ => head,
        })),
        _ => bail!("the last gate saw no increase of `{metric}` of `{case}` that must be accepted"),
    }
}
