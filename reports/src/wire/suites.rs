//! Suites of the gate's test of itself as text: a file of JSON lines that grows by one a suite.
//!
//! # Format, version 1
//!
//! A line is `{"gate":{…}}` or `{"criterion":{…}}`. A suite of the gate has `kind` (`unchanged`,
//! `relinked`, `planted`), `neighbour`, `plants`, and in `gate` the whole result of the gate as
//! [`super::encode_gate`] has it. One of criterion has what it said of each case.

use super::v1::{SuiteLine, VERSION};
use super::{WireError, push_line};
use crate::gate::evaluation::Suite;

/// A suite as a line with its line feed.
pub fn encode_suite(suite: &Suite) -> String {
    let mut text = String::new();
    push_line(&mut text, &SuiteLine::from(suite));
    text
}

/// The suites in the bytes of such a file. A last line without its line feed was broken off, and is left
/// out; [`encode_suite`] of the others gives the file again.
///
/// # Errors
///
/// Refuses a line that is none.
pub fn decode_suites(bytes: &[u8]) -> Result<Vec<Suite>, WireError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| WireError::NotText { offset: error.valid_up_to() })?;
    let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let decoded = whole.enumerate().map(|(index, line)| {
        let broken = |source| WireError::Malformed { line: index + 1, source };
        let line: SuiteLine = serde_json::from_str(line).map_err(broken)?;
        line.into_suite().map_err(|found| WireError::UnknownVersion { found, known: VERSION })
    });
    decoded.collect()
}
