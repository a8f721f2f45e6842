//! The bytes of a file, and of what it inflates to, up to a limit.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::error::ImportError;

/// The first bytes of a gzip file (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The bytes of a file. One that says it is too large is not opened for reading.
pub(super) fn read(path: &Path, max_bytes: u64) -> Result<Vec<u8>, ImportError> {
    let at = |source| ImportError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(at)?;
    let bytes = file.metadata().map_err(at)?.len();
    if bytes > max_bytes {
        return Err(ImportError::TooLarge { path: path.to_owned(), bytes, max_bytes });
    }
    // A pipe has no length, and a file may grow.
    up_to(file, max_bytes).map_err(at)?.ok_or(ImportError::Endless { max_bytes })
}

/// The same bytes, or what they inflate to.
pub(super) fn inflate(bytes: &[u8], max_bytes: u64) -> Result<Cow<'_, [u8]>, ImportError> {
    if !bytes.starts_with(&GZIP) {
        return Ok(Cow::Borrowed(bytes));
    }
    let inflated = up_to(MultiGzDecoder::new(bytes), max_bytes)
        .map_err(|error| ImportError::Gzip { reason: error.to_string() })?;
    inflated.map(Cow::Owned).ok_or(ImportError::Inflates { max_bytes })
}

/// All there is to read; none where that is more than the limit.
fn up_to(reader: impl Read, max_bytes: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= max_bytes).then_some(bytes))
}
