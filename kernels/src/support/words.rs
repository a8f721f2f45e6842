//! Text by dictionary: each distinct word once, and a code for each row.

use std::collections::HashMap;

/// The code of a missing word.
pub const MISSING: u32 = u32::MAX;

/// A column of text: each distinct word once, in the order of first appearance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// An index into `names` for each row, or [`MISSING`].
    pub codes: Vec<u32>,
    /// The distinct words.
    pub names: Vec<String>,
}

impl Words {
    /// The word of row `i`, if it is not missing.
    pub fn get(&self, i: usize) -> Option<&str> {
        self.names.get(self.codes[i] as usize).map(String::as_str)
    }

    /// Adds a row; `known` holds the codes of the words there are, and the new one's from now on.
    ///
    /// # Panics
    /// Where there are 2^32 - 1 distinct words.
    pub fn push(&mut self, word: Option<String>, known: &mut HashMap<String, u32>) {
        let Some(word) = word else { return self.codes.push(MISSING) };
        let next = u32::try_from(self.names.len()).expect("fewer than 2^32 words");
        let code = *known.entry(word.clone()).or_insert(next);
        if code == next {
            self.names.push(word);
        }
        self.codes.push(code);
    }

    /// Words of some rows, changed: each distinct word is changed once, and those that become equal
    /// share a code.
    ///
    /// # Panics
    /// Where there are 2^32 - 1 distinct words.
    pub fn recode(
        codes: impl ExactSizeIterator<Item = u32>,
        names: &[String],
        change: fn(&str) -> String,
    ) -> Self {
        let mut recoded = Self { codes: Vec::with_capacity(codes.len()), names: Vec::new() };
        let mut new_codes = vec![MISSING; names.len()];
        let mut known: HashMap<String, u32> = HashMap::new();
        for code in codes {
            let new = match new_codes.get_mut(code as usize) {
                None => MISSING,
                Some(new) => {
                    if *new == MISSING {
                        let name = change(&names[code as usize]);
                        let next =
                            u32::try_from(recoded.names.len()).expect("fewer than 2^32 words");
                        *new = *known.entry(name.clone()).or_insert(next);
                        if *new == next {
                            recoded.names.push(name);
                        }
                    }
                    *new
                }
            };
            recoded.codes.push(new);
        }
        recoded
    }
}

impl FromIterator<Option<String>> for Words {
    fn from_iter<I: IntoIterator<Item = Option<String>>>(cells: I) -> Self {
        let (mut words, mut known) = (Self::default(), HashMap::new());
        for cell in cells {
            words.push(cell, &mut known);
        }
        words
    }
}
