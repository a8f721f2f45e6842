//! A column of text in one buffer, as Arrow lays it out: bytes end to end, and where each begins.
//!
//! A million short words are two allocations here instead of a million, and reading them in order
//! reads memory in order. A cell's bytes are also had as an integer of fixed width, so that short
//! words compare and hash without a call.

use amdahl::{Exchange, ExchangeError, Exchanged, Value};

use super::hash::pair;

/// Bytes that [`Text::key`] holds: two words of [`WORD_BYTES`].
const KEY_BYTES: usize = 2 * WORD_BYTES;
const WORD_BYTES: usize = 16;

/// A column of text; a missing cell is not an empty one.
#[derive(Debug, Clone)]
pub struct Text {
    /// The cells end to end, and then [`WORD_BYTES`] more, so that a word is read in one piece.
    bytes: String,
    /// Where each cell begins, and where the last one ends.
    offsets: Vec<u32>,
    missing: Vec<bool>,
}

/// As long as a word.
const PADDING: &str = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

impl Text {
    /// How many cells.
    pub fn rows(&self) -> usize {
        self.missing.len()
    }

    /// The cell of row `i`, if it is not missing.
    #[inline]
    pub fn get(&self, i: usize) -> Option<&str> {
        (!self.missing[i]).then(|| self.cell(i))
    }

    /// The bytes of row `i`; none where it is missing.
    fn cell(&self, i: usize) -> &str {
        &self.bytes[self.offsets[i] as usize..self.offsets[i + 1] as usize]
    }

    /// What tells the cell of row `i` from others: exactly, if it is short.
    ///
    /// # Panics
    /// Where there is no such row.
    #[inline]
    pub fn key(&self, i: usize) -> Key {
        let (key, is_exact) = self.short_key(i);
        match (is_exact, self.missing[i]) {
            (true, _) => key,
            (false, true) => Key::MISSING,
            (false, false) => Key::of_long(self.cell(i).as_bytes()),
        }
    }

    /// The key of a short cell, and whether it is one: not where the cell is long or missing. It
    /// takes no branch, since lengths cannot be predicted.
    ///
    /// # Panics
    /// Where there is no such row.
    #[inline]
    pub fn short_key(&self, i: usize) -> (Key, bool) {
        let (first, end) = (self.offsets[i] as usize, self.offsets[i + 1] as usize);
        let length = end - first;
        let word = |at: usize, bytes: usize| {
            let chunk = self.bytes.as_bytes()[at..].first_chunk::<WORD_BYTES>();
            u128::from_le_bytes(*chunk.expect("the padding fills a word")) & MASKS[bytes]
        };
        // The second word overlaps the first; the length tells how far.
        let beyond = length.saturating_sub(WORD_BYTES).min(WORD_BYTES);
        let second = if beyond == 0 { 0 } else { WORD_BYTES };
        let words = [word(first, length.min(WORD_BYTES)), word(first + beyond, second)];
        let is_present = !self.missing[i];
        (Key::new(words, length), length <= KEY_BYTES && is_present)
    }

    /// Whether two cells are equal: both missing, or of the same bytes.
    #[inline]
    pub fn equal(&self, a: usize, b: usize) -> bool {
        self.missing[a] == self.missing[b] && self.same_bytes(a, b)
    }

    /// Whether two cells that are not missing are equal: what a key leaves open.
    #[inline]
    pub fn same_bytes(&self, a: usize, b: usize) -> bool {
        self.cell(a).as_bytes() == self.cell(b).as_bytes()
    }
}

/// The lowest bytes of a word, 0 to 16 of them.
const MASKS: [u128; WORD_BYTES + 1] = {
    let mut masks = [u128::MAX; WORD_BYTES + 1];
    let mut length = 0;
    while length < WORD_BYTES {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

/// What tells cells apart: a short one's first and last bytes, which are all of them, or a hash of a
/// long one's; and the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    words: [u64; 4],
    length: u32,
}

impl Key {
    /// The key of every missing cell; no cell is as long as this.
    pub const MISSING: Self = Self { words: [0; 4], length: u32::MAX };

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the halves of a word; offsets fit 32 bits")]
    fn new([first, last]: [u128; 2], length: usize) -> Self {
        let words = [first as u64, (first >> 64) as u64, last as u64, (last >> 64) as u64];
        Self { words, length: length as u32 }
    }

    #[allow(clippy::cast_possible_truncation, reason = "offsets fit 32 bits")]
    fn of_long(bytes: &[u8]) -> Self {
        let (chunks, rest) = bytes.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let add = |hash: u64, chunk: &[u8; 8]| pair(hash, u64::from_le_bytes(*chunk));
        let hash = add(chunks.iter().fold(0, add), &last);
        Self { words: [hash, 0, 0, 0], length: bytes.len() as u32 }
    }

    /// Whether equal keys are equal cells; long ones may collide.
    #[inline]
    pub fn is_exact(self) -> bool {
        self.length as usize <= KEY_BYTES || self.is_missing()
    }

    /// Whether it is that of a missing cell.
    #[inline]
    pub fn is_missing(self) -> bool {
        self.length == u32::MAX
    }

    /// Whether it equals another, found without a branch.
    #[inline]
    pub fn is(self, other: &Self) -> bool {
        let words = self.words.iter().zip(&other.words);
        let differing =
            words.fold(u64::from(self.length ^ other.length), |all, (a, b)| all | (a ^ b));
        differing == 0
    }

    /// A hash of it.
    #[inline]
    pub fn hash(self) -> u64 {
        let [a, b, c, d] = self.words;
        pair(a ^ u64::from(self.length), b) ^ pair(c, d)
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::from_iter([None::<&str>; 0])
    }
}

impl<S: AsRef<str>> FromIterator<Option<S>> for Text {
    /// # Panics
    /// Where the cells together have 4 GiB or more.
    fn from_iter<I: IntoIterator<Item = Option<S>>>(cells: I) -> Self {
        let cells = cells.into_iter();
        let rows = cells.size_hint().0;
        let mut text = Self {
            bytes: String::new(),
            offsets: Vec::with_capacity(rows + 1),
            missing: Vec::with_capacity(rows),
        };
        text.offsets.push(0);
        for cell in cells {
            text.missing.push(cell.is_none());
            if let Some(cell) = cell {
                text.bytes.push_str(cell.as_ref());
            }
            let end = u32::try_from(text.bytes.len()).expect("a column of less than 4 GiB");
            text.offsets.push(end);
        }
        text.bytes.push_str(PADDING);
        text
    }
}

impl From<&Text> for Value {
    fn from(text: &Text) -> Self {
        Self::Text((0..text.rows()).map(|i| text.get(i).map(str::to_owned)).collect())
    }
}

impl Exchange for Text {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::single(self.into())
    }

    fn from_exchanged(exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Vec::<Option<String>>::from_exchanged(exchanged)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELLS: [Option<&str>; 9] = [
        Some(""),
        None,
        Some("a"),
        Some("a\0"),
        Some("sixteen bytes ok"),
        Some("seventeen bytes !"),
        Some("seventeen bytes ?"),
        Some("thirty-two bytes that just do fit"),
        Some("a cell of more than thirty-two bytes, say"),
    ];

    #[test]
    fn cells_come_back_as_they_went_in() {
        let text = Text::from_iter(CELLS);
        for (i, cell) in CELLS.into_iter().enumerate() {
            assert_eq!(text.get(i), cell);
        }
    }

    #[test]
    fn keys_are_equal_where_cells_are_and_only_there() {
        let text: Text = CELLS.into_iter().chain(CELLS).collect();
        for a in 0..text.rows() {
            for b in 0..text.rows() {
                assert_eq!(text.equal(a, b), text.get(a) == text.get(b), "{a} and {b}");
                assert_eq!(text.key(a) == text.key(b), text.get(a) == text.get(b), "{a} and {b}");
            }
        }
    }
}
