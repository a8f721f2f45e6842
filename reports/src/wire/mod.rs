//! Runs as text: JSON lines that outlive the program that wrote them.
//!
//! The types of the file are apart from those in memory, one module a version, so that the program
//! may change and old records stay readable. Files are not opened here: bytes come in, text goes
//! out. Damage of any kind is refused, never guessed around.
//!
//! # Format, version 1
//!
//! UTF-8, one JSON object a line, every line ended by one line feed, in this order:
//!
//! 1. the header, `{"amdahl":"records","version":1,"info":{…}}`: see [`v1::RunInfo`];
//! 2. a line for each kernel planned, `{"kernel":{…}}`: see [`v1::KernelInfo`];
//! 3. a line for each record, `{"record":{…}}`: see [`v1::Record`];
//! 4. the footer, `{"end":{"lines":N,"crc32":"xxxxxxxx"}}`: how many lines come before it, and the
//!    CRC-32 (ISO-HDLC, as in gzip) of all their bytes in eight lower-case hexadecimal digits.
//!
//! Numbers that JSON cannot hold are the strings `"nan"`, `"inf"` and `"-inf"`. An unknown field is
//! an error. A case that was measured by anything must have a measured `check` record.

mod error;
mod gate;
mod suites;
mod history;
pub mod v1;
mod validate;

pub use error::WireError;
pub use gate::{decode_gate, encode_gate};
pub use suites::{decode_suites, encode_suite};
pub use history::{HistoryError, decode_entry, encode_entry};
pub use validate::validate;

use crate::{KernelInfo, Record, Run, RunInfo};
use v1::{Banner, End, Footer, Header, Line, VERSION};

/// The run as the text of a records file.
///
/// What it writes, [`decode`] reads back to an equal run, provided [`validate`] accepts the run.
pub fn encode(run: &Run) -> String {
    let mut text = String::new();
    push_line(&mut text, &Header::new((&run.info).into()));
    for kernel in &run.kernels {
        push_line(&mut text, &Line::Kernel(kernel.into()));
    }
    for record in &run.records {
        push_line(&mut text, &Line::Record(record.into()));
    }
    let footer = footer_of(&text);
    text + &footer
}

/// The run in the bytes of a records file.
///
/// # Errors
///
/// Refuses what is not a records file, what a newer version wrote, and any damage: a missing or
/// added byte, a changed byte, a figure without its agreement check. See [`WireError`].
pub fn decode(bytes: &[u8]) -> Result<Run, WireError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| WireError::NotText { offset: error.valid_up_to() })?;
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    check_banner(first)?;
    let body = intact_body(text)?;
    let mut run = None;
    for (index, line) in body.lines().enumerate() {
        let broken = |source| WireError::Malformed { line: index + 1, source };
        let Some(run) = run.as_mut() else {
            let header: Header = serde_json::from_str(line).map_err(broken)?;
            run = Some(Run { info: header.info.into(), kernels: Vec::new(), records: Vec::new() });
            continue;
        };
        match serde_json::from_str(line).map_err(broken)? {
            Line::Kernel(kernel) => run.kernels.push(kernel.into()),
            Line::Record(record) => run.records.push(record.try_into()?),
        }
    }
    let run = run.ok_or(WireError::NotRecords)?;
    validate(&run)?;
    Ok(run)
}

fn check_banner(first_line: &str) -> Result<(), WireError> {
    let banner: Banner = serde_json::from_str(first_line).map_err(|_| WireError::NotRecords)?;
    if banner.amdahl != v1::KIND {
        return Err(WireError::NotRecords);
    }
    match banner.version {
        VERSION => Ok(()),
        found if found > VERSION => Err(WireError::Newer { found, known: VERSION }),
        found => Err(WireError::UnknownVersion { found, known: VERSION }),
    }
}

/// The lines before the footer, once the footer proves them whole.
fn intact_body(text: &str) -> Result<&str, WireError> {
    let without_end = text.strip_suffix('\n').ok_or(WireError::Truncated)?;
    let footer_at = without_end.rfind('\n').map_or(0, |at| at + 1);
    let (body, footer) = text.split_at(footer_at);
    if serde_json::from_str::<Footer>(footer).is_err() {
        return Err(WireError::Truncated);
    }
    if footer != footer_of(body) {
        return Err(WireError::Damaged);
    }
    Ok(body)
}

fn footer_of(body: &str) -> String {
    let lines = body.lines().count() as u64;
    let crc32 = format!("{:08x}", crc32fast::hash(body.as_bytes()));
    let mut text = String::new();
    push_line(&mut text, &Footer { end: End { lines, crc32 } });
    text
}

/// A run's head as its line of a records file, to be put in order by.
pub(crate) fn text_of_info(info: &RunInfo) -> String {
    text_of(&Header::new(info.into()))
}

/// A kernel as its line.
pub(crate) fn text_of_kernel(kernel: &KernelInfo) -> String {
    text_of(&Line::Kernel(kernel.into()))
}

/// A record as its line.
pub(crate) fn text_of_record(record: &Record) -> String {
    text_of(&Line::Record(record.into()))
}

fn text_of(value: &impl serde::Serialize) -> String {
    let mut text = String::new();
    push_line(&mut text, value);
    text
}

/// # Panics
///
/// Never: the wire types have string keys only and no fallible serialiser.
fn push_line(text: &mut String, value: &impl serde::Serialize) {
    text.push_str(&serde_json::to_string(value).expect("wire types serialise"));
    text.push('\n');
}
