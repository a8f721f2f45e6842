//! A file in blocks of whole records: one after the other, or in pieces at once.

use std::ops::Range;
use std::sync::Mutex;

use super::cursor::whole_records;
use super::error::{CsvError, LONGEST_RECORD_BYTES, line_at};
use super::file::CsvFile;

/// Text read at once: small enough to stay in the second-level cache until it is parsed, large
/// enough that a system call does not matter.
pub const BLOCK_BYTES: usize = 256 << 10;

/// Some whole records.
#[derive(Debug, Clone, Copy)]
pub struct Block<'b> {
    /// Their text.
    pub bytes: &'b [u8],
    /// Bytes of the file before it.
    pub offset: u64,
}

/// A file from a record's beginning to its end, in a buffer that grows only where a record does not
/// fit it.
#[derive(Debug)]
pub struct Blocks<'f> {
    file: &'f CsvFile,
    buffer: &'f mut Vec<u8>,
    /// Bytes of the file before the buffer.
    offset: u64,
    filled: usize,
    /// Bytes of the buffer that the last block took.
    taken: usize,
}

impl<'f> Blocks<'f> {
    /// From `offset` on; a buffer that has been used before is not allocated again.
    pub fn new(file: &'f CsvFile, offset: u64, buffer: &'f mut Vec<u8>) -> Self {
        if buffer.len() < BLOCK_BYTES {
            buffer.resize(BLOCK_BYTES, 0);
        }
        Self { file, buffer, offset, filled: 0, taken: 0 }
    }

    /// The next records; none at the end.
    ///
    /// # Errors
    /// Where the file cannot be read, or a record is too long to be one.
    pub fn next_block(&mut self) -> Result<Option<Block<'_>>, CsvError> {
        self.buffer.copy_within(self.taken..self.filled, 0);
        self.filled -= self.taken;
        self.offset += self.taken as u64;
        self.taken = 0;
        loop {
            let at = self.offset + self.filled as u64;
            self.filled += self.file.read_at(&mut self.buffer[self.filled..], at)?;
            let bytes = &self.buffer[..self.filled];
            let is_last = self.offset + self.filled as u64 >= self.file.bytes();
            self.taken = if is_last { self.filled } else { whole_records(bytes) };
            if self.taken > 0 {
                break;
            }
            if is_last {
                return Ok(None);
            }
            if self.buffer.len() >= LONGEST_RECORD_BYTES {
                return Err(CsvError::TooLong { line: line_at(self.file, self.offset)? });
            }
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
        Ok(Some(Block { bytes: &self.buffer[..self.taken], offset: self.offset }))
    }
}

/// Text of one parallel task: fixed, so that the result does not depend on the threads.
const PIECE_BYTES: u64 = 512 << 10;

/// Why there is no result of pieces.
enum Stop {
    /// Only who reads from the beginning knows where the records are.
    Ambiguous,
    Error(CsvError),
}

/// The results of pieces of the file from `offset` on, merged in the file's order and always in the
/// same pairs; none where the file holds a quote or a record without end, so that a line's end need
/// not be a record's. Only as many pieces are held as there are threads.
///
/// # Errors
/// Where the file cannot be read.
pub fn in_pieces<P: Send>(
    file: &CsvFile,
    offset: u64,
    result: impl Fn(Block<'_>) -> P + Sync,
    merge: impl Fn(P, P) -> P + Sync,
) -> Result<Option<P>, CsvError> {
    let pieces = file.bytes().saturating_sub(offset).div_ceil(PIECE_BYTES).max(1);
    let buffers = Mutex::new(Vec::new());
    let pooled = || buffers.lock().expect("no thread panics while it takes a buffer");
    let leaf = |piece: u64| {
        let mut buffer: Vec<u8> = pooled().pop().unwrap_or_default();
        let start = offset + piece * PIECE_BYTES;
        let found = piece_at(file, start, piece == 0, &mut buffer);
        let part = found.map(|(range, from)| {
            let offset = from + range.start as u64;
            result(Block { bytes: &buffer[range], offset })
        });
        pooled().push(buffer);
        part
    };
    let step = usize::try_from(PIECES_AT_ONCE).expect("a few pieces");
    let mut whole: Option<P> = None;
    for start in (0..pieces).step_by(step) {
        let part = tree(start..pieces.min(start + PIECES_AT_ONCE), &leaf, &merge);
        match part {
            Ok(part) => {
                whole = Some(match whole {
                    Some(before) => merge(before, part),
                    None => part,
                });
            }
            Err(Stop::Ambiguous) => return Ok(None),
            Err(Stop::Error(error)) => return Err(error),
        }
    }
    Ok(whole)
}

/// Pieces that the threads share out before their results are merged into what came before: a tree
/// over the whole file would hold more results the longer the file is.
const PIECES_AT_ONCE: u64 = 16;

fn tree<P: Send>(
    pieces: Range<u64>,
    leaf: &(impl Fn(u64) -> Result<P, Stop> + Sync),
    merge: &(impl Fn(P, P) -> P + Sync),
) -> Result<P, Stop> {
    if pieces.end - pieces.start == 1 {
        return leaf(pieces.start);
    }
    let middle = u64::midpoint(pieces.start, pieces.end);
    let (left, right) = rayon::join(
        || tree(pieces.start..middle, leaf, merge),
        || tree(middle..pieces.end, leaf, merge),
    );
    Ok(merge(left?, right?))
}

/// Reads the piece that begins at `start`, and says which bytes of the buffer belong to it and where
/// in the file the buffer begins.
///
/// A record belongs to the piece that holds the end of the line before it; the first piece has the
/// first record too.
fn piece_at(
    file: &CsvFile,
    start: u64,
    is_first: bool,
    buffer: &mut Vec<u8>,
) -> Result<(Range<usize>, u64), Stop> {
    // The byte before a piece may be the end of a line, which makes its first record its own.
    let from = start - u64::from(!is_first);
    let end = usize::try_from(start + PIECE_BYTES - 1 - from).expect("a piece fits memory");
    let mut wanted = end + RECORD_BYTES;
    let mut filled = 0;
    loop {
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        let at = from + filled as u64;
        filled += file.read_at(&mut buffer[filled..wanted], at).map_err(Stop::Error)?;
        let bytes = &buffer[..filled];
        let first = if is_first { Some(0) } else { after_line(bytes, 0) };
        let is_last = from + filled as u64 >= file.bytes();
        let last = after_line(bytes, end).or(is_last.then_some(filled));
        if let Some(last) = last {
            let range = first.unwrap_or(last).min(last)..last;
            if memchr::memchr(b'"', &bytes[range.clone()]).is_some() {
                return Err(Stop::Ambiguous);
            }
            return Ok((range, from));
        }
        if wanted > LONGEST_RECORD_BYTES {
            return Err(Stop::Ambiguous);
        }
        wanted *= 2;
    }
}

/// Read beyond a piece's end in the hope that its last record ends there.
const RECORD_BYTES: usize = 4 << 10;

/// Where the line after the first end of a line at or after `at` begins.
fn after_line(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    memchr::memchr(b'\n', rest).map(|end| at + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_file_of_several_rounds_are_merged_in_order_and_none_is_lost() {
        const RECORD: &[u8] = b"0123456,89\n";
        let records = (PIECES_AT_ONCE + 3) * PIECE_BYTES / RECORD.len() as u64;
        let file = CsvFile::of_text(&RECORD.repeat(usize::try_from(records).expect("few")), 1);
        let file = file.expect("room for a file of some pieces");
        let result = |block: Block<'_>| {
            let lines = memchr::memchr_iter(b'\n', block.bytes).count();
            (lines, vec![block.offset])
        };
        let merge = |mut left: (usize, Vec<u64>), right: (usize, Vec<u64>)| {
            left.1.extend(right.1);
            (left.0 + right.0, left.1)
        };
        let (lines, offsets) =
            in_pieces(&file, 0, result, merge).expect("a sound file").expect("no quotes");
        assert_eq!(lines as u64, records);
        assert!(offsets.is_sorted());
        assert!(offsets.len() as u64 > PIECES_AT_ONCE);
    }
}
