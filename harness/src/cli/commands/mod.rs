//! The commands: one file each, one line in [`all`].

mod accept;
mod ceilings;
mod check;
mod common;
mod compare;
mod doctor;
mod gate;
mod gate_self_test;
mod history;
mod list;
mod measure;
mod merge;
mod peers;
mod profile;
mod relink;
mod report;
mod sizes;
mod user_input;
mod whatif;

use std::process::ExitCode;

use clap::ArgMatches;

use super::print::Streams;
use crate::declare::Suite;

/// A command of `cargo amdahl`.
pub(crate) trait Command {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// Its arguments and help.
    fn declare(&self) -> clap::Command;

    /// Whether it asks the suite of a bench target; one that does not is answered without a build.
    fn needs_suite(&self, _matches: &ArgMatches) -> bool {
        true
    }

    /// Runs it; gives the exit code.
    fn run(
        &self,
        suite: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode>;
}

/// Every command, in the order of the help.
pub(crate) fn all() -> [&'static dyn Command; 14] {
    [
        &list::List,
        &check::Check,
        &measure::Measure,
        &profile::Profile,
        &report::Report,
        &compare::Compare,
        &doctor::Doctor,
        &ceilings::Ceilings,
        &gate::Gate,
        &accept::Accept,
        &history::History,
        &merge::Merge,
        &peers::Peers,
        &whatif::WhatIf,
    ]
}

/// The whole command line.
pub(crate) fn program() -> clap::Command {
    let program = clap::Command::new("cargo amdahl")
        .bin_name("cargo amdahl")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Check, time, count, profile and compare the kernels of a bench target")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(
            clap::Arg::new("bench-target")
                .long("bench")
                .value_name("NAME")
                .global(true)
                .help("The bench target, where the workspace has more than one"),
        )
        .after_help(
            "Exit codes: 0 fine, 1 the tool or its use failed, 2 a case disagreed or failed, or a gate \
             found a regression, 3 no verdict can be had here.\n\n\
             Examples:\n  cargo amdahl list\n  cargo amdahl check\n  cargo amdahl measure covariance\n  \
             cargo amdahl report\n  cargo amdahl gate --base origin/main",
        );
    all().into_iter().fold(program, |program, command| program.subcommand(command.declare()))
}
