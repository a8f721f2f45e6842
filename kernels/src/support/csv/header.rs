//! The first record, which names the columns.

use super::blocks::Blocks;
use super::cursor::Cursor;
use super::error::{CsvError, Problem, Wrong};
use super::file::CsvFile;

/// Names of columns, and where the rows begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The names, each once.
    pub names: Vec<String>,
    /// Bytes before the first row, or before blank lines above it.
    pub end: u64,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Header {
    /// Reads it.
    ///
    /// # Errors
    /// Where there is none, a name repeats or is not UTF-8, or the file cannot be read.
    pub fn read(file: &CsvFile) -> Result<Self, CsvError> {
        let mut buffer = Vec::new();
        let mut blocks = Blocks::new(file, 0, &mut buffer);
        while let Some(block) = blocks.next_block()? {
            let marked = block.offset == 0 && block.bytes.starts_with(BYTE_ORDER_MARK);
            let skipped = if marked { BYTE_ORDER_MARK.len() } else { 0 };
            let mut cursor = Cursor::new(&block.bytes[skipped..]);
            if cursor.record().is_none() {
                continue;
            }
            let mut cells = Vec::new();
            loop {
                cells.push(cursor.cell());
                if !cursor.next_cell() {
                    break;
                }
            }
            let end = block.offset + (skipped + cursor.at()) as u64;
            return Self::of_cells(file, cells.iter().map(AsRef::as_ref), end);
        }
        Err(CsvError::NoHeader)
    }

    /// A header of these cells.
    ///
    /// # Errors
    /// Where there is none, or a name repeats or is not UTF-8.
    pub fn of_cells<'c>(
        file: &CsvFile,
        cells: impl Iterator<Item = &'c [u8]>,
        end: u64,
    ) -> Result<Self, CsvError> {
        let mut header = Self { names: Vec::new(), end };
        for (column, cell) in cells.enumerate() {
            let Ok(name) = std::str::from_utf8(cell) else {
                let problem = Problem { offset: 0, wrong: Wrong::Encoding(column, cell.into()) };
                return Err(problem.into_error(file, &header));
            };
            if header.names.iter().any(|own| own == name) {
                let name = name.to_owned();
                return Err(CsvError::RepeatedName { column: column + 1, name });
            }
            header.names.push(name.to_owned());
        }
        if header.names.is_empty() { Err(CsvError::NoHeader) } else { Ok(header) }
    }

    /// The column of this name, from 0.
    ///
    /// # Errors
    /// Where there is none.
    pub fn column(&self, name: &str) -> Result<usize, CsvError> {
        let at = self.names.iter().position(|own| own == name);
        at.ok_or_else(|| CsvError::NoColumn { name: name.to_owned(), have: self.names.clone() })
    }
}
