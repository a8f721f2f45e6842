//! A gate's result as text: one JSON object, written for programs and read back by `accept`.
//!
//! # Format, version 1
//!
//! `amdahl` is `"gate"`, `version` is 1. What was measured is in `run`: the field names are those of
//! [`crate::gate::GateRun`], times in nanoseconds, `screen` and `second` natural logarithms of head over
//! base, one a launch. What follows from it stands beside it, for readers: `verdict` (`no_regression`,
//! `regression`, `inconclusive`, `rebaseline`), `reasons`, `sight` (a fraction), and `results`, one a
//! case in the order of `run.cases`, with `change`, `low`, `high` and `bound` as fractions.

use super::WireError;
use super::v1::{Banner, GATE_KIND, GateFile, VERSION};
use crate::gate::{GateRun, Judgement};

/// The result as text.
///
/// # Panics
///
/// Never: the wire types have string keys only and no fallible serialiser.
pub fn encode_gate(run: &GateRun, judgement: &Judgement) -> String {
    let file = GateFile::new(run, judgement);
    serde_json::to_string_pretty(&file).expect("wire types serialise") + "\n"
}

/// What was measured, from a result file; what follows from it is derived anew.
///
/// # Errors
///
/// Refuses what is no result of a gate, and what another version wrote.
pub fn decode_gate(bytes: &[u8]) -> Result<GateRun, WireError> {
    let banner: Banner = serde_json::from_slice(bytes).map_err(|_| WireError::NotGate)?;
    if banner.amdahl != GATE_KIND {
        return Err(WireError::NotGate);
    }
    match banner.version {
        VERSION => {}
        found if found > VERSION => return Err(WireError::Newer { found, known: VERSION }),
        found => return Err(WireError::UnknownVersion { found, known: VERSION }),
    }
    let file: GateFile = serde_json::from_slice(bytes)
        .map_err(|source| WireError::Malformed { line: source.line(), source })?;
    Ok(file.run.into())
}
