//! Building tables row by row: columns of numbers, and of words that each enter a dictionary once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::support::hash::pair;

use super::table::{Cell, Column, Kind, MISSING, Schema, Table, Words};

/// A column that grows; `'t` is the text that its words are borrowed from.
pub enum Growing<'t> {
    /// Numbers.
    Numbers(Vec<f64>),
    /// Words.
    Words(Encoder<'t>),
}

impl Growing<'_> {
    /// Empty columns of a schema.
    pub fn columns(schema: &Schema, rows: usize) -> Vec<Self> {
        let column = |(_, kind): &(_, Kind)| match kind {
            Kind::Numbers => Self::Numbers(Vec::with_capacity(rows)),
            Kind::Words => Self::Words(Encoder::with_capacity(rows)),
        };
        schema.columns.iter().map(column).collect()
    }

    fn finish(self) -> Column {
        match self {
            Self::Numbers(numbers) => Column::Numbers(numbers),
            Self::Words(encoder) => Column::Words(encoder.finish()),
        }
    }

    /// The table of these columns.
    pub fn finish_all(columns: Vec<Self>) -> Table {
        Table { columns: columns.into_iter().map(Self::finish).collect() }
    }
}

/// Gives each distinct word a code in the order of first appearance.
#[derive(Default)]
pub struct Encoder<'t> {
    /// A code for each row.
    pub codes: Vec<u32>,
    /// The distinct words.
    pub names: Vec<&'t str>,
    /// Codes by [`packed`] words: most are short, and integers compare without a call.
    short: HashMap<u64, u32, BuildHasherDefault<WordHasher>>,
    long: HashMap<&'t str, u32, BuildHasherDefault<WordHasher>>,
}

/// The longest word that fits an integer together with its length.
const PACKED_BYTES: usize = 7;

/// A word of at most [`PACKED_BYTES`] as an integer, its length in front.
#[inline]
fn packed(word: &str) -> Option<u64> {
    let byte = |key: u64, byte: u8| (key << 8) | u64::from(byte);
    (word.len() <= PACKED_BYTES).then(|| word.bytes().fold(word.len() as u64, byte))
}

impl<'t> Encoder<'t> {
    /// Room for this many rows.
    pub fn with_capacity(rows: usize) -> Self {
        Self { codes: Vec::with_capacity(rows), ..Self::default() }
    }

    /// The code of a word, a new one for a new word.
    #[inline]
    pub fn code(&mut self, word: &'t str) -> u32 {
        // Neighbouring rows often repeat a word, such as a time.
        if let Some(&last) = self.codes.last()
            && word.len() > PACKED_BYTES
            && self.names.get(last as usize) == Some(&word)
        {
            return last;
        }
        let next = u32::try_from(self.names.len()).expect("fewer than 2^32 distinct words");
        let names = &mut self.names;
        let new = || {
            names.push(word);
            next
        };
        match packed(word) {
            Some(key) => *self.short.entry(key).or_insert_with(new),
            None => *self.long.entry(word).or_insert_with(new),
        }
    }

    /// Adds a row; none is a missing word.
    #[inline]
    pub fn push(&mut self, word: Option<&'t str>) {
        let code = word.map_or(MISSING, |word| self.code(word));
        self.codes.push(code);
    }

    fn finish(self) -> Words {
        let names = self.names.into_iter().map(str::to_owned).collect();
        Words { codes: self.codes, names }
    }
}

/// A hash for short words: a multiplication for each eight bytes. The words are a trusted file's,
/// so nobody chooses them to collide.
#[derive(Default)]
pub struct WordHasher(u64);

impl WordHasher {
    #[inline]
    fn add(&mut self, word: u64) {
        self.0 = pair(self.0, word);
    }
}

impl Hasher for WordHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.add(u64::from_le_bytes(word));
        }
    }

    #[inline]
    fn write_u8(&mut self, byte: u8) {
        self.0 ^= u64::from(byte);
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// A table that grows by rows of dynamically typed cells.
pub struct RowBuilder {
    columns: Vec<Column>,
    known: Vec<HashMap<String, u32>>,
}

impl RowBuilder {
    /// No rows yet.
    pub fn new(schema: &Schema) -> Self {
        let column = |(_, kind): &(_, Kind)| match kind {
            Kind::Numbers => Column::Numbers(Vec::new()),
            Kind::Words => Column::Words(Words::default()),
        };
        Self {
            columns: schema.columns.iter().map(column).collect(),
            known: vec![HashMap::new(); schema.columns.len()],
        }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// Where a cell is not of its column's kind.
    pub fn push(&mut self, row: Vec<Cell>) {
        for ((column, known), cell) in self.columns.iter_mut().zip(&mut self.known).zip(row) {
            match (column, cell) {
                (Column::Numbers(numbers), Cell::Number(number)) => numbers.push(number),
                (Column::Numbers(numbers), Cell::Missing) => numbers.push(f64::NAN),
                (Column::Words(words), Cell::Missing) => words.push(None, known),
                (Column::Words(words), Cell::Text(text)) => words.push(Some(text), known),
                (column, cell) => panic!("{cell:?} among the {column:?}"),
            }
        }
    }

    /// The table.
    pub fn finish(self) -> Table {
        Table { columns: self.columns }
    }
}
