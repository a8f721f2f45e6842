//! The files: read and unpacked once a process, cut to the size asked for.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;

use amdahl::{Exchange, ExchangeError, Exchanged};

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

/// Where the files stand in the crate's sources.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

/// The texts with the first `rows` flights.
///
/// # Errors
/// Where a file is missing, damaged, or too short.
pub fn first_rows(rows: usize) -> Result<Texts, FlightsError> {
    static ALL: OnceLock<Result<Texts, FlightsError>> = OnceLock::new();
    let folder = Path::new(FOLDER);
    let all = ALL.get_or_init(|| read(folder)).as_ref().map_err(Clone::clone)?;
    let flights = cut(&all.flights, rows, &folder.join(FLIGHTS_FILE))?.to_owned();
    Ok(Texts { flights, planes: all.planes.clone(), airlines: all.airlines.clone() })
}

const FLIGHTS_FILE: &str = "flights.csv.zst";

/// All of the texts in a folder.
///
/// # Errors
/// Where a file is missing or damaged.
pub fn read(folder: &Path) -> Result<Texts, FlightsError> {
    Ok(Texts {
        flights: unpacked(&folder.join(FLIGHTS_FILE))?,
        planes: text(&folder.join("planes.csv"))?,
        airlines: text(&folder.join("airlines.csv"))?,
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> FlightsError {
    FlightsError::Unreadable { path: path.display().to_string(), reason: error.to_string() }
}

fn text(path: &Path) -> Result<String, FlightsError> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unpacked(path: &Path) -> Result<String, FlightsError> {
    let damaged = |reason: String| {
        let path = path.display().to_string();
        FlightsError::Damaged { path, reason }
    };
    let packed = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed.as_slice())
        .map_err(|error| damaged(error.to_string()))?;
    let mut text = String::new();
    decoder.read_to_string(&mut text).map_err(|error| damaged(error.to_string()))?;
    Ok(text)
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
