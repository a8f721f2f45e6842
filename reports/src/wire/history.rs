//! A history as text: one JSON object a line, one line for each commit, machine and case.
//!
//! # Format, version 1
//!
//! UTF-8, every line ended by one line feed. A line is complete by itself, so that files are joined by
//! putting their lines together; there is neither head nor foot. The first field is `history`, the
//! version. The fields are those of [`Entry`], in an order by which the order of lines is that of
//! commits: `committed`, `commit`, `machine`, `suite`, `anchor`, `case`, `metric`, `measured`, then
//! `ln_ratio` with `low` and `high` (the 95 % interval), `launches`, `anchor_ns`. An unknown field is an
//! error. Lines are canonical where they are in order of their bytes and no two are equal.

use super::v1::{HISTORY_VERSION, HistoryBanner, HistoryLine};
use crate::history::Entry;

/// Why a line is no entry of a history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// A newer program wrote it.
    #[error("written by a newer amdahl (version {found}, this one reads {known}): update")]
    Newer {
        /// The line's version.
        found: u64,
        /// The newest version known here.
        known: u64,
    },
    /// No program wrote such a version.
    #[error("of an unknown version {found} (this one reads {known})")]
    UnknownVersion {
        /// The line's version.
        found: u64,
        /// The newest version known here.
        known: u64,
    },
    /// It is something else, or damaged.
    #[error("no entry of a history: {0}")]
    Malformed(serde_json::Error),
    /// Its interval is none.
    #[error("no entry of a history: its interval from {low} to {high} does not hold {ln_ratio}")]
    BadInterval {
        /// The lower end.
        low: f64,
        /// The value.
        ln_ratio: f64,
        /// The upper end.
        high: f64,
    },
}

/// The entry as a line, with its line feed.
///
/// # Panics
///
/// Never: the wire type has string keys only and no fallible serialiser.
pub fn encode_entry(entry: &Entry<'_>) -> String {
    serde_json::to_string(&HistoryLine::new(entry)).expect("wire types serialise") + "\n"
}

/// The entry of a line, with or without its line feed. Texts without escapes are not copied.
///
/// # Errors
///
/// Refuses what is no entry, and what another version wrote.
pub fn decode_entry(line: &str) -> Result<Entry<'_>, HistoryError> {
    let known = HISTORY_VERSION;
    let refused = |found| match found {
        found if found > known => HistoryError::Newer { found, known },
        found => HistoryError::UnknownVersion { found, known },
    };
    match serde_json::from_str::<HistoryLine<'_>>(line) {
        Ok(line) if line.history != known => Err(refused(line.history)),
        Ok(line) => {
            let (low, ln_ratio, high) = (line.low, line.ln_ratio, line.high);
            if !(low <= ln_ratio && ln_ratio <= high) {
                return Err(HistoryError::BadInterval { low, ln_ratio, high });
            }
            Ok(line.into())
        }
        // A newer version may have other fields: its number is what there is to say.
        Err(error) => match serde_json::from_str::<HistoryBanner>(line) {
            Ok(banner) if banner.history != known => Err(refused(banner.history)),
            _ => Err(HistoryError::Malformed(error)),
        },
    }
}
