//! What `cargo bench` and `cargo test --benches` run: the suite under criterion's own flags.
//!
//! Criterion runs in this process and asks the case's worker for each batch, so that an abort or a
//! hang is a row of the report and not its end.

mod args;
mod profile_time;
mod side_by_side;
mod test_mode;
mod timer;

pub(crate) use side_by_side::SideBySide;

use std::any::Any;
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode};

use crate::cli::print::{Streams, exit};
use crate::cli::progress::progress;
use crate::cli::settings::{self, SHARD_VARIABLE, Settings};
use crate::cli::{MEASURED_CASE_FAILED, publish};
use crate::declare::Suite;
use crate::peers::Started;
use crate::plan::{Budget, Plan, Request, Shard, Source, Sweep, nearest};
use crate::run::{Choice, Runner, has_failures};
use amdahl_reports::{CaseId, KernelInfo};
use args::{BenchArgs, Mode};

/// Runs the suite as a bench target with these arguments.
pub(crate) fn run(suite: &Suite, arguments: &[String], streams: &mut Streams) -> ExitCode {
    let args = match BenchArgs::parse(arguments) {
        Ok(args) => args,
        Err(error) => return streams.usage(&error),
    };
    // Criterion reports some errors of use, such as a missing baseline, by a panic.
    match catch_unwind(AssertUnwindSafe(|| run_mode(suite, &args, arguments, streams))) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => streams.error(&error),
        Err(payload) => streams.error(&anyhow::anyhow!("criterion: {}", panic_message(&*payload))),
    }
}

fn run_mode(
    suite: &Suite,
    args: &BenchArgs,
    arguments: &[String],
    streams: &mut Streams,
) -> anyhow::Result<ExitCode> {
    if let Some(shard) = args.shard {
        return Err(again_in_shard(shard, arguments));
    }
    let mut kernels = suite.kernels()?;
    let settings = Settings::from_environment()?;
    let mode = args.mode();
    let peers =
        if mode == Mode::Measure { settings.started(suite, streams) } else { Started::default() };
    peers.join(&mut kernels);
    let plan = plan(&kernels, args, &settings)?;
    if plan.groups.is_empty() && plan.smoke.is_empty() {
        match settings.shard {
            Some(shard) => streams.say(&format!("warning: shard {shard} has no case")),
            None => warn_of_no_match(&kernels, args, streams),
        }
        if mode == Mode::Test {
            test_mode::close(streams, 0, &[]);
        }
        return Ok(ExitCode::SUCCESS);
    }
    match mode {
        Mode::List => test_mode::list(&plan, args, streams),
        Mode::Test => test_mode::run(&plan, args, &settings, streams),
        Mode::ProfileTime => profile_time::run(&plan, args, &settings, streams),
        Mode::LoadBaseline => {
            timer::load_baseline(&plan, BenchArgs::criterion());
            Ok(ExitCode::SUCCESS)
        }
        Mode::Measure => {
            let plan = plan.within_its_budget();
            measure(&plan, peers, args, arguments, &settings, streams)
        }
    }
}

/// Becomes the same program with `AMDAHL_SHARD` in place of `--shard`: criterion reads the command line
/// of the process for itself, and ends it at a flag that it does not know. Gives why that failed.
fn again_in_shard(shard: Shard, arguments: &[String]) -> anyhow::Error {
    let mut command = match std::env::current_exe() {
        Ok(program) => Command::new(program),
        Err(error) => return error.into(),
    };
    let error = command
        .args(BenchArgs::without_shard(arguments))
        .env(SHARD_VARIABLE, shard.to_string())
        .exec();
    anyhow::Error::new(error).context("cannot run this program anew for its shard")
}

fn plan(kernels: &[KernelInfo], args: &BenchArgs, settings: &Settings) -> anyhow::Result<Plan> {
    let request = Request {
        filter: args.filter()?,
        source: Source::seed(settings.seed),
        budget: match settings.budget {
            Some(budget) => Budget::Given(budget),
            None if args.quick => Budget::QUICK,
            None => Budget::FULL,
        },
        max_threads: settings.max_threads,
        sweep: Sweep::Brief,
        shard: settings.shard,
    };
    Ok(Plan::new(kernels, &request))
}

fn measure(
    plan: &Plan,
    peers: Started,
    args: &BenchArgs,
    arguments: &[String],
    settings: &Settings,
    streams: &mut Streams,
) -> anyhow::Result<ExitCode> {
    let store = settings.store();
    let baseline = args.baseline().map(|name| store.open(name)).transpose();
    let _lock = store.lock(|| streams.say("another run holds target/amdahl: waiting for it"))?;
    let started = settings::utc_now();
    let folder = store.begin_run(&started)?;
    let launcher = settings.launcher()?;
    let mut timer = timer::CriterionTimer::new(args);
    let mut progress = progress(streams.stderr_is_terminal());
    let runner =
        Runner::new(plan, Choice::All, launcher, folder.clone(), &mut timer, &mut *progress)
            .with_survey(settings.survey())
            .with_peers(peers);
    let run = runner.run(&BenchArgs::command(arguments), &started);
    timer.finish();
    let folder = store.finish_run(&folder, &run)?;
    if let Some(name) = args.named_baseline() {
        store.save_baseline(name, &run)?;
    }
    let report = publish(&store, &run, &folder)?;
    match baseline {
        Ok(Some((_, base))) => streams.comparison(&base, &run, false)?,
        Ok(None) => {}
        Err(error) => streams.say(&format!("no comparison beside criterion's: {error}")),
    }
    streams.say(&format!("took {:.0} s", run.info.took_s));
    if args.prints_for_programs() {
        streams.say(&report.display().to_string());
    } else {
        streams.out(&format!("{}\n", report.display()))?;
    }
    Ok(exit(if has_failures(&run) { MEASURED_CASE_FAILED } else { 0 }))
}

fn warn_of_no_match(kernels: &[KernelInfo], args: &BenchArgs, streams: &mut Streams) {
    let Some(filter) = &args.filter else {
        return streams.say("the suite is empty");
    };
    let names = case_words(kernels);
    let near = nearest(filter, names.iter().map(String::as_str));
    let hint = if near.is_empty() {
        String::new()
    } else {
        format!("; the nearest names are {}", near.join(", "))
    };
    streams.say(&format!("warning: no case matches `{filter}`{hint}"));
}

/// The names a filter may have meant: kernels, variants, and whole cases.
pub(crate) fn case_words(kernels: &[KernelInfo]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for kernel in kernels {
        words.push(kernel.id.clone());
        for variant in &kernel.variants {
            words.push(format!("{}/{}", kernel.id, variant.name));
            for size in &kernel.sizes {
                words.push(CaseId::new(&kernel.id, &variant.name, &size.label, 1).to_string());
            }
        }
    }
    words
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_owned()
}
