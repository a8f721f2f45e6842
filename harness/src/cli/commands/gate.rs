//! `cargo amdahl gate`: two builds measured in turn, and a verdict that a merge can wait for.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use amdahl_reports::gate::{
    GateRun, Judgement, PULL_REQUEST_CHARACTERS, Verdict, bencher_lines, bencher_metric_format,
    gate_document, judge, junit, no_longer_needed, pull_request,
};
use amdahl_reports::{render, wire};
use anyhow::Context;
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use super::common::Selection;
use super::gate_self_test::{Common, SelfTest};
use super::relink::Relink;
use crate::cli::print::{Streams, exit};
use crate::cli::progress::progress;
use crate::cli::settings::{Settings, utc_now};
use crate::cli::way_in::CargoBench;
use crate::config::Config;
use crate::declare::Suite;
use crate::driver::Interrupt;
use crate::gate::{
    self, BuildPlan, Built, Explaining, GateError, PROFILES, Repository, Setting, TwoBuilds,
    lock_of,
};
use crate::machine::build;
use crate::store::{Store, write_whole};

/// Time for measuring where nothing else is said.
const BUDGET: Duration = Duration::from_mins(3);

/// What is done beside timing and counting heap.
#[derive(Debug, Args)]
struct Beside {
    /// Explain what is confirmed, after the budget: counts, profiles and other layouts of both sides
    #[arg(long)]
    explain: bool,
    /// Compare instructions too, where Valgrind is there; takes a fifth of the budget
    #[arg(long)]
    instructions: bool,
}

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Only cases that match this regular expression; the same as FILTER
    #[arg(long = "filter", value_name = "FILTER")]
    only: Vec<String>,
    /// The revision to compare with, which is built in a work tree of its own
    #[arg(long, value_name = "REVISION", required_unless_present_any = ["base_binary", "is_on"])]
    base: Option<String>,
    /// A bench binary to compare with, instead of building one
    #[arg(long, value_name = "PROGRAM", conflicts_with = "base")]
    base_binary: Option<PathBuf>,
    /// The bench binary that is judged, instead of the working tree's
    #[arg(long, value_name = "PROGRAM")]
    head_binary: Option<PathBuf>,
    #[command(flatten)]
    beside: Beside,
    /// End with 2 where the verdict is inconclusive
    #[arg(long)]
    strict: bool,
    /// Print the result as JSON
    #[arg(long, conflicts_with = "bencher")]
    json: bool,
    /// Print the times as lines of criterion's `bencher` format
    #[arg(long)]
    bencher: bool,
    /// Write the result as Markdown for a pull request
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = "Write the result as JUnit XML")]
    junit: Option<PathBuf>,
    /// Write the figures in Bencher Metric Format
    #[arg(long, value_name = "FILE")]
    bmf: Option<PathBuf>,
    #[command(flatten)]
    self_test: SelfTest,
}

pub(super) struct Gate;

impl Command for Gate {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Measure this build and another in turn, and say whether it became slower")
            .after_help(
                "Exit codes: 0 no regression, 1 could not run, 2 confirmed regression, 3 inconclusive.\n\n\
                 Examples:\n  cargo amdahl gate --base origin/main\n  \
                 cargo amdahl gate covariance --base HEAD~1 --budget 60s\n  \
                 cargo amdahl gate --base-binary old/kernels --junit gate.xml\n  \
                 cargo amdahl gate --self-test --time 60m",
            )
    }

    fn run(
        &self,
        _: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let mut arguments = Arguments::from_arg_matches(matches)?;
        arguments.selection.filter.append(&mut arguments.only);
        let target = matches.get_one::<String>("bench-target").map(String::as_str);
        let settings = arguments.selection.settings()?;
        let here = std::env::current_dir().context("the working directory")?;
        // Before anything is built: a file that cannot be used must not cost minutes first.
        let config = Config::nearest(&here)?.with_instructions(arguments.beside.instructions);
        let setting = setting(&arguments, &settings)?;
        if arguments.self_test.is_on {
            return arguments.test_itself(setting, &settings, &config, streams);
        }
        let store = settings.store();
        let _lock =
            store.lock(|| streams.say("another run holds target/amdahl: waiting for it"))?;
        let interrupt = Interrupt::watch().map_err(GateError::Signals)?;
        let scratch = store.begin_gate()?;
        let (builds, relink) = arguments.builds(&here, &store, target, &interrupt, streams)?;
        let mut progress = progress(streams.stderr_is_terminal());
        let mut relink = relink.map(|own| move |side, order| own.program(side, order));
        let explaining = explaining(&store)?;
        let explaining = arguments.beside.explain.then(|| Explaining {
            relink: relink.as_mut().map(|own| own as _),
            folder: explaining,
        });
        let (scratch, progress) = (scratch.path(), &mut *progress);
        let mut run =
            gate::run(setting, &builds, &config, scratch, &interrupt, progress, explaining)?;
        let judgement = judge(&run);
        run.notes.extend(no_longer_needed(config.accepted(), &run, &judgement));
        arguments.publish(&run, &judgement, &store, settings.step_summary.as_deref(), streams)?;
        Ok(exit(match judgement.verdict {
            Verdict::Inconclusive if arguments.strict => Verdict::Regression.code(),
            verdict => verdict.code(),
        }))
    }
}

fn setting(arguments: &Arguments, settings: &Settings) -> anyhow::Result<Setting> {
    let texts = &arguments.selection.filter;
    let filter = arguments.selection.any_filter()?;
    let base = match (&arguments.base, &arguments.base_binary) {
        (Some(revision), _) => format!("--base {revision}"),
        (None, program) => {
            format!("--base-binary {}", program.as_deref().unwrap_or(Path::new("")).display())
        }
    };
    let words: Vec<&str> = texts.iter().map(String::as_str).chain([base.as_str()]).collect();
    Ok(Setting {
        budget: settings.budget.unwrap_or(BUDGET),
        seed: settings.seed,
        patience: settings.patience,
        max_threads: settings.max_threads,
        filter,
        shard: settings.shard,
        command: format!("cargo amdahl gate {}", words.join(" ")),
        started: utc_now(),
        plants: Vec::new(),
    })
}

impl Arguments {
    /// `--self-test`, of the program that would be the head.
    fn test_itself(
        &self,
        mut setting: Setting,
        settings: &Settings,
        config: &Config,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        "cargo amdahl gate --self-test".clone_into(&mut setting.command);
        let program = match &self.head_binary {
            Some(program) => program.clone(),
            None => std::env::current_exe().context("cannot find the running program")?,
        };
        let markdown = self.markdown.as_deref();
        self.self_test.run(Common { settings, setting, config, program, markdown }, streams)
    }

    /// The two programs, built where they have to be.
    fn builds(
        &self,
        here: &Path,
        store: &Store,
        target: Option<&str>,
        interrupt: &Interrupt,
        streams: &mut Streams,
    ) -> anyhow::Result<(TwoBuilds, Option<Relink>)> {
        let own = std::env::current_exe().context("cannot find the running program")?;
        let head = match &self.head_binary {
            Some(program) => Built::given(program.clone()),
            None => working_tree(own.clone(), here),
        };
        let name = target.map_or_else(|| target_name(&own), str::to_owned);
        let base = match (&self.base, &self.base_binary) {
            (Some(revision), _) => {
                build_revision(revision, &name, (here, &store.gate()), interrupt, streams)?
            }
            (None, program) => Built::given(program.clone().unwrap_or_default()),
        };
        let of_this_tree = self.head_binary.is_none();
        let plan = base.plan.filter(|_| of_this_tree);
        let relink = plan.map(|plan| Relink::new(name, plan, interrupt.clone()));
        let builds = TwoBuilds {
            base: base.program,
            base_side: base.side,
            head: head.program,
            head_side: head.side,
            notes: [base.notes, head.notes].concat(),
        };
        Ok((builds, relink))
    }

    /// Prints the result, then writes every file that is wanted. A file that cannot be written is an
    /// error, said after the verdict.
    fn publish(
        &self,
        run: &GateRun,
        judgement: &Judgement,
        store: &Store,
        step_summary: Option<&Path>,
        streams: &mut Streams,
    ) -> anyhow::Result<()> {
        let result = wire::encode_gate(run, judgement);
        let text = if self.json {
            result.clone()
        } else if self.bencher {
            bencher_lines(run, judgement)
        } else {
            render::terminal(&gate_document(run, judgement))
        };
        // Whoever closed the pipe has read enough; the exit code must still be the verdict's.
        match streams.out(&text) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error)?,
            _ => {}
        }
        let verdict = judgement.verdict.label();
        streams.say(&format!("gate: {verdict}"));
        let unwritten = |path: &Path| {
            format!("the verdict is `{verdict}`, but {} could not be written", path.display())
        };
        let comment = pull_request(run, judgement, PULL_REQUEST_CHARACTERS);
        let outputs = [
            (Some(store.gate_result()), result),
            (self.markdown.clone(), comment.clone()),
            (self.junit.clone(), junit(run, judgement)),
            (self.bmf.clone(), bencher_metric_format(run, judgement)),
        ];
        for (path, text) in outputs {
            if let Some(path) = path {
                write(&path, &text).with_context(|| unwritten(&path))?;
            }
        }
        if let Some(path) = step_summary {
            append(path, &comment).with_context(|| unwritten(path))?;
        }
        Ok(())
    }
}

/// The folder that profiles are written beside; what an earlier gate explained is removed.
fn explaining(store: &Store) -> anyhow::Result<PathBuf> {
    let folder = store.gate();
    let earlier = folder.join(PROFILES);
    match fs::remove_dir_all(&earlier) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| earlier.display().to_string())
        }
        _ => Ok(folder),
    }
}

/// Builds a revision's bench target of this name in a work tree of its own under `cache`.
pub(super) fn build_revision(
    revision: &str,
    name: &str,
    (here, cache): (&Path, &Path),
    interrupt: &Interrupt,
    streams: &mut Streams,
) -> anyhow::Result<Built> {
    streams.say(&format!("build {revision}"));
    let mut cargo = |plan: &BuildPlan| {
        let bench = CargoBench {
            wanted: Some(name),
            elsewhere: Some((&plan.folder, &plan.target)),
            own_toolchain: plan.own_toolchain,
            link_argument: None,
            interrupt: interrupt.clone(),
        };
        bench.build().map_err(|error| format!("{error:#}; see cargo's messages above"))
    };
    let is_interrupted = || interrupt.has_come();
    let repository = Repository::around(here)?;
    Ok(repository.build_base(revision, cache, &is_interrupted, &mut cargo)?)
}

/// The head: the running program, which is the working tree's as cargo built it.
pub(super) fn working_tree(program: PathBuf, here: &Path) -> Built {
    let build = build();
    let is_changed = build.commit.as_ref().is_some_and(|commit| commit.ends_with("+changes"));
    let mut built = Built::given(program);
    "working tree".clone_into(&mut built.side.name);
    built.side.commit = build.commit;
    built.side.lock = lock_of(here);
    if is_changed {
        built
            .notes
            .push("The head is the working tree, with changes that are in no commit.".to_owned());
    }
    built
}

/// The bench target's name, from that of a program that cargo built: `kernels-0123456789abcdef`.
pub(super) fn target_name(program: &Path) -> String {
    let stem =
        program.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    match stem.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            name.to_owned()
        }
        _ => stem,
    }
}

/// A file is replaced whole; what is no file, such as a pipe, is written to.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if path.exists() && !path.is_file() {
        return fs::write(path, text);
    }
    write_whole(&std::path::absolute(path)?, text.as_bytes())
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bench_target_is_named_as_its_program_without_cargos_hash() {
        let name = |program: &str| target_name(Path::new(program));
        assert_eq!(name("target/release/deps/kernels-0123456789abcdef"), "kernels");
        assert_eq!(name("my-benches-0123456789abcdef"), "my-benches");
        assert_eq!(name("examples/own_kernels"), "own_kernels");
        assert_eq!(name("my-benches"), "my-benches");
    }
}
