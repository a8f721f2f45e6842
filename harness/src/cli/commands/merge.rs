//! `cargo amdahl merge`: histories of many machines as one, or the runs of a suite's shards.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use amdahl_reports::{Run, format, merge, wire};
use anyhow::{Context, bail};
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use crate::cli::print::Streams;
use crate::declare::Suite;
use crate::store::{read_history, write_whole};

/// The file of records in a run's folder.
const RECORDS: &str = "records.jsonl";

#[derive(Debug, Args)]
struct Arguments {
    /// Histories; or records files, or run folders, of the shards of one suite
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The file that all of them become
    #[arg(long, value_name = "FILE")]
    into: PathBuf,
    /// Merge runs although they differ in commit, machine, compiler or seed, and replace a file that is
    /// none of those merged
    #[arg(long)]
    force: bool,
    /// Leave out lines of a history that are damaged, and say which
    #[arg(long)]
    skip_damaged: bool,
}

pub(super) struct Merge;

impl Command for Merge {
    fn name(&self) -> &'static str {
        "merge"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Merge histories of many machines, or the runs of a suite's shards, into one file")
            .after_help(
                "The order of the files does not matter, and merging a file twice changes nothing.\n\n\
                 Examples:\n  cargo amdahl merge ci-*.jsonl history.jsonl --into history.jsonl\n  \
                 cargo amdahl merge shard-1 shard-2 --into records.jsonl && cargo amdahl report records.jsonl",
            )
    }

    fn needs_suite(&self, _: &ArgMatches) -> bool {
        false
    }

    fn run(
        &self,
        _: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let files: Vec<PathBuf> = arguments.files.iter().map(|path| records_of(path)).collect();
        let into = &arguments.into;
        let same = |path: &PathBuf| {
            path == into
                || path
                    .canonicalize()
                    .ok()
                    .is_some_and(|own| into.canonicalize().is_ok_and(|into| own == into))
        };
        if into.exists() && !arguments.force && !files.iter().any(same) {
            bail!(
                "{} is there already: name it among the files to keep what it holds, or say --force",
                into.display()
            );
        }
        let mut kinds = Vec::new();
        for path in &files {
            kinds.push(kind(path).with_context(|| path.display().to_string())?);
        }
        let text = match (kinds.contains(&Kind::Records), kinds.contains(&Kind::History)) {
            (true, true) => bail!("histories and runs cannot be merged into one file"),
            (true, false) => runs(&files, arguments.force, streams)?,
            (false, _) => histories(&files, arguments.skip_damaged, streams)?,
        };
        let whole = std::path::absolute(into)?;
        write_whole(&whole, text.as_bytes()).with_context(|| into.display().to_string())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    History,
    Records,
    Empty,
}

fn kind(path: &Path) -> std::io::Result<Kind> {
    let mut first = Vec::new();
    BufReader::new(File::open(path)?).read_until(b'\n', &mut first)?;
    Ok(match first.trim_ascii() {
        [] => Kind::Empty,
        line if line.starts_with(b"{\"amdahl\"") => Kind::Records,
        _ => Kind::History,
    })
}

/// A run may be named by its folder.
fn records_of(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(RECORDS) } else { path.to_owned() }
}

/// All lines, each once, in order.
fn histories(files: &[PathBuf], skip: bool, streams: &mut Streams) -> anyhow::Result<String> {
    let mut lines = BTreeSet::new();
    for path in files {
        let damaged = read_history(path, skip, &mut |entry| {
            lines.insert(wire::encode_entry(entry));
        })?;
        say_damaged(path, &damaged, streams);
    }
    streams.say(&format!("merged: {}", format::plural(lines.len(), "line")));
    Ok(lines.into_iter().collect())
}

/// Says which lines were left out.
pub(super) fn say_damaged(path: &Path, damaged: &[usize], streams: &mut Streams) {
    const SHOWN: usize = 10;
    if damaged.is_empty() {
        return;
    }
    let mut lines: Vec<String> = damaged.iter().take(SHOWN).map(ToString::to_string).collect();
    if damaged.len() > SHOWN {
        lines.push(format!("{} more", damaged.len() - SHOWN));
    }
    let what = if damaged.len() == 1 { "line" } else { "lines" };
    let lines = format::list(&lines);
    streams.say(&format!("warning: {}: left out the damaged {what} {lines}", path.display()));
}

fn runs(files: &[PathBuf], force: bool, streams: &mut Streams) -> anyhow::Result<String> {
    let read = |path: &PathBuf| -> anyhow::Result<Run> {
        let bytes = fs::read(path).with_context(|| path.display().to_string())?;
        wire::decode(&bytes).with_context(|| path.display().to_string())
    };
    let runs = files.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let run = merge::merge(&runs, force)?;
    wire::validate(&run).context("the runs contradict each other")?;
    let records = format::plural(run.records.len(), "record");
    streams.say(&format!("merged: {records} of {}", format::plural(runs.len(), "run")));
    Ok(wire::encode(&run))
}
