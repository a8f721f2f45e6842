//! A column of text in one buffer, as Arrow lays it out: bytes end to end, and where each begins.
//!
//! A million short words are two allocations here instead of a million, and reading them in order
//! reads memory in order. A cell's bytes are also had as an integer of fixed width, so that short
//! words compare and hash without a call.

use amdahl::{Exchange, ExchangeError, Exchanged, Value};

/// Bytes that [`Text::key`] holds.
pub const KEY_BYTES: usize = 16;

/// A column of text; a missing cell is not an empty one.
#[derive(Debug, Clone)]
pub struct Text {
    /// The cells end to end, and then [`KEY_BYTES`] more, so that a key is read in one piece.
    bytes: String,
    /// Where each cell begins, and where the last one ends.
    offsets: Vec<u32>,
    missing: Vec<bool>,
}

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
        let (first, end) = (self.offsets[i] as usize, self.offsets[i + 1] as usize);
        if self.missing[i] {
            return Key::MISSING;
        }
        let length = end - first;
        let bytes = self.bytes.as_bytes();
        if length > KEY_BYTES {
            return Key::of_long(&bytes[first..end]);
        }
        let chunk = bytes[first..].first_chunk::<KEY_BYTES>().expect("the padding fills a key");
        let word = u128::from_le_bytes(*chunk) & MASKS[length];
        Key::new(word, end - first)
    }

    /// Whether two cells are equal: both missing, or of the same bytes.
    #[inline]
    pub fn equal(&self, a: usize, b: usize) -> bool {
        let (key_a, key_b) = (self.key(a), self.key(b));
        key_a == key_b && (key_a.is_exact() || self.same_bytes(a, b))
    }

    /// Whether two cells that are not missing are equal: what a key leaves open.
    #[inline]
    pub fn same_bytes(&self, a: usize, b: usize) -> bool {
        self.cell(a).as_bytes() == self.cell(b).as_bytes()
    }
}

/// The lowest bytes of an integer, 0 to 16 of them.
const MASKS: [u128; KEY_BYTES + 1] = {
    let mut masks = [u128::MAX; KEY_BYTES + 1];
    let mut length = 0;
    while length < KEY_BYTES {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

/// What tells cells apart: a short one's bytes, or a hash of a long one's; and the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    low: u64,
    high: u64,
    length: u32,
}

impl Key {
    /// The key of every missing cell; no cell is as long as this.
    pub const MISSING: Self = Self { low: 0, high: 0, length: u32::MAX };

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the halves of a word; offsets fit 32 bits")]
    fn new(word: u128, length: usize) -> Self {
        Self { low: word as u64, high: (word >> 64) as u64, length: length as u32 }
    }

    fn of_long(bytes: &[u8]) -> Self {
        let (words, rest) = bytes.as_chunks::<KEY_BYTES>();
        let mut last = [0; KEY_BYTES];
        last[..rest.len()].copy_from_slice(rest);
        let mut key = Self::new(u128::from_le_bytes(last), bytes.len());
        for word in words {
            let next = Self::new(u128::from_le_bytes(*word), 0);
            key.high = super::hash::mix(key.high, next.high);
            key.low = super::hash::mix(key.low ^ key.high, next.low);
        }
        key
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

    /// A hash of it.
    #[inline]
    pub fn hash(self) -> u64 {
        super::hash::pair(self.low ^ u64::from(self.length), self.high)
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
        Some("Zürich"),
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
