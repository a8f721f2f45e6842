//! What the environment sets: the seed, the budget, the patience, the largest pool.

#![allow(clippy::disallowed_methods, reason = "the environment and the date are read here")]

use std::path::PathBuf;
use std::time::Duration;

use amdahl_reports::MissingPeer;
use amdahl_reports::summary::Survey;
use anyhow::{Context, bail};

use super::print::Streams;
use crate::declare::Suite;
use crate::driver::Launcher;
use crate::machine::{build, machine};
use crate::peers::{Peers, Started};
use crate::plan::Shard;
use crate::store::Store;

/// The seed of every input unless told otherwise; any number would do, this one is printed.
const SEED: u64 = 20_130_101;
/// How long a worker may be silent when nothing long is expected of it.
const PATIENCE: Duration = Duration::from_mins(1);

/// The environment variable that says which part of the suite is run.
pub(crate) const SHARD_VARIABLE: &str = "AMDAHL_SHARD";

/// What holds for a whole run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The seed of every input.
    pub(crate) seed: u64,
    /// Time for the run, where it was given.
    pub(crate) budget: Option<Duration>,
    /// How long a worker may be silent.
    pub(crate) patience: Duration,
    /// The largest pool parallel variants are run in.
    pub(crate) max_threads: usize,
    /// Which part of the suite; all of it where nothing is said.
    pub(crate) shard: Option<Shard>,
    /// Whether peers that are installed are measured too.
    pub(crate) peers: bool,
    /// The file that GitHub shows as a workflow step's summary, where there is one.
    pub(crate) step_summary: Option<PathBuf>,
    target: Option<PathBuf>,
}

impl Settings {
    /// The settings of `AMDAHL_SEED`, `AMDAHL_BUDGET`, `AMDAHL_TIMEOUT`, `AMDAHL_THREADS`, `AMDAHL_PEERS`,
    /// `AMDAHL_SHARD`, `CARGO_TARGET_DIR` and `GITHUB_STEP_SUMMARY`.
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            seed: read("AMDAHL_SEED", |text| Ok(text.parse()?))?.unwrap_or(SEED),
            budget: read("AMDAHL_BUDGET", parse_duration)?,
            patience: read("AMDAHL_TIMEOUT", parse_duration)?.unwrap_or(PATIENCE),
            max_threads: read("AMDAHL_THREADS", parse_threads)?.unwrap_or(threads),
            shard: read(SHARD_VARIABLE, |text| Shard::parse(text).map_err(anyhow::Error::msg))?,
            peers: read("AMDAHL_PEERS", parse_switch)?.unwrap_or(true),
            step_summary: std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from),
            target: std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from),
        })
    }

    /// The peers of a suite.
    pub(crate) fn peers(&self, suite: &Suite) -> Peers {
        let folder = suite.peers_folder();
        folder.map_or_else(Peers::default, |folder| Peers::find(folder, &self.store().peers()))
    }

    /// The peers that take part in a run: started once each, unless they are to be left out. Says
    /// what keeps the others away.
    pub(crate) fn started(&self, suite: &Suite, streams: &mut Streams) -> Started {
        if !self.peers {
            return Started::default();
        }
        let started = self.peers(suite).start(self.patience);
        for peer in &started.infos {
            if let Some(missing) = &peer.missing {
                let MissingPeer { reason, remedy } = missing;
                streams.say(&format!("peer {}: not measured: {reason}; {remedy}", peer.name));
            }
        }
        started
    }

    /// Where results live.
    pub(crate) fn store(&self) -> Store {
        Store::of_this_program(self.target.clone())
    }

    /// The survey kept of this machine's ceilings, where there is one that can be read.
    pub(crate) fn survey(&self) -> Option<Survey> {
        let (_, run) = self.store().survey(&machine(), &build()).ok()??;
        Some(Survey::of(&run))
    }

    /// Starts workers of this program.
    pub(crate) fn launcher(&self) -> anyhow::Result<Launcher> {
        Launcher::of_this_program(self.patience).context("cannot find the running program")
    }
}

fn read<T>(name: &str, parse: impl Fn(&str) -> anyhow::Result<T>) -> anyhow::Result<Option<T>> {
    match std::env::var(name) {
        Ok(text) => parse(&text).map(Some).with_context(|| format!("{name} is set to `{text}`")),
        Err(_) => Ok(None),
    }
}

/// `90`, `90s` or `2m`; at least a tenth of a second.
pub(crate) fn parse_duration(text: &str) -> anyhow::Result<Duration> {
    let (number, scale) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60.0),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let value: f64 = number.parse().context("not a time: write seconds, `90s` or `2m`")?;
    let seconds = value * scale;
    // A year bounds what a Duration and a wait can hold.
    if !(0.1..=31_536_000.0).contains(&seconds) {
        bail!("a time must be at least 0.1 s and at most a year");
    }
    Ok(Duration::from_secs_f64(seconds))
}

fn parse_threads(text: &str) -> anyhow::Result<usize> {
    let threads: usize = text.parse()?;
    if threads == 0 {
        bail!("there must be at least one thread");
    }
    Ok(threads)
}

fn parse_switch(text: &str) -> anyhow::Result<bool> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => bail!("say `on` or `off`"),
    }
}

/// The UTC time, RFC 3339, to the second.
pub(crate) fn utc_now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A time in seconds since 1970 as UTC, RFC 3339.
pub(crate) fn utc(seconds: i64) -> anyhow::Result<String> {
    let time = jiff::Timestamp::from_second(seconds)?;
    Ok(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_minutes() {
        assert_eq!(parse_duration("90").unwrap(), Duration::from_secs(90));
        assert_eq!(parse_duration("1.5s").unwrap(), Duration::from_millis(1500));
        assert_eq!(parse_duration("2m").unwrap(), Duration::from_mins(2));
        assert!(parse_duration("soon").is_err());
        assert!(parse_duration("0").is_err());
        assert!(parse_duration("-5").is_err());
        assert!(parse_duration("NaN").is_err());
    }
}
