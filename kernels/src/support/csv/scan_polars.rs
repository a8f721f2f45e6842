//! A CSV file scanned by Polars, lazily and by its streaming engine.

use polars::prelude::*;

use super::cursor::MISSING;
use super::error::CsvError;
use super::file::CsvFile;

/// A reader of the file.
pub fn reader(file: &CsvFile) -> LazyCsvReader {
    LazyCsvReader::new(PlRefPath::new(file.path()))
}

/// How a missing cell of any column is spelled.
pub fn missing() -> NullValues {
    let text = |bytes: &&[u8]| String::from_utf8_lossy(bytes).as_ref().into();
    NullValues::AllColumns(MISSING.iter().chain(&NANS).map(text).collect())
}

/// What Polars reads as numbers unless it is told that they are missing.
const NANS: [&[u8]; 4] = [b"NaN", b"nan", b"-nan", b"-NaN"];

/// Runs a query a part of the file at a time.
///
/// # Errors
/// What Polars says.
pub fn collect(query: LazyFrame) -> PolarsResult<DataFrame> {
    Ok(query.collect_with_engine(Engine::Streaming)?.unwrap_single())
}

/// What Polars says names no line.
impl From<PolarsError> for CsvError {
    fn from(error: PolarsError) -> Self {
        Self::Elsewhere(error.to_string())
    }
}
