//! Why bytes are not a run, in words that say what to do.

use crate::CaseId;

/// Why records were refused.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The bytes are not UTF-8.
    #[error("damaged records: byte {offset} is not UTF-8 text; measure again")]
    NotText {
        /// Where the text ends.
        offset: usize,
    },
    /// The first line is not the header of a records file.
    #[error(
        "not an amdahl records file: its first line is no header with \"amdahl\":\"records\"; \
         give the path of a records.jsonl"
    )]
    NotRecords,
    /// The text is not the result of a gate.
    #[error("not the result of a gate: run `cargo amdahl gate` first")]
    NotGate,
    /// A newer program wrote the file.
    #[error(
        "written by a newer amdahl (version {found}, this one reads {known}): \
         update, or measure again"
    )]
    Newer {
        /// The file's version.
        found: u64,
        /// The newest version known here.
        known: u64,
    },
    /// No program wrote such a version.
    #[error("records of an unknown version {found} (this one reads {known}): measure again")]
    UnknownVersion {
        /// The file's version.
        found: u64,
        /// The newest version known here.
        known: u64,
    },
    /// The footer is missing.
    #[error("truncated records: the last line is not a footer; measure again")]
    Truncated,
    /// The footer does not fit what comes before it.
    #[error(
        "damaged records: the checksum or line count of the footer does not match; measure again"
    )]
    Damaged,
    /// A line that is not what the format says.
    #[error("malformed records at line {line}: {source}; measure again")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What the JSON reader says.
        source: serde_json::Error,
    },
    /// A series whose parts do not fit each other.
    #[error(
        "malformed series of `{metric}`: {totals} totals and {iterations} iteration counts, which \
         must be as many and none of them 0; measure again"
    )]
    BadSeries {
        /// The metric's id.
        metric: String,
        /// How many totals.
        totals: usize,
        /// How many iteration counts.
        iterations: usize,
    },
    /// A record of a kernel the run does not declare.
    #[error("a record of {case}, but the run has no kernel `{}`; measure again", case.kernel)]
    UnknownKernel {
        /// The record's case.
        case: CaseId,
    },
    /// A figure without proof that the result was right.
    #[error(
        "{case} was measured by `{measurer}` but has no passed agreement check, so its figures \
         cannot be trusted; measure again"
    )]
    Unchecked {
        /// The record's case.
        case: CaseId,
        /// Who measured it.
        measurer: String,
    },
}
