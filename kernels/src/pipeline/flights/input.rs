//! The files: read once a process and unpacked as far as the size asked for.

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use amdahl::{Exchange, ExchangeError, Exchanged};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::error::FlightsError;

/// The text of the three files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// The flights, a header and rows.
    pub flights: String,
    /// The planes.
    pub planes: String,
    /// The airlines.
    pub airlines: String,
}

/// Each file crosses as one text.
impl Exchange for Texts {
    fn to_exchanged(&self) -> Exchanged {
        let text = |text: &String| {
            text.to_exchanged().take("").expect("a text crosses as one nameless value")
        };
        Exchanged::named([
            ("flights", text(&self.flights)),
            ("planes", text(&self.planes)),
            ("airlines", text(&self.airlines)),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let mut text = |name| String::from_exchanged(Exchanged::single(exchanged.take(name)?));
        Ok(Self { flights: text("flights")?, planes: text("planes")?, airlines: text("airlines")? })
    }
}

/// The texts with the first `rows` flights.
///
/// # Errors
/// Where a file is missing, damaged as far as it is read, or too short.
pub fn first_rows(rows: usize) -> Result<Texts, FlightsError> {
    static FILES: Mutex<Option<Result<Files, FlightsError>>> = Mutex::new(None);
    let mut kept = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let files = kept.get_or_insert_with(|| Files::open(&amdahl::manifest_dir!().join("data")));
    match files.as_mut().map_err(|error| error.clone())?.texts(rows) {
        // What could not be unpacked once is not read on from the middle.
        Err(error @ FlightsError::Damaged { .. }) => {
            *files = Err(error.clone());
            Err(error)
        }
        texts => texts,
    }
}

/// All of the texts in a folder.
///
/// # Errors
/// Where a file is missing or damaged.
pub fn read(folder: &Path) -> Result<Texts, FlightsError> {
    let Files { mut flights, planes, airlines } = Files::open(folder)?;
    flights.unpack(usize::MAX)?;
    Ok(Texts { flights: flights.text()?.to_owned(), planes, airlines })
}

/// The files, of which the largest is unpacked as far as somebody wanted to read.
struct Files {
    flights: Unpacking,
    planes: String,
    airlines: String,
}

impl Files {
    fn open(folder: &Path) -> Result<Self, FlightsError> {
        Ok(Self {
            flights: Unpacking::open(folder.join("flights.csv.zst"))?,
            planes: text(&folder.join("planes.csv"))?,
            airlines: text(&folder.join("airlines.csv"))?,
        })
    }

    fn texts(&mut self, rows: usize) -> Result<Texts, FlightsError> {
        self.flights.unpack(rows.saturating_add(1))?;
        let flights = cut(self.flights.text()?, rows, &self.flights.path)?.to_owned();
        Ok(Texts { flights, planes: self.planes.clone(), airlines: self.airlines.clone() })
    }
}

/// A packed file and its beginning.
struct Unpacking {
    path: PathBuf,
    decoder: StreamingDecoder<Cursor<Vec<u8>>, FrameDecoder>,
    beginning: Vec<u8>,
    /// The newlines in it.
    newlines: usize,
}

impl Unpacking {
    fn open(path: PathBuf) -> Result<Self, FlightsError> {
        let packed = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let decoder = StreamingDecoder::new(Cursor::new(packed));
        let decoder = decoder.map_err(|error| damaged(&path, &error))?;
        Ok(Self { path, decoder, beginning: Vec::new(), newlines: 0 })
    }

    /// Unpacks until the beginning has so many newlines, or is all of the file.
    fn unpack(&mut self, newlines: usize) -> Result<(), FlightsError> {
        /// A few hundred flights.
        const CHUNK_BYTES: u64 = 64 << 10;
        while self.newlines < newlines {
            let before = self.beginning.len();
            let chunk = self.decoder.by_ref().take(CHUNK_BYTES).read_to_end(&mut self.beginning);
            if chunk.map_err(|error| damaged(&self.path, &error))? == 0 {
                break;
            }
            self.newlines += memchr::memchr_iter(b'\n', &self.beginning[before..]).count();
        }
        Ok(())
    }

    /// What is unpacked; a character that is not whole yet, at the end of it, is left out.
    fn text(&self) -> Result<&str, FlightsError> {
        match str::from_utf8(&self.beginning) {
            Err(error) if error.error_len().is_some() => Err(damaged(&self.path, &error)),
            Err(error) => Ok(str::from_utf8(&self.beginning[..error.valid_up_to()]).unwrap_or("")),
            Ok(text) => Ok(text),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> FlightsError {
    FlightsError::Unreadable { path: path.display().to_string(), reason: error.to_string() }
}

fn damaged(path: &Path, error: &dyn std::error::Error) -> FlightsError {
    FlightsError::Damaged { path: path.display().to_string(), reason: error.to_string() }
}

fn text(path: &Path) -> Result<String, FlightsError> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

/// The header and the first `rows` rows.
///
/// # Errors
/// Where there are fewer; `path` is named.
pub fn cut<'t>(text: &'t str, rows: usize, path: &Path) -> Result<&'t str, FlightsError> {
    // The header ends at the first newline, row i at the one after it.
    match memchr::memchr_iter(b'\n', text.as_bytes()).nth(rows) {
        Some(end) => Ok(&text[..=end]),
        None => Err(FlightsError::TooFewRows {
            path: path.display().to_string(),
            rows: text.lines().count().saturating_sub(1),
            wanted: rows,
        }),
    }
}
