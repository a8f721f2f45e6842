//! Groups by name: a hash table over names that stand one after the other in one buffer, so that a
//! table that has been used before takes the same names again without an allocation.

use amdahl::{Agree, Exchange, ExchangeError, Exchanged, Value};

/// Sums and counts by name.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    /// Indices of groups by their key, open addressing with linear probing; a power of two.
    slots: Vec<u32>,
    entries: Vec<Group>,
    /// The names from the first group's to the last's.
    names: Vec<u8>,
}

#[derive(Debug, Clone)]
struct Group {
    key: u64,
    /// Where its name begins in the buffer, and how long it is.
    start: usize,
    length: usize,
    sum: f64,
    count: u64,
}

/// A slot without a group.
const VACANT: u32 = u32::MAX;

/// The longest name that its key and its length tell from all others.
const KEY_BYTES: usize = 8;

/// The bytes of a short name in one word, overlapping so that none is copied one by one; of a longer
/// one a hash, a multiplication for each eight bytes. A file made to collide would be read slowly,
/// not wrongly.
#[inline]
fn key_of(name: &[u8]) -> u64 {
    let byte = |at: usize| u64::from(name[at]);
    match (name.len(), name.first_chunk::<4>(), name.last_chunk::<4>()) {
        (0, ..) => 0,
        (length @ 1..4, ..) => byte(0) | byte(length / 2) << 8 | byte(length - 1) << 16,
        (4..=KEY_BYTES, Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
        }
        _ => {
            let last = name.last_chunk::<8>().map_or(0, |last| u64::from_le_bytes(*last));
            let words = name.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
            words.chain([last]).fold(0, |hash, word| spread(hash.rotate_left(23) ^ word))
        }
    }
}

/// A word whose high bits depend on all of its bits (Knuth, volume 3, section 6.4: 2^64 over the
/// golden ratio, odd).
#[inline]
fn spread(word: u64) -> u64 {
    word.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Where the search for a key begins.
#[allow(clippy::cast_possible_truncation, reason = "a mask keeps a few of the bits")]
#[inline]
fn first_slot(key: u64) -> usize {
    // A product's bits depend on the lower ones alone, so the upper ones are brought down first.
    (spread(key ^ (key >> 32)) >> 32) as usize
}

impl Groups {
    /// Forgets the groups and keeps the memory.
    pub fn clear(&mut self) {
        self.slots.fill(VACANT);
        self.entries.clear();
        self.names.clear();
    }

    /// The index of the group of this name.
    ///
    /// # Errors
    /// Where the name is new and not UTF-8.
    #[inline]
    pub fn index_of(&mut self, name: &[u8]) -> Result<usize, std::str::Utf8Error> {
        let key = key_of(name);
        if let Some(mask) = self.slots.len().checked_sub(1) {
            let mut slot = first_slot(key) & mask;
            while self.slots[slot] != VACANT {
                let index = self.slots[slot] as usize;
                let group = &self.entries[index];
                let is_alike = group.key == key && group.length == name.len();
                if is_alike && (name.len() <= KEY_BYTES || self.name(group) == name) {
                    return Ok(index);
                }
                slot = (slot + 1) & mask;
            }
        }
        self.insert(name, key)
    }

    #[inline]
    fn name(&self, group: &Group) -> &[u8] {
        &self.names[group.start..group.start + group.length]
    }

    #[cold]
    fn insert(&mut self, name: &[u8], key: u64) -> Result<usize, std::str::Utf8Error> {
        std::str::from_utf8(name)?;
        let group = Group { key, start: self.names.len(), length: name.len(), sum: 0.0, count: 0 };
        self.names.extend_from_slice(name);
        self.entries.push(group);
        let index = self.entries.len() - 1;
        // At most half of the slots are taken.
        if 2 * self.entries.len() > self.slots.len() {
            let slots = (2 * self.slots.len()).max(LEAST_SLOTS);
            self.slots.clear();
            self.slots.resize(slots, VACANT);
            (0..index).for_each(|index| self.take_slot(index));
        }
        self.take_slot(index);
        Ok(index)
    }

    fn take_slot(&mut self, index: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = first_slot(self.entries[index].key) & mask;
        while self.slots[slot] != VACANT {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = u32::try_from(index).expect("fewer than 2^32 groups");
    }

    /// Adds a number to a group.
    #[inline]
    pub fn add_to(&mut self, index: usize, number: f64) {
        let group = &mut self.entries[index];
        group.sum += number;
        group.count += 1;
    }

    /// Adds the groups of the part of the file that follows.
    pub fn merge(mut self, next: &Self) -> Self {
        for group in &next.entries {
            let index = self.index_of(next.name(group)).expect("it is UTF-8 there");
            self.entries[index].sum += group.sum;
            self.entries[index].count += group.count;
        }
        self
    }

    /// The means, in the order of the names.
    pub fn means(&self) -> GroupMeans {
        let mut groups: Vec<&Group> = self.entries.iter().collect();
        groups.sort_unstable_by_key(|group| self.name(group));
        let name = |group: &&Group| {
            let name = std::str::from_utf8(self.name(group));
            Some(name.expect("names are UTF-8").to_owned())
        };
        GroupMeans {
            category: groups.iter().map(name).collect(),
            mean: groups.iter().map(|group| group.sum / group.count as f64).collect(),
        }
    }
}

/// Slots of a small table.
const LEAST_SLOTS: usize = 64;

/// A mean for each name, in the order of the names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupMeans {
    /// The names, none of them missing.
    pub category: Vec<Option<String>>,
    /// As many means.
    pub mean: Vec<f64>,
}

impl Exchange for GroupMeans {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("category", Value::from(&self.category)),
            ("mean", Value::from(&self.mean)),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Self { category: exchanged.take_as("category")?, mean: exchanged.take_as("mean")? })
    }
}

impl Agree for GroupMeans {}
