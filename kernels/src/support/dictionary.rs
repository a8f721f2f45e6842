//! Text by dictionary: the code of each cell, found by open addressing on its key.
//!
//! Most words are short and stand in the slot they hash to. They are looked up block by block
//! without a branch, since nothing about a word can be predicted; the few others follow.

use super::schedule::Schedule;
use super::text::{Key, Text};
use super::words::{MISSING, Words};

/// Codes of the cells of one column, in the order of first appearance.
pub struct Dictionary<'t> {
    text: &'t Text,
    /// A word's code in the low half, the high half of its hash in the other.
    slots: Vec<u64>,
    /// The key of each code.
    keys: Vec<Key>,
    /// The row at which each code appeared first.
    firsts: Vec<u32>,
}

/// A slot whose code is [`MISSING`].
const EMPTY: u64 = MISSING as u64;

/// The half of a slot that holds the hash's.
const HASH_HALF: u64 = !(u32::MAX as u64);

/// Slots to begin with.
const FIRST_SLOTS: usize = 1 << 10;

/// Slots a word: so few are taken that most words stand in the first one looked at.
const SLOTS_PER_WORD: usize = 8;

/// Rows looked up together.
const BLOCK: usize = 256;

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the low half")]
fn code_of(slot: u64) -> u32 {
    slot as u32
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the lowest bits choose the slot")]
fn slot_of(hash: u64, slots: usize) -> usize {
    hash as usize & (slots - 1)
}

impl<'t> Dictionary<'t> {
    /// No codes yet.
    pub fn new(text: &'t Text) -> Self {
        Self { text, slots: vec![EMPTY; FIRST_SLOTS], keys: Vec::new(), firsts: Vec::new() }
    }

    /// Forgets all codes and keeps the memory.
    pub fn clear(&mut self) {
        self.slots.fill(EMPTY);
        self.keys.clear();
        self.firsts.clear();
    }

    /// The row at which each code appeared first.
    pub fn firsts(&self) -> &[u32] {
        &self.firsts
    }

    /// The same, by value.
    pub fn into_firsts(self) -> Vec<u32> {
        self.firsts
    }

    /// The word of a code.
    ///
    /// # Panics
    /// Where there is no such code.
    pub fn name(&self, code: usize) -> &'t str {
        self.text.get(self.firsts[code] as usize).expect("only a word has a code")
    }

    /// The codes of rows, `row_of` telling which; of a new word a new one, [`MISSING`] of a missing
    /// cell.
    #[inline]
    pub fn codes(&mut self, row_of: impl Fn(usize) -> usize, codes: &mut [u32]) {
        // Rows of the block for which the first look was not enough.
        let mut open = [0; BLOCK];
        for (block, codes) in codes.chunks_mut(BLOCK).enumerate() {
            let row_of = |i: usize| row_of(block * BLOCK + i);
            let mut count = 0;
            for (i, code) in codes.iter_mut().enumerate() {
                let (key, is_exact) = self.text.short_key(row_of(i));
                *code = code_of(self.slots[slot_of(key.hash(), self.slots.len())]);
                let known = self.keys.get(*code as usize).unwrap_or(&Key::MISSING);
                open[count % BLOCK] = i;
                count += usize::from(!(is_exact & key.is(known)));
            }
            for &i in &open[..count] {
                codes[i] = self.code(row_of(i));
            }
        }
    }

    /// The code of one row.
    pub fn code(&mut self, row: usize) -> u32 {
        let key = self.text.key(row);
        if key.is_missing() {
            return MISSING;
        }
        let hash = key.hash();
        let mut at = slot_of(hash, self.slots.len());
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                return self.add(row, key, at);
            }
            if (slot ^ hash) & HASH_HALF == 0 && self.is_word(code_of(slot), key, row) {
                return code_of(slot);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    fn is_word(&self, code: u32, key: Key, row: usize) -> bool {
        let first = self.firsts[code as usize] as usize;
        self.keys[code as usize] == key && (key.is_exact() || self.text.same_bytes(first, row))
    }

    #[cold]
    fn add(&mut self, row: usize, key: Key, at: usize) -> u32 {
        let code = u32::try_from(self.firsts.len()).expect("fewer than 2^32 words");
        assert!(code != MISSING, "fewer than 2^32 - 1 words");
        self.slots[at] = (key.hash() & HASH_HALF) | u64::from(code);
        self.keys.push(key);
        self.firsts.push(u32::try_from(row).expect("fewer than 2^32 rows"));
        if SLOTS_PER_WORD * self.keys.len() > self.slots.len() {
            self.grow();
        }
        code
    }

    fn grow(&mut self) {
        let slots = 2 * self.slots.len();
        self.slots.clear();
        self.slots.resize(slots, EMPTY);
        for (code, key) in (0_u64..).zip(&self.keys) {
            let mut at = slot_of(key.hash(), slots);
            while self.slots[at] != EMPTY {
                at = (at + 1) & (slots - 1);
            }
            self.slots[at] = (key.hash() & HASH_HALF) | code;
        }
    }
}

/// Rows that one task encodes: fixed, so that the work does not depend on the threads.
const ROWS_PER_TASK: usize = 1 << 16;

/// A column by dictionary; the words are in the order of first appearance.
pub fn encode<S: Schedule>(text: &Text) -> Words {
    encode_rows::<S>(text, text.rows(), |i| i)
}

/// The same of so many rows, `row_of` telling which.
pub fn encode_rows<S: Schedule>(
    text: &Text,
    rows: usize,
    row_of: impl Fn(usize) -> usize + Sync,
) -> Words {
    let per_task = if S::PARTS == 1 { rows.max(1) } else { ROWS_PER_TASK };
    let mut parts = S::map(rows.div_ceil(per_task), |task| {
        let first = task * per_task;
        let mut dictionary = Dictionary::new(text);
        let mut codes = vec![0; rows.min(first + per_task) - first];
        dictionary.codes(|i| row_of(first + i), &mut codes);
        (codes, dictionary.firsts)
    });
    // Words that a later part has of its own follow those of the earlier ones.
    let mut whole = Dictionary::new(text);
    for (codes, firsts) in &mut parts {
        let new: Vec<u32> = firsts.iter().map(|&row| whole.code(row as usize)).collect();
        for code in codes.iter_mut().filter(|code| **code != MISSING) {
            *code = new[*code as usize];
        }
    }
    let codes: Vec<Vec<u32>> = parts.into_iter().map(|(codes, _)| codes).collect();
    let names = (0..whole.firsts.len()).map(|code| whole.name(code).to_owned()).collect();
    Words { codes: codes.concat(), names }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::schedule::{Parallel, Serial};

    #[test]
    fn codes_tell_words_apart_over_many_tasks_and_more_words_than_slots() {
        let word =
            |i: usize| (i % 7 != 3).then(|| format!("a word, and its number: {}", i % 4_999));
        let text: Text = (0..3 * ROWS_PER_TASK + 5).map(word).collect();
        let words = encode::<Serial>(&text);
        assert_eq!(words, encode::<Parallel>(&text));
        assert_eq!(words.names.len(), 4_999);
        for i in 0..text.rows() {
            assert_eq!(words.get(i), text.get(i));
        }
        let first = |code: u32| words.codes.iter().position(|other| *other == code);
        assert!((0..4_998).all(|code| first(code) < first(code + 1)), "in order of appearance");
    }
}
