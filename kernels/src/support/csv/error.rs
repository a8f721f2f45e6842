//! What can be wrong with a CSV file, and where.
//!
//! Readers know how many bytes are before a record, not how many lines: the line is counted once
//! there is something to say about it.

use super::file::CsvFile;
use super::header::Header;

/// A record may not be longer than this, its line's end included: without a bound, one quote that
/// is not closed takes all of the memory.
pub const LONGEST_RECORD_BYTES: usize = 16 << 20;

/// Why a file has no result. Lines and columns count from 1, the header being line 1 where nothing
/// stands above it; a record that goes over several lines is named by its first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CsvError {
    /// The file cannot be read.
    #[error("cannot read the file: {reason}")]
    Unreadable {
        /// What the operating system said.
        reason: String,
    },
    /// There is not even a header.
    #[error("the file is empty: its first line must name the columns")]
    NoHeader,
    /// Two columns of one name.
    #[error("line 1, column {column}: a column `{name}` is there already; rename one of them")]
    RepeatedName {
        /// The second of them.
        column: usize,
        /// The name.
        name: String,
    },
    /// The kernel needs a column that is not there.
    #[error("there is no column `{name}`: the columns are {}", have.join(", "))]
    NoColumn {
        /// The name.
        name: String,
        /// The names that are there.
        have: Vec<String>,
    },
    /// A chunk of no rows.
    #[error("chunks of {got} rows: `chunk_rows` must be at least 1")]
    ChunkRows {
        /// The rows asked for.
        got: i64,
    },
    /// A row has too few or too many cells.
    #[error("line {line}, column {column}: {got} cells where the header has {want}")]
    Cells {
        /// The line.
        line: u64,
        /// The first column that is missing or one too many.
        column: usize,
        /// Cells expected.
        want: usize,
        /// Cells found.
        got: usize,
    },
    /// A cell of a column of numbers holds something else.
    #[error("line {line}, column {column} (`{name}`): `{text}` is not a number")]
    Number {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
        /// The column's name.
        name: String,
        /// What the cell holds.
        text: String,
    },
    /// A name is not UTF-8.
    #[error("line {line}, column {column}: `{text}` is not UTF-8; convert the file")]
    Encoding {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
        /// What can be shown of it.
        text: String,
    },
    /// A record does not end.
    #[error("line {line}: a row of more than {LONGEST_RECORD_BYTES} bytes; is a quote not closed?")]
    TooLong {
        /// The line.
        line: u64,
    },
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for CsvError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}

impl CsvError {
    /// What the operating system said.
    pub fn unreadable(error: &std::io::Error) -> Self {
        Self::Unreadable { reason: error.to_string() }
    }
}

/// Something wrong at a place that is known in bytes. Of two, the first in the file is the lesser;
/// of two in one row, the number of its cells comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Bytes before the record, or before blank lines above it.
    pub offset: u64,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong with a record; columns count from 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// The number of its cells.
    Cells(usize),
    /// This column's cell is no number.
    Number(usize, Box<[u8]>),
    /// This column's cell is not UTF-8.
    Encoding(usize, Box<[u8]>),
}

impl Problem {
    /// The error that names the line.
    pub fn into_error(self, file: &CsvFile, header: &Header) -> CsvError {
        let line = match line_at(file, self.offset) {
            Ok(line) => line,
            Err(error) => return error,
        };
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match self.wrong {
            Wrong::Cells(got) => {
                let want = header.names.len();
                CsvError::Cells { line, column: got.min(want) + 1, want, got }
            }
            Wrong::Number(column, text) => {
                let name = header.names[column].clone();
                CsvError::Number { line, column: column + 1, name, text: lossy(&text) }
            }
            Wrong::Encoding(column, text) => {
                CsvError::Encoding { line, column: column + 1, text: lossy(&text) }
            }
        }
    }
}

/// The line of the first record at or after `offset`.
pub fn line_at(file: &CsvFile, offset: u64) -> Result<u64, CsvError> {
    let mut buffer = vec![0; 64 << 10];
    let (mut at, mut line, mut before) = (0, 1, 0);
    loop {
        let filled = file.read_at(&mut buffer, at)?;
        for &byte in &buffer[..filled] {
            let is_end = byte == b'\n' || byte == b'\r';
            if at >= offset && !is_end {
                return Ok(line);
            }
            // A CR and an LF after it are one end.
            line += u64::from(is_end && !(before == b'\r' && byte == b'\n'));
            before = byte;
            at += 1;
        }
        if filled == 0 {
            return Ok(line);
        }
    }
}
