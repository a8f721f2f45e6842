//! Runs of the shards of one suite as one run.
//!
//! The order in which runs come does not matter, nor does a run that comes twice: what is kept of
//! equal keys is the first in an order of texts, and everything else is a union.

use std::collections::{BTreeMap, BTreeSet};

use crate::wire;
use crate::{CaseId, KernelInfo, Outcome, Record, Run, RunInfo, format};

/// Why runs are not of one suite on one kind of machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("there is no run to merge")]
    Nothing,
    /// Runs that differ in what must be the same.
    #[error(
        "the runs of {one} and {other} differ in {what}, so their figures do not belong in one \
         report: measure the shards of one commit on one kind of machine, or say --force"
    )]
    Differ {
        /// When the one began.
        one: String,
        /// When the other began.
        other: String,
        /// What differs.
        what: String,
    },
}

/// Puts the runs of shards together. Refuses runs that differ in commit, lock file, compiler, profile,
/// flags, seed or kind of machine, unless forced; then a note says in what.
///
/// A smoke size, or a ceiling, that several shards visited is kept once: a failure before anything
/// else. Kernels and records are in the order of their names.
///
/// # Errors
///
/// [`MergeError`], where there is no run or where two of them differ.
pub fn merge(runs: &[Run], force: bool) -> Result<Run, MergeError> {
    let first = runs.iter().min_by_key(|run| info_order(&run.info)).ok_or(MergeError::Nothing)?;
    let mut notes = BTreeSet::new();
    let mut took_s = 0.0_f64;
    let mut kernels: BTreeMap<String, (String, &KernelInfo)> = BTreeMap::new();
    let mut records: BTreeMap<(&CaseId, &str), (u8, String, &Record)> = BTreeMap::new();
    for run in runs {
        let differing = differing(first, run);
        if !differing.is_empty() {
            let what = format::list(&differing);
            if !force {
                let (one, other) = (first.info.started.clone(), run.info.started.clone());
                return Err(MergeError::Differ { one, other, what });
            }
            notes.insert(format!("Runs that differ in {what} were merged by force."));
        }
        notes.extend(run.info.notes.iter().cloned());
        if !run.info.notes.iter().any(|note| note.starts_with(PART_OF)) {
            notes.insert(format!(
                "{PART_OF}{}, which took {}: `{}`.",
                run.info.started,
                format::duration(run.info.took_s),
                run.info.command
            ));
        }
        took_s = took_s.max(run.info.took_s);
        for kernel in &run.kernels {
            let text = wire::text_of_kernel(kernel);
            let kept = kernels.entry(kernel.id.clone()).or_insert_with(|| (text.clone(), kernel));
            if text < kept.0 {
                *kept = (text, kernel);
            }
        }
        for record in &run.records {
            let (weight, text) = (weight(record), wire::text_of_record(record));
            let kept = records
                .entry((&record.case, record.measurer.as_str()))
                .or_insert_with(|| (weight, text.clone(), record));
            if (weight, &text) < (kept.0, &kept.1) {
                *kept = (weight, text, record);
            }
        }
    }
    Ok(Run {
        info: RunInfo { took_s, notes: notes.into_iter().collect(), ..first.info.clone() },
        kernels: kernels.into_values().map(|(_, kernel)| kernel.clone()).collect(),
        records: records.into_values().map(|(.., record)| record.clone()).collect(),
    })
}

/// How the note of a run that was merged begins.
const PART_OF: &str = "Holds the run of ";

/// What must be the same in all shards, where it is not.
fn differing(one: &Run, other: &Run) -> Vec<String> {
    let (one, other) = (&one.info, &other.info);
    let facts = [
        ("commit", one.build.commit == other.build.commit),
        ("lock file", one.build.lock == other.build.lock),
        ("compiler", one.build.rustc == other.build.rustc),
        ("profile", one.build.profile == other.build.profile),
        ("compiler flags", one.build.rustflags == other.build.rustflags),
        ("seed", one.seed == other.seed),
        ("kind of machine", one.machine.is_comparable_with(&other.machine)),
    ];
    facts.into_iter().filter(|(_, same)| !same).map(|(what, _)| what.to_owned()).collect()
}

/// What went wrong in one shard must not be hidden by another, in which it did not.
const fn weight(record: &Record) -> u8 {
    match record.outcome {
        Outcome::Failed(_) => 0,
        Outcome::Measured(_) => 1,
        Outcome::NotMeasured { .. } => 2,
    }
}

/// The run that began first lends its conditions to the whole.
fn info_order(info: &RunInfo) -> (String, String) {
    let own = RunInfo { notes: Vec::new(), took_s: 0.0, ..info.clone() };
    (info.started.clone(), wire::text_of_info(&own))
}
