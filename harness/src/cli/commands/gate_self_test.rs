//! `cargo amdahl gate --self-test`: how often the gate is right, of suites whose truth is known.
//!
//! Each finished suite is a line of a file that only grows, so that an evaluation can be stopped at any
//! time and goes on where it was.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use amdahl_reports::gate::evaluation::{Evaluation, Suite, evaluation_document};
use amdahl_reports::{render, wire};
use anyhow::Context;
use clap::Args;

use crate::cli::print::Streams;
use crate::cli::progress::progress;
use crate::cli::settings::{Settings, parse_duration, utc_now};
use crate::config::Config;
use crate::driver::{Interrupt, Launcher};
use crate::gate::evaluate::{Draw, PLANTED_PERCENTS, Place, kernels_of};
use crate::gate::{GateError, Setting};
use crate::measure::Deadline;
use crate::store::{Store, write_whole};

/// Suites where nothing else is said: some of every kind.
const SUITES: usize = 10;

/// What the test of the gate itself is told.
#[derive(Debug, Args)]
pub(super) struct SelfTest {
    /// Put the gate itself to the test: suites of this program and a copy of it, with planted slow-downs and
    /// without
    #[arg(long = "self-test", conflicts_with_all = ["base", "base_binary", "strict", "json", "bencher", "junit", "bmf"])]
    pub(super) is_on: bool,
    /// So many suites more; 10 where nothing is said
    #[arg(long, value_name = "NUMBER", requires = "is_on")]
    suites: Option<usize>,
    /// As many suites more as this time allows (3600, 60m)
    #[arg(long, value_name = "TIME", value_parser = parse_duration, requires = "is_on", conflicts_with = "suites")]
    time: Option<Duration>,
    /// A build of the same source that is linked in another way
    #[arg(long = "self-test-variant", value_name = "PROGRAM", requires = "is_on")]
    variant: Option<PathBuf>,
    /// Sizes of planted slow-downs, in per cent
    #[arg(long, value_name = "PERCENT,…", value_delimiter = ',', requires = "is_on", value_parser = percent)]
    plants: Vec<f64>,
    /// Run nothing: judge the suites there are, and write what they come to
    #[arg(long, requires = "is_on", conflicts_with_all = ["suites", "time"])]
    report: bool,
}

fn percent(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1_000.0).contains(&value) { Ok(value) } else { Err("must be 0 to 1000".to_owned()) }
}

/// What the command was told besides.
pub(super) struct Common<'a> {
    pub(super) settings: &'a Settings,
    pub(super) setting: Setting,
    pub(super) config: &'a Config,
    /// The program that is put to the test.
    pub(super) program: PathBuf,
    pub(super) markdown: Option<&'a Path>,
}

impl SelfTest {
    pub(super) fn run(
        &self,
        common: Common<'_>,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let store = common.settings.store();
        let _lock =
            store.lock(|| streams.say("another run holds target/amdahl: waiting for it"))?;
        let mut file = Suites::open(&store)?;
        let markdown = common.markdown.map(Path::to_owned);
        let outcome =
            if self.report { Ok(()) } else { self.add(common, &store, &mut file, streams) };
        // Where it was broken off, what there is is written down all the same.
        let document = evaluation_document(&Evaluation::new(&file.suites));
        let text = render::markdown(&document);
        let paths = [Some(store.gate_self_test().join("README.md")), markdown];
        for path in paths.into_iter().flatten() {
            write_whole(&std::path::absolute(&path)?, text.as_bytes())
                .with_context(|| path.display().to_string())?;
            streams.say(&format!("wrote {}", path.display()));
        }
        match streams.out(&render::terminal(&document)) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error)?,
            _ => {}
        }
        outcome.map(|()| ExitCode::SUCCESS)
    }

    /// Runs suites and keeps each as soon as it is there.
    fn add(
        &self,
        common: Common<'_>,
        store: &Store,
        file: &mut Suites,
        streams: &mut Streams,
    ) -> anyhow::Result<()> {
        let Common { settings, setting, config, program, .. } = common;
        let interrupt = Interrupt::watch().map_err(GateError::Signals)?;
        let launcher = Launcher {
            interrupt: interrupt.clone(),
            ..Launcher::of(program.clone(), settings.patience)
        };
        let percents =
            if self.plants.is_empty() { PLANTED_PERCENTS.to_vec() } else { self.plants.clone() };
        let draw = Draw {
            kernels: kernels_of(launcher)?,
            filter: setting.filter.clone(),
            max_threads: setting.max_threads,
            seed: setting.seed,
            percents,
            has_relinked: self.variant.is_some(),
        };
        let time = Deadline::after(self.time.unwrap_or(Duration::MAX));
        let budget = setting.budget;
        let wanted = self.suites.unwrap_or(if self.time.is_some() { usize::MAX } else { SUITES });
        let place = Place {
            setting,
            program,
            relinked: self.variant.clone(),
            config,
            own: settings.launcher()?,
            interrupt: &interrupt,
        };
        for at in 0..wanted {
            // A suite that would not be over in time is not begun, but for the first.
            if at > 0 && time.left() < budget {
                break;
            }
            let plan = draw.next(&file.suites);
            streams.say(&format!("suite {}: {}", file.suites.len() + 1, plan.describe()));
            let scratch = store.begin_gate()?;
            let mut progress = progress(streams.stderr_is_terminal());
            let suite = place.run(&plan, scratch.path(), utc_now(), &mut *progress)?;
            file.append(suite)?;
        }
        Ok(())
    }
}

/// The file of finished suites.
struct Suites {
    path: PathBuf,
    suites: Vec<Suite>,
}

impl Suites {
    /// Reads what there is. A line that was broken off is taken away, so that the next begins a new one.
    fn open(store: &Store) -> anyhow::Result<Self> {
        let path = store.gate_self_test().join("suites.jsonl");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let suites = wire::decode_suites(&bytes).with_context(|| path.display().to_string())?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if whole < bytes.len() {
            write_whole(&path, &bytes[..whole]).with_context(|| path.display().to_string())?;
        }
        Ok(Self { path, suites })
    }

    fn append(&mut self, suite: Suite) -> anyhow::Result<()> {
        let append = || -> io::Result<()> {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
            file.write_all(wire::encode_suite(&suite).as_bytes())?;
            file.sync_all()
        };
        append().with_context(|| self.path.display().to_string())?;
        self.suites.push(suite);
        Ok(())
    }
}
