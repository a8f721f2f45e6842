//! Histories as files: lines are appended, read one by one, and never rewritten in place.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use amdahl_reports::history::Entry;
use amdahl_reports::wire::{HistoryError, decode_entry, encode_entry};

/// What can be wrong with a history's file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryFileError {
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// A line is no entry.
    #[error(
        "{} line {line}: {source}; mend or remove the line, or say --skip-damaged", path.display()
    )]
    Line { path: PathBuf, line: usize, source: HistoryError },
    /// A line is no text.
    #[error(
        "{} line {line}: not UTF-8 text; mend or remove the line, or say --skip-damaged",
        path.display()
    )]
    NotText { path: PathBuf, line: usize },
    /// A writer was killed.
    #[error(
        "{}: its last line is cut short; write it anew without that line first: \
         `cargo amdahl merge {} --into {} --skip-damaged`", path.display(), path.display(), path.display()
    )]
    CutShort { path: PathBuf },
}

/// Reads a history entry by entry, so that its size is no matter. Gives the numbers of the lines that
/// were left out as damaged; without leave to do so, the first such line is an error. A line of another
/// version is always one.
///
/// # Errors
/// Where the file cannot be read, or not as a history.
pub(crate) fn read_history(
    path: &Path,
    skip_damaged: bool,
    take: &mut dyn FnMut(&Entry<'_>),
) -> Result<Vec<usize>, HistoryFileError> {
    /// Lines are some hundred bytes: a few thousand at once keep the disk busy.
    const BUFFER_BYTES: usize = 1 << 20;
    let failed = |source| HistoryFileError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, file);
    let (mut bytes, mut line, mut damaged) = (Vec::new(), 0, Vec::new());
    loop {
        bytes.clear();
        if reader.read_until(b'\n', &mut bytes).map_err(failed)? == 0 {
            return Ok(damaged);
        }
        line += 1;
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let path = || path.to_owned();
        let error = match std::str::from_utf8(&bytes) {
            Err(_) => HistoryFileError::NotText { path: path(), line },
            Ok(text) => match decode_entry(text) {
                Ok(entry) => {
                    take(&entry);
                    continue;
                }
                Err(source) => HistoryFileError::Line { path: path(), line, source },
            },
        };
        let is_newer =
            matches!(&error, HistoryFileError::Line { source: HistoryError::Newer { .. }, .. });
        if !skip_damaged || is_newer {
            return Err(error);
        }
        damaged.push(line);
    }
}

/// Appends entries in one write, so that of two writers none comes into the middle of the other's.
///
/// # Errors
/// Where the file cannot be written, or where its last line is cut short: what was appended to that
/// would be lost with it.
pub(crate) fn append_entries(path: &Path, entries: &[Entry<'_>]) -> Result<(), HistoryFileError> {
    let failed = |source| HistoryFileError::Io { path: path.to_owned(), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let options = || File::options().create(true).read(true).append(true).open(path);
    let mut file = options().map_err(failed)?;
    if file.metadata().map_err(failed)?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1)).map_err(failed)?;
        file.read_exact(&mut last).map_err(failed)?;
        if last != *b"\n" {
            return Err(HistoryFileError::CutShort { path: path.to_owned() });
        }
    }
    let lines: String = entries.iter().map(encode_entry).collect();
    file.write_all(lines.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)
}
