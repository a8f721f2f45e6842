//! `cargo amdahl history`: how each case did over the commits, and `history add`, which measures the
//! next one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use amdahl_reports::gate::GateRun;
use amdahl_reports::history::{Collector, Place, analyse, entries, history_files, history_summary};
use amdahl_reports::{format, render, wire};
use anyhow::{Context, bail};
use clap::{ArgMatches, Args, FromArgMatches, Subcommand};

use super::Command;
use super::common::Selection;
use super::gate::{build_revision, target_name, working_tree};
use super::merge::say_damaged;
use crate::cli::print::Streams;
use crate::cli::progress::progress;
use crate::cli::settings::{Settings, utc, utc_now};
use crate::config::Config;
use crate::declare::Suite;
use crate::driver::Interrupt;
use crate::gate::{self, Built, GateError, Repository, Setting, TwoBuilds};
use crate::store::{append_entries, read_history};

/// Time for measuring a commit where nothing else is said: shorter than a gate's, since no verdict waits
/// for it and the next commits add to what is known.
const BUDGET: Duration = Duration::from_mins(1);

/// How many digits of a commit's hash are kept.
const HASH: usize = 12;

#[derive(Debug, Args)]
struct Arguments {
    #[command(subcommand)]
    step: Option<Step>,
    /// The history; target/amdahl/history.jsonl where nothing is said
    #[arg(long, value_name = "FILE", global = true)]
    file: Option<PathBuf>,
    /// Leave out lines that are damaged, and say which
    #[arg(long)]
    skip_damaged: bool,
}

#[derive(Debug, Subcommand)]
enum Step {
    /// Measure this commit against the anchor, and append what comes of it
    Add(Box<Add>),
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    selection: Selection,
    /// The revision that every ratio is to; that of `[history] anchor` in amdahl.toml where nothing is
    /// said
    #[arg(long, value_name = "REVISION")]
    anchor: Option<String>,
    /// A bench binary as the anchor, instead of building one
    #[arg(long, value_name = "PROGRAM", conflicts_with = "anchor")]
    anchor_binary: Option<PathBuf>,
    /// The bench binary of the commit, instead of the working tree's
    #[arg(long, value_name = "PROGRAM", requires = "commit")]
    head_binary: Option<PathBuf>,
    /// The commit that is measured; what is checked out where nothing is said
    #[arg(long, value_name = "REVISION")]
    commit: Option<String>,
    /// Append the result of a gate whose base was the anchor, instead of measuring; that of the last gate
    /// where no file is named
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "",
        conflicts_with_all = ["anchor", "anchor_binary", "head_binary"])]
    gate_result: Option<String>,
}

pub(super) struct History;

impl Command for History {
    fn name(&self) -> &'static str {
        "history"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Show how each case did over the commits, and where that changed")
            .after_help(
                "Every entry is a ratio to one pinned build, the anchor, measured in turn with it.\n\n\
                 Examples:\n  cargo amdahl history add --anchor v1.0\n  \
                 cargo amdahl history add --anchor v1.0 --shard 2/4 --file shard-2.jsonl\n  \
                 cargo amdahl merge shard-*.jsonl --into history.jsonl\n  \
                 cargo amdahl history --file history.jsonl",
            )
    }

    fn needs_suite(&self, matches: &ArgMatches) -> bool {
        matches.subcommand().is_some()
    }

    fn run(
        &self,
        _: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        match &arguments.step {
            None => show(&arguments, streams),
            Some(Step::Add(add)) => {
                // What holds for every step may stand before the step or after it; there it is known.
                let own = matches.subcommand_matches("add").unwrap_or(matches);
                let target = own.get_one::<String>("bench-target").map(String::as_str);
                add.run(own.get_one::<PathBuf>("file").cloned(), target, streams)
            }
        }
    }
}

fn show(arguments: &Arguments, streams: &mut Streams) -> anyhow::Result<ExitCode> {
    let store = Settings::from_environment()?.store();
    let path = arguments.file.clone().unwrap_or_else(|| store.history());
    let none = || {
        format!(
            "there is no history in {}: begin one with `cargo amdahl history add --anchor REVISION`",
            path.display()
        )
    };
    if !path.is_file() {
        bail!(none());
    }
    let mut collector = Collector::default();
    let damaged = read_history(&path, arguments.skip_damaged, &mut |entry| collector.add(entry))?;
    say_damaged(&path, &damaged, streams);
    let history = collector.finish();
    if history.series.is_empty() {
        bail!(none());
    }
    let analysis = analyse(&history);
    let files = history_files(&analysis);
    streams.out(&render::terminal(&history_summary(&analysis)))?;
    let folder = {
        let _lock =
            store.lock(|| streams.say("another run holds target/amdahl: waiting for it"))?;
        store.publish_history(&files)?
    };
    streams.say(&format!("pictures: {}", folder.join("README.md").display()));
    Ok(ExitCode::SUCCESS)
}

impl Add {
    fn run(
        &self,
        file: Option<PathBuf>,
        target: Option<&str>,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let settings = self.selection.settings()?;
        let store = settings.store();
        let path = file.unwrap_or_else(|| store.history());
        let here = std::env::current_dir().context("the working directory")?;
        let own = std::env::current_exe().context("cannot find the running program")?;
        let suite = target.map_or_else(|| target_name(&own), str::to_owned);
        let repository = Repository::around(&here)?;
        let (run, anchor, commit) = match &self.gate_result {
            Some(given) => {
                let last = given.is_empty();
                let result = if last { store.gate_result() } else { PathBuf::from(given) };
                self.of_gate(&result, &repository)?
            }
            None => self.measure(&here, &suite, &path, &settings, &repository, streams)?,
        };
        let committed = utc(repository.committed_s(&commit)?)?;
        let place = Place { commit: shortened(&commit), committed, suite, anchor };
        let (entries, missing) = entries(&run, &place);
        for sentence in &missing {
            streams.say(&format!("warning: {sentence}"));
        }
        if entries.is_empty() {
            bail!("no case could be measured, so nothing is appended");
        }
        append_entries(&path, &entries)?;
        let cases = format::plural(entries.len(), "case");
        let said = format!("{cases} of {} appended to {}", place.commit, path.display());
        streams.out(&format!("{said}\n"))?;
        Ok(ExitCode::SUCCESS)
    }

    /// The commit that is measured. Without a program of its own it must be what the working tree holds;
    /// the history at `path` may have grown since.
    fn commit(&self, repository: &Repository, path: &Path) -> anyhow::Result<String> {
        let commit = repository.resolve(self.commit.as_deref().unwrap_or("HEAD"))?;
        if self.head_binary.is_some() {
            return Ok(commit);
        }
        if self.commit.is_some() && repository.resolve("HEAD")? != commit {
            bail!(
                "the working tree is not at that commit: check it out, or give its --head-binary"
            );
        }
        let path = std::path::absolute(path)?;
        if repository.has_changes_but_in(&path)? {
            bail!("the working tree has changes that are in no commit: commit them first");
        }
        Ok(commit)
    }

    /// Measures anchor and commit in turn, as a gate does; gives the anchor's name and the commit's.
    fn measure(
        &self,
        here: &Path,
        suite: &str,
        path: &Path,
        settings: &Settings,
        repository: &Repository,
        streams: &mut Streams,
    ) -> anyhow::Result<(GateRun, String, String)> {
        let config = Config::nearest(here)?;
        let commit = self.commit(repository, path)?;
        let store = settings.store();
        let _lock =
            store.lock(|| streams.say("another run holds target/amdahl: waiting for it"))?;
        let interrupt = Interrupt::watch().map_err(GateError::Signals)?;
        let scratch = store.begin_gate()?;
        let (base, anchor) = match (
            &self.anchor_binary,
            self.anchor.as_ref().or(config.anchor.as_ref()),
        ) {
            (Some(program), _) => (Built::given(program.clone()), checksum(program)?),
            (None, Some(revision)) => {
                let places = (here, store.anchor());
                let built =
                    build_revision(revision, suite, (places.0, &places.1), &interrupt, streams)?;
                (built, shortened(&repository.resolve(revision)?))
            }
            (None, None) => bail!(
                "there is no anchor: name a revision with --anchor, once for all in amdahl.toml: \
                 [history] anchor = \"v1.0\""
            ),
        };
        let head = match &self.head_binary {
            Some(program) => Built::given(program.clone()),
            None => working_tree(std::env::current_exe()?, here),
        };
        let builds = TwoBuilds {
            base: base.program,
            base_side: base.side,
            head: head.program,
            head_side: head.side,
            notes: [base.notes, head.notes].concat(),
        };
        let setting = Setting {
            budget: settings.budget.unwrap_or(BUDGET),
            seed: settings.seed,
            patience: settings.patience,
            max_threads: settings.max_threads,
            filter: self.selection.any_filter()?,
            shard: settings.shard,
            command: "cargo amdahl history add".to_owned(),
            started: utc_now(),
        };
        let mut progress = progress(streams.stderr_is_terminal());
        let run = gate::run(setting, &builds, &config, scratch.path(), &interrupt, &mut *progress)?;
        Ok((run, anchor, commit))
    }

    /// What a gate measured: its base is the anchor.
    fn of_gate(
        &self,
        path: &Path,
        repository: &Repository,
    ) -> anyhow::Result<(GateRun, String, String)> {
        let bytes = fs::read(path).with_context(|| {
            format!("{}: run `cargo amdahl gate --base ANCHOR` first", path.display())
        })?;
        let run = wire::decode_gate(&bytes).with_context(|| path.display().to_string())?;
        let base = &run.base;
        let anchor = match &base.commit {
            Some(commit) => shortened(commit),
            None => checksum(Path::new(&base.name))
                .context("the gate's base is no revision, and its program cannot be read")?,
        };
        let head = match (&self.commit, &run.head.commit) {
            (None, Some(commit)) if commit.contains('+') => {
                bail!("the gate's head has changes that are in no commit: commit them first")
            }
            (Some(commit), _) | (None, Some(commit)) => commit.clone(),
            (None, None) => {
                bail!("the gate does not know its head's commit: name it with --commit")
            }
        };
        let commit = repository.resolve(&head)?;
        Ok((run, anchor, commit))
    }
}

fn shortened(commit: &str) -> String {
    commit.chars().take(HASH).collect()
}

/// The name of an anchor that is no revision.
fn checksum(program: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(program).with_context(|| program.display().to_string())?;
    Ok(format!("crc32:{:08x}", crc32fast::hash(&bytes)))
}
