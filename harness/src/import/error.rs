//! Why a file gives no profile.

use std::path::PathBuf;

use amdahl_reports::format::list;
use amdahl_reports::wire::WireError;

use super::detect::FileFormat;

/// Why a file gives no profile.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// It is larger than allowed.
    #[error(
        "{} has {bytes} bytes, more than the {max_bytes} allowed: raise --max-bytes if it is what \
         you mean", path.display()
    )]
    TooLarge { path: PathBuf, bytes: u64, max_bytes: u64 },
    /// It is larger than allowed, and does not say how large.
    #[error("the input goes on after the {max_bytes} bytes allowed: raise --max-bytes")]
    Endless { max_bytes: u64 },
    /// It inflates to more than allowed.
    #[error(
        "the compressed file holds more than the {max_bytes} bytes allowed: raise --max-bytes if it \
         is what you mean"
    )]
    Inflates { max_bytes: u64 },
    /// Damaged compression.
    #[error("the file begins as gzip and cannot be decompressed: {reason}; is it truncated?")]
    Gzip { reason: String },
    /// Nothing in it.
    #[error("the file is empty: did the profiler end before it wrote?")]
    Empty,
    /// No format known.
    #[error(
        "the file is of no format that is read here: {}; if it is one of them, say which with \
         --format",
        FileFormat::names()
    )]
    Unrecognised,
    /// Not the format it seems to be, or damaged.
    #[error("not a whole {format}: {reason}")]
    Malformed { format: &'static str, reason: String },
    /// A line that does not belong.
    #[error("{format}, line {line}: {reason}")]
    Line { format: &'static str, line: usize, reason: String },
    /// Nothing was measured in it.
    #[error("the {format} holds {what}: {remedy}")]
    Nothing { format: &'static str, what: &'static str, remedy: &'static str },
    /// A choice that the user must make.
    #[error("the {format} has several {what}: say which with {option}: {}", shown(known))]
    Choose { format: &'static str, what: &'static str, option: &'static str, known: Vec<String> },
    /// A choice that there is not.
    #[error("the {format} has no {what} `{wanted}`; there is {}", shown(known))]
    NoSuch { format: &'static str, what: &'static str, wanted: String, known: Vec<String> },
    /// An option of another format.
    #[error("{option} has no meaning for a file of format {format}: leave it out")]
    Unused { option: &'static str, format: &'static str },
    /// Records that cannot be read.
    #[error(transparent)]
    Records(#[from] Box<WireError>),
}

/// Up to how many names of a choice are shown.
const SHOWN: usize = 12;

fn shown(known: &[String]) -> String {
    let mut words: Vec<String> = known.iter().take(SHOWN).cloned().collect();
    if known.len() > SHOWN {
        words.push(format!("{} more", known.len() - SHOWN));
    }
    list(&words)
}

impl ImportError {
    /// Text that is no UTF-8.
    pub(super) fn not_text(format: &'static str, error: std::str::Utf8Error) -> Self {
        let reason = format!("byte {} is not UTF-8", error.valid_up_to());
        Self::Malformed { format, reason }
    }
}
