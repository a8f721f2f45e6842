//! Walking through the cells of records that are there as a whole.
//!
//! The rules are those of the `csv` crate, so that every variant reads alike: lines end with LF,
//! CR or both, blank ones are skipped, a quote opens a cell only as its first byte, and doubled
//! quotes within are one.

use std::borrow::Cow;

use crate::support::decimal;

/// What a cell is to a column of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    /// Empty, or one of [`MISSING`].
    Missing,
    /// A number, perhaps infinite, never NaN.
    Number(f64),
    /// Anything else.
    Text,
}

/// How a missing number is spelled, beside an empty cell and any NaN: pandas' list.
pub const MISSING: [&[u8]; 15] = [
    b"NA",
    b"N/A",
    b"n/a",
    b"NULL",
    b"null",
    b"None",
    b"<NA>",
    b"#NA",
    b"#N/A",
    b"#N/A N/A",
    b"1.#IND",
    b"-1.#IND",
    b"1.#QNAN",
    b"-1.#QNAN",
    b"",
];

/// A cell without its quotes, spaces around it ignored, read by the standard library.
pub fn number_of(cell: &[u8]) -> Cell {
    let cell = cell.trim_ascii();
    if MISSING.contains(&cell) {
        return Cell::Missing;
    }
    match std::str::from_utf8(cell).ok().and_then(|text| text.parse::<f64>().ok()) {
        Some(number) if number.is_nan() => Cell::Missing,
        Some(number) => Cell::Number(number),
        None => Cell::Text,
    }
}

/// A position within text.
#[derive(Debug, Clone)]
pub struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    /// At the beginning of some records.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The bytes before the position.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Moves over blank lines to the next record and tells where it begins; none at the end.
    #[inline]
    pub fn record(&mut self) -> Option<usize> {
        while let Some(b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
        (self.at < self.bytes.len()).then_some(self.at)
    }

    /// Moves past what ends a cell; whether another cell of the same record follows.
    #[inline]
    pub fn next_cell(&mut self) -> bool {
        let end = self.bytes.get(self.at);
        self.at += usize::from(end.is_some());
        end == Some(&b',')
    }

    /// The cell at the position, which moves to its end.
    #[inline]
    pub fn cell(&mut self) -> Cow<'b, [u8]> {
        if self.bytes.get(self.at) == Some(&b'"') {
            return self.quoted();
        }
        let start = self.at;
        self.at = end_of_cell(self.bytes, start);
        Cow::Borrowed(&self.bytes[start..self.at])
    }

    /// Moves to the end of the cell.
    #[inline]
    pub fn skip(&mut self) {
        if self.bytes.get(self.at) == Some(&b'"') {
            self.quoted();
        } else {
            self.at = end_of_cell(self.bytes, self.at);
        }
    }

    /// The cell at the position as a number; moves to its end.
    #[inline]
    fn number(&mut self) -> Cell {
        if let Some((number, end)) = decimal::parse(self.bytes, self.at)
            && matches!(self.bytes.get(end), None | Some(b',' | b'\n' | b'\r'))
        {
            self.at = end;
            return Cell::Number(number);
        }
        self.other_number()
    }

    /// The same by way of the standard library.
    #[inline(never)]
    fn other_number(&mut self) -> Cell {
        if matches!(self.bytes.get(self.at), None | Some(b',' | b'\n' | b'\r')) {
            return Cell::Missing;
        }
        number_of(&self.cell())
    }

    /// A cell that begins with a quote; what stands between the closing quote and the comma belongs
    /// to it, and a quote that is not closed takes all there is.
    #[cold]
    fn quoted(&mut self) -> Cow<'b, [u8]> {
        let mut cell = Vec::new();
        loop {
            let start = self.at + 1;
            let rest = self.bytes.get(start..).unwrap_or_default();
            let Some(length) = memchr::memchr(b'"', rest) else {
                cell.extend_from_slice(rest);
                self.at = self.bytes.len();
                return Cow::Owned(cell);
            };
            cell.extend_from_slice(&rest[..length]);
            self.at = start + length + 1;
            if self.bytes.get(self.at) != Some(&b'"') {
                break;
            }
            cell.push(b'"');
        }
        let end = end_of_cell(self.bytes, self.at);
        cell.extend_from_slice(&self.bytes[self.at..end]);
        self.at = end;
        Cow::Owned(cell)
    }
}

/// The cell at the cursor as a number; moves to its end.
#[inline]
pub fn number(cursor: &mut Cursor<'_>) -> Cell {
    cursor.number()
}

/// The same, read by the standard library.
#[inline]
pub fn parsed_number(cursor: &mut Cursor<'_>) -> Cell {
    cursor.other_number()
}

/// How many bytes belong to records that end with a line's end within `bytes`.
pub fn whole_records(bytes: &[u8]) -> usize {
    if memchr::memchr(b'"', bytes).is_none() {
        let end = memchr::memrchr(b'\n', bytes).or_else(|| memchr::memrchr(b'\r', bytes));
        return end.map_or(0, |end| end + 1);
    }
    let mut cursor = Cursor::new(bytes);
    let mut end = 0;
    while cursor.record().is_some() {
        loop {
            cursor.skip();
            if cursor.at() == bytes.len() {
                return end;
            }
            if !cursor.next_cell() {
                break;
            }
        }
        end = cursor.at();
    }
    bytes.len()
}

/// The cells of the first record.
#[cold]
pub fn cells_of(bytes: &[u8]) -> usize {
    let mut cursor = Cursor::new(bytes);
    let mut cells = 1;
    cursor.skip();
    while cursor.next_cell() {
        cursor.skip();
        cells += 1;
    }
    cells
}

/// A word with this byte in each place.
const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of each byte that is zero; bytes after the first such may be wrong.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(repeated(1)) & !word & repeated(0x80)
}

/// Where the unquoted cell that begins at `at` ends: at a comma, a line's end, or the text's.
#[inline]
pub fn end_of_cell(bytes: &[u8], mut at: usize) -> usize {
    // Cells are some bytes long: words of eight find the end before a SIMD search has begun.
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        let ends = zero_bytes(word ^ repeated(b','))
            | zero_bytes(word ^ repeated(b'\n'))
            | zero_bytes(word ^ repeated(b'\r'));
        if ends != 0 {
            return at + ends.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while !matches!(bytes.get(at), None | Some(b',' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        let mut cursor = Cursor::new(text.as_bytes());
        let mut records = Vec::new();
        while cursor.record().is_some() {
            let mut cells = Vec::new();
            loop {
                cells.push(String::from_utf8_lossy(&cursor.cell()).into_owned());
                if !cursor.next_cell() {
                    break;
                }
            }
            records.push(cells);
        }
        records
    }

    fn cells_by_the_csv_crate(text: &str) -> Vec<Vec<String>> {
        let mut builder = csv::ReaderBuilder::new();
        let mut reader = builder.has_headers(false).flexible(true).from_reader(text.as_bytes());
        let record = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
        reader.records().map(|own| record(own.expect("text"))).collect()
    }

    #[test]
    fn any_text_has_the_cells_that_the_csv_crate_sees() {
        let mut rng = amdahl::Rng::new(5);
        for _ in 0..100_000 {
            let length = rng.index(24);
            let letter = |rng: &mut amdahl::Rng| char::from(b"\"\"\",,\n\rab1"[rng.index(10)]);
            let text: String = (0..length).map(|_| letter(&mut rng)).collect();
            assert_eq!(cells(&text), cells_by_the_csv_crate(&text), "{text:?}");
        }
    }

    #[test]
    fn records_are_whole_where_their_line_ends_outside_quotes() {
        for (text, whole) in [
            ("", 0),
            ("a,b", 0),
            ("a,b\nc", 4),
            ("a\rb", 2),
            ("a,\"x\ny", 0),
            ("a,\"x\ny\"\n", 8),
            ("1\na,\"x\"\"", 2),
            ("1\na,\"x\"", 2),
            ("1\n\"x\"\n2\n\"\n", 8),
        ] {
            assert_eq!(whole_records(text.as_bytes()), whole, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_spelled_as_in_pandas() {
        for (text, want) in [
            ("1.5", Cell::Number(1.5)),
            (" 2 ", Cell::Number(2.0)),
            ("+3", Cell::Number(3.0)),
            ("1e-3", Cell::Number(1e-3)),
            ("inf", Cell::Number(f64::INFINITY)),
            ("-Infinity", Cell::Number(f64::NEG_INFINITY)),
            ("\"4.5\"", Cell::Number(4.5)),
            ("123456789012345678901234567890", Cell::Number(1.234_567_890_123_456_8e29)),
            ("", Cell::Missing),
            ("\"\"", Cell::Missing),
            ("nan", Cell::Missing),
            ("NA", Cell::Missing),
            ("1.5x", Cell::Text),
            ("--1", Cell::Text),
            ("-", Cell::Text),
            (".", Cell::Text),
            ("1 2", Cell::Text),
            ("True", Cell::Text),
        ] {
            assert_eq!(Cursor::new(text.as_bytes()).number(), want, "{text:?}");
            assert_eq!(Cursor::new(text.as_bytes()).other_number(), want, "{text:?}");
        }
    }
}
