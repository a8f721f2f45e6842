//! Text by dictionary: the code of each cell, found by open addressing on its key.

use super::hash::slot;
use super::schedule::Schedule;
use super::text::{Key, Text};
use super::words::{MISSING, Words};

/// Codes of the cells of one column, in the order of first appearance.
pub struct Dictionary<'t> {
    text: &'t Text,
    slots: Vec<Slot>,
    /// The row at which each code appeared first.
    firsts: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    key: Key,
    /// [`MISSING`] where the slot is empty.
    code: u32,
}

const EMPTY: Slot = Slot { key: Key::MISSING, code: MISSING };

/// Slots to begin with: a few hundred words fit.
const FIRST_SLOTS: usize = 1 << 10;

impl<'t> Dictionary<'t> {
    /// No codes yet.
    pub fn new(text: &'t Text) -> Self {
        Self { text, slots: vec![EMPTY; FIRST_SLOTS], firsts: Vec::new() }
    }

    /// Forgets all codes and keeps the memory.
    pub fn clear(&mut self) {
        self.slots.fill(EMPTY);
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
    pub fn name(&self, code: usize) -> &'t str {
        self.text.get(self.firsts[code] as usize).expect("only a word has a code")
    }

    /// The code of a row's cell, a new one for a new word; [`MISSING`] of a missing cell.
    #[inline]
    pub fn code(&mut self, row: usize) -> u32 {
        let key = self.text.key(row);
        if key.is_missing() {
            return MISSING;
        }
        let mut at = slot(key.hash(), self.slots.len());
        loop {
            let found = self.slots[at];
            if found.code == MISSING {
                return self.add(row, key, at);
            }
            if found.key == key && (key.is_exact() || self.is_word(found.code, row)) {
                return found.code;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    fn is_word(&self, code: u32, row: usize) -> bool {
        self.text.same_bytes(self.firsts[code as usize] as usize, row)
    }

    #[cold]
    fn add(&mut self, row: usize, key: Key, at: usize) -> u32 {
        let code = u32::try_from(self.firsts.len()).expect("fewer than 2^32 words");
        self.slots[at] = Slot { key, code };
        self.firsts.push(u32::try_from(row).expect("fewer than 2^32 rows"));
        // At most half of the slots are taken, so that runs of them stay short.
        if 2 * self.firsts.len() > self.slots.len() {
            self.grow();
        }
        code
    }

    fn grow(&mut self) {
        let slots = vec![EMPTY; 4 * self.slots.len()];
        let taken = std::mem::replace(&mut self.slots, slots);
        for slot_taken in taken.into_iter().filter(|slot| slot.code != MISSING) {
            let mut at = slot(slot_taken.key.hash(), self.slots.len());
            while self.slots[at].code != MISSING {
                at = (at + 1) & (self.slots.len() - 1);
            }
            self.slots[at] = slot_taken;
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
        let rows = first..rows.min(first + per_task);
        let codes: Vec<u32> = rows.map(|i| dictionary.code(row_of(i))).collect();
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
