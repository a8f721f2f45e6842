//! Profiles that other programs wrote, read into one form: [`amdahl_reports::whatif::Profile`].
//!
//! One file a format, found by content. A file comes from anywhere: nothing here panics on bytes, or
//! takes more memory than the file and what it inflates to justify. What is asked of a profile, and
//! what follows, is not decided here.

mod detect;
mod error;
mod folded;
mod limit;
mod marshal;
mod protobuf;
mod pstats;
mod records;
mod table;
mod trace;

use std::path::Path;

use amdahl_reports::whatif::Profile;

pub(crate) use detect::FileFormat;
pub(crate) use error::ImportError;

/// What the user says of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading<'u> {
    /// Its format, where it is not to be found by content.
    pub(crate) format: Option<FileFormat>,
    /// Which of several values a sample has, or which measurer of a record.
    pub(crate) value: Option<&'u str>,
    /// Which case of a run's records.
    pub(crate) case: Option<&'u str>,
    /// The functions that are asked for: of a run's records, the case that has them is read.
    pub(crate) functions: Vec<&'u str>,
}

/// Reads a profile from a file of at most `max_bytes`, before and after decompression.
///
/// # Errors
/// Where it cannot be read, is too large, or is no profile.
pub(crate) fn read(
    path: &Path,
    max_bytes: u64,
    reading: &Reading<'_>,
) -> Result<Profile, ImportError> {
    let bytes = limit::read(path, max_bytes)?;
    parse(&bytes, max_bytes, reading)
}

/// Reads a profile from the bytes of a file.
///
/// # Errors
/// Where it inflates to more than `max_bytes`, or is no profile.
pub(crate) fn parse(
    bytes: &[u8],
    max_bytes: u64,
    reading: &Reading<'_>,
) -> Result<Profile, ImportError> {
    let bytes = limit::inflate(bytes, max_bytes)?;
    let format = match reading.format {
        Some(format) => format,
        None => detect::detect(&bytes)?,
    };
    let is_records = format == FileFormat::Records;
    let unused = [
        ("--value", reading.value.is_some() && !is_records && format != FileFormat::Pprof),
        ("--case", reading.case.is_some() && !is_records),
    ];
    if let Some((option, _)) = unused.into_iter().find(|(_, unused)| *unused) {
        return Err(ImportError::Unused { option, format: format.name() });
    }
    match format {
        FileFormat::Pstats => pstats::parse(&bytes),
        FileFormat::Table => table::parse(&bytes),
        FileFormat::Pprof => protobuf::parse(&bytes, reading.value),
        FileFormat::Folded => folded::parse(&bytes),
        FileFormat::Trace => trace::parse(&bytes),
        FileFormat::Records => records::parse(&bytes, reading),
    }
}

#[cfg(test)]
mod tests;
