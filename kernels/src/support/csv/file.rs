//! A CSV file on disk with the most rows that may be held of it: what the streaming kernels take.

use std::fs::File;
use std::io::{self, Read, Write};
#[cfg(feature = "polars")]
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

use amdahl::{Exchange, ExchangeError, Exchanged, Value};

use super::error::CsvError;

/// A temporary file without a name, gone with the process however that ends.
///
/// It is read by position, so that several threads can share it.
#[derive(Debug)]
pub struct CsvFile {
    file: File,
    bytes: u64,
    chunk_rows: i64,
}

impl CsvFile {
    /// A file of what `write` appends, block by block, to the buffer it is given; it ends by
    /// leaving the buffer empty.
    ///
    /// # Errors
    /// Where there is no room for it.
    pub fn written(chunk_rows: i64, mut write: impl FnMut(&mut Vec<u8>)) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        let mut block = Vec::new();
        loop {
            block.clear();
            write(&mut block);
            if block.is_empty() {
                break;
            }
            file.write_all(&block)?;
        }
        let bytes = file.metadata()?.len();
        Ok(Self { file, bytes, chunk_rows })
    }

    /// A file of this text.
    ///
    /// # Errors
    /// Where there is no room for it.
    pub fn of_text(text: &[u8], chunk_rows: i64) -> io::Result<Self> {
        let mut text = Some(text);
        Self::written(chunk_rows, |block| block.extend_from_slice(text.take().unwrap_or_default()))
    }

    /// Its length.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The most rows whose values may be held at once.
    ///
    /// # Errors
    /// Where it is not positive.
    pub fn chunk_rows(&self) -> Result<usize, CsvError> {
        match usize::try_from(self.chunk_rows) {
            Ok(rows) if rows > 0 => Ok(rows),
            _ => Err(CsvError::ChunkRows { got: self.chunk_rows }),
        }
    }

    /// Fills `buffer` from `offset` on as far as the file goes, and says how far that is.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, CsvError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.file.read_at(&mut buffer[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(CsvError::unreadable(&error)),
            }
        }
        Ok(filled)
    }

    /// A name under which this process, and no other, can open the file.
    #[cfg(feature = "polars")]
    pub fn path(&self) -> String {
        let folder = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
        format!("{folder}/{}", self.file.as_raw_fd())
    }

    /// A reader of the whole file with a position of its own.
    pub fn reader(&self) -> impl Read + '_ {
        Reader { file: &self.file, offset: 0 }
    }
}

struct Reader<'f> {
    file: &'f File,
    offset: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

/// Crosses as its text.
impl Exchange for CsvFile {
    fn to_exchanged(&self) -> Exchanged {
        let mut text = Vec::new();
        self.reader().read_to_end(&mut text).expect("a file of our own can be read");
        let text = String::from_utf8_lossy(&text);
        Exchanged::named([
            ("csv", Value::from(&*text)),
            ("chunk_rows", Value::from(self.chunk_rows)),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let text: String = exchanged.take_as("csv")?;
        let chunk_rows = exchanged.take_as("chunk_rows")?;
        Self::of_text(text.as_bytes(), chunk_rows).map_err(|error| ExchangeError::Mismatch {
            name: "csv".to_owned(),
            want: "a text that fits the temporary folder",
            got: error.to_string(),
        })
    }
}
