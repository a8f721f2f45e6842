//! Entries from a gate whose base is the anchor.

use std::borrow::Cow;

use super::Entry;
use crate::gate::{GateRun, Trial};
use crate::stats::{CONFIDENCE, Interval, hodges_lehmann_interval};
use crate::{Machine, Metric};

/// Where in the history a gate belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The head's commit.
    pub commit: String,
    /// When that was committed, UTC, RFC 3339.
    pub committed: String,
    /// The bench target.
    pub suite: String,
    /// The anchor: the base's commit, or a checksum of its program.
    pub anchor: String,
}

/// What a gate against the anchor says of each case, and a sentence for each of which it says nothing.
///
/// Both stages count: here no launch convicts anybody, so none need be kept apart.
pub fn entries(run: &GateRun, place: &Place) -> (Vec<Entry<'static>>, Vec<String>) {
    let machine = machine_key(&run.machine);
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for trial in run.cases.iter().map(|case| &case.time) {
        let launches = trial.launches();
        let interval =
            hodges_lehmann_interval(&launches, CONFIDENCE).filter(Interval::is_trustworthy);
        match (&trial.failure, interval) {
            (None, Some(ln_ratio)) => found.push(Entry {
                commit: Cow::Owned(place.commit.clone()),
                committed: Cow::Owned(place.committed.clone()),
                measured: Cow::Owned(run.started.clone()),
                machine: Cow::Owned(machine.clone()),
                suite: Cow::Owned(place.suite.clone()),
                anchor: Cow::Owned(place.anchor.clone()),
                case: Cow::Owned(trial.case.to_string()),
                metric: Cow::Borrowed(Metric::WALL_TIME.id),
                ln_ratio,
                launches: launches.len(),
                anchor_ns: trial.base_ns,
            }),
            _ => missing.push(why_missing(trial, launches.len())),
        }
    }
    (found, missing)
}

fn why_missing(trial: &Trial, launches: usize) -> String {
    match &trial.failure {
        Some(failed) => format!(
            "`{}` has no entry: {} in the {}: {}.",
            trial.case,
            failed.failure.kind.label(),
            failed.side.word(),
            failed.failure.reason.trim_end_matches('.')
        ),
        None => format!(
            "`{}` has no entry: {launches} launches are too few; give a longer --budget.",
            trial.case
        ),
    }
}

/// A name for a kind of machine: processor, logical processors and a checksum of these and the caches.
/// Memory is left out, which a guest reports differently from start to start.
pub fn machine_key(machine: &Machine) -> String {
    let caches: Vec<String> = machine
        .caches
        .iter()
        .map(|cache| format!("{}:{}:{}", cache.level, cache.bytes, cache.shared_by))
        .collect();
    let cpu = machine.cpu.trim();
    let facts = format!("{cpu}\n{}\n{}", machine.cores, caches.join(","));
    format!("{cpu}, {} cores, {:08x}", machine.cores, crc32fast::hash(facts.as_bytes()))
}
