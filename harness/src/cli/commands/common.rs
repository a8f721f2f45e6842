//! What several commands share: which cases, with which seed and patience, and a run of them.

use std::process::ExitCode;
use std::time::Duration;

use amdahl_reports::{KernelInfo, Run};
use anyhow::bail;
use clap::Args;

use crate::bench::case_words;
use crate::cli::print::{Streams, exit};
use crate::cli::progress::progress;
use crate::cli::settings::{Settings, parse_duration, utc_now};
use crate::cli::{MEASURED_CASE_FAILED, publish};
use crate::declare::Suite;
use crate::input::InputFile;
use crate::peers::Started;
use crate::plan::{Budget, Filter, FilterError, Plan, Request, Shard, Source, Sweep, nearest};
use crate::run::{Choice, NoTimer, Runner, has_failures};

/// Which cases, and how.
#[derive(Debug, Clone, Args)]
pub(super) struct Selection {
    /// Only cases whose name (kernel/variant/size) matches one of these regular expressions
    pub(super) filter: Vec<String>,
    /// The seed of every input
    #[arg(long, value_name = "NUMBER")]
    pub(super) seed: Option<u64>,
    /// Seconds a worker may be silent before its case counts as endless (60, 90s, 2m)
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(super) timeout: Option<Duration>,
    /// Time for the whole run (60, 90s, 2m)
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(super) budget: Option<Duration>,
    /// The largest pool that parallel variants are run in
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// Only this part of the suite, such as 2/4: the second of four, by whole kernels and sizes
    #[arg(long, value_name = "PART/PARTS", value_parser = Shard::parse)]
    pub(super) shard: Option<Shard>,
}

impl Selection {
    /// The environment's settings with what the command line says instead.
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = Settings::from_environment()?;
        settings.seed = self.seed.unwrap_or(settings.seed);
        settings.patience = self.timeout.unwrap_or(settings.patience);
        settings.budget = self.budget.or(settings.budget);
        settings.shard = self.shard.or(settings.shard);
        settings.max_threads = self.threads.map_or(settings.max_threads, usize::from);
        Ok(settings)
    }

    /// Keeps what any of the expressions keeps; everything where there is none.
    pub(super) fn any_filter(&self) -> Result<Filter, FilterError> {
        let each: Vec<String> = self.filter.iter().map(|text| format!("(?:{text})")).collect();
        if each.is_empty() { Ok(Filter::All) } else { Filter::pattern(&each.join("|")) }
    }

    /// The plan of the selected cases.
    ///
    /// # Errors
    /// Where a filter is no expression or matches nothing.
    pub(super) fn plan(
        &self,
        kernels: &[KernelInfo],
        files: &[InputFile],
        settings: &Settings,
        default_budget: Duration,
        sweep: Sweep,
    ) -> anyhow::Result<Plan> {
        let request = |filter, shard| Request {
            filter,
            source: Source { seed: settings.seed, files: files.to_vec() },
            budget: Budget::Given(settings.budget.unwrap_or(default_budget)),
            max_threads: settings.max_threads,
            sweep,
            shard,
        };
        for text in &self.filter {
            let plan = Plan::new(kernels, &request(Filter::pattern(text)?, None));
            if plan.groups.is_empty() && plan.smoke.is_empty() {
                bail!("no case matches `{text}`{}", hint(text, kernels));
            }
        }
        let plan = Plan::new(kernels, &request(self.any_filter()?, settings.shard));
        if let Some(shard) = settings.shard.filter(|_| plan.kernels.is_empty()) {
            bail!("shard {shard} has no case: there are fewer kernels and sizes than shards");
        }
        Ok(plan)
    }
}

fn hint(text: &str, kernels: &[KernelInfo]) -> String {
    let words = case_words(kernels);
    let near = nearest(text, words.iter().map(String::as_str));
    if near.is_empty() {
        let ids: Vec<&str> = kernels.iter().map(|kernel| kernel.id.as_str()).collect();
        format!("; the kernels are {}", ids.join(", "))
    } else {
        format!("; the nearest names are {}", near.join(", "))
    }
}

/// How a command runs its plan.
pub(super) struct Work {
    pub(super) choice: Choice,
    pub(super) default_budget: Duration,
    /// How much is swept.
    pub(super) sweep: Sweep,
    /// The command as the user gave it, for the report's head.
    pub(super) command: &'static str,
    /// The peers whose variants the kernels have.
    pub(super) peers: Started,
}

impl Work {
    /// Runs the selected cases without keeping anything.
    pub(super) fn run(
        &self,
        suite: &Suite,
        selection: &Selection,
        streams: &Streams,
    ) -> anyhow::Result<Run> {
        let settings = selection.settings()?;
        let plan =
            selection.plan(&suite.kernels()?, &[], &settings, self.default_budget, self.sweep)?;
        let scratch = tempfile::tempdir()?;
        self.run_in(&plan, &settings, selection, scratch.path().to_owned(), streams)
    }

    /// Runs the selected cases of these kernels, on the user's files where there are any; keeps the
    /// run and replaces the report.
    pub(super) fn run_and_keep(
        &self,
        kernels: &[KernelInfo],
        files: &[InputFile],
        selection: &Selection,
        streams: &mut Streams,
    ) -> anyhow::Result<Run> {
        let settings = selection.settings()?;
        let plan = selection.plan(kernels, files, &settings, self.default_budget, self.sweep)?;
        let plan = plan.within_its_budget();
        let store = settings.store();
        let _lock =
            store.lock(|| streams.say("another run holds target/amdahl: waiting for it"))?;
        let folder = store.begin_run(&utc_now())?;
        let run = self.run_in(&plan, &settings, selection, folder.clone(), streams)?;
        let folder = store.finish_run(&folder, &run)?;
        let report = publish(&store, &run, &folder)?;
        streams.say(&format!("report: {}", report.display()));
        Ok(run)
    }

    fn run_in(
        &self,
        plan: &Plan,
        settings: &Settings,
        selection: &Selection,
        folder: std::path::PathBuf,
        streams: &Streams,
    ) -> anyhow::Result<Run> {
        let mut progress = progress(streams.stderr_is_terminal());
        let launcher = settings.launcher()?;
        let mut timer = NoTimer;
        let runner =
            Runner::new(plan, self.choice.clone(), launcher, folder, &mut timer, &mut *progress)
                .with_survey(settings.survey())
                .with_peers(self.peers.clone());
        let files = plan.source.files.iter().map(|file| format!("--input {file}"));
        let words: Vec<String> = std::iter::once(self.command.to_owned())
            .chain(selection.filter.iter().cloned())
            .chain(files)
            .chain(settings.shard.map(|shard| format!("--shard {shard}")))
            .collect();
        Ok(runner.run(&format!("cargo amdahl {}", words.join(" ")), &utc_now()))
    }
}

/// 2 where a case of the run failed.
pub(super) fn code_of(run: &Run) -> ExitCode {
    exit(if has_failures(run) { MEASURED_CASE_FAILED } else { 0 })
}
