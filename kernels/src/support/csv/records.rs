//! A file by the `csv` crate, one record at a time: what the plain variants read with.

use std::io::Read;

use csv::ByteRecord;

use super::error::{CsvError, LONGEST_RECORD_BYTES, line_at};
use super::file::CsvFile;

/// The records below the header.
pub struct Records<'f> {
    file: &'f CsvFile,
    reader: csv::Reader<Box<dyn Read + 'f>>,
}

/// The reader's own buffer.
const BUFFER_BYTES: usize = 64 << 10;

impl<'f> Records<'f> {
    /// From the first.
    pub fn new(file: &'f CsvFile) -> Self {
        let mut builder = csv::ReaderBuilder::new();
        builder.flexible(true).buffer_capacity(BUFFER_BYTES);
        Self { file, reader: builder.from_reader(Box::new(file.reader())) }
    }

    /// Reads the next record, and says how many bytes are before it or before blank lines above it;
    /// none at the end.
    ///
    /// # Errors
    /// Where the file cannot be read, or a record is too long to be one.
    pub fn read(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, CsvError> {
        let failed = |error: csv::Error| CsvError::Unreadable { reason: error.to_string() };
        if !self.reader.read_byte_record(record).map_err(failed)? {
            return Ok(None);
        }
        let offset = record.position().map_or(0, csv::Position::byte);
        if self.reader.position().byte() - offset > LONGEST_RECORD_BYTES as u64 {
            return Err(CsvError::TooLong { line: line_at(self.file, offset)? });
        }
        Ok(Some(offset))
    }
}
