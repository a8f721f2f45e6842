//! What is gathered by group: sums and counts by code, and keys to group by.

use amdahl::Rng;

use super::text::Text;
use super::words::MISSING;

/// For each group, the sum of its values and how many they are; NaN counts as no value.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    /// Side by side, since a row needs both.
    groups: Vec<(f64, f64)>,
}

impl Sums {
    /// So many groups without values.
    pub fn new(groups: usize) -> Self {
        Self { groups: vec![(0.0, 0.0); groups] }
    }

    /// Forgets all groups and keeps the memory.
    pub fn clear(&mut self) {
        self.groups.clear();
    }

    /// Sees to it that there are so many groups.
    #[inline]
    pub fn grow(&mut self, groups: usize) {
        if groups > self.groups.len() {
            self.groups.resize(groups, (0.0, 0.0));
        }
    }

    /// Adds a value to a group; nothing where the group is [`MISSING`].
    #[inline]
    pub fn add(&mut self, code: u32, value: f64) {
        debug_assert!(code == MISSING || (code as usize) < self.groups.len(), "group {code}");
        if let Some((sum, count)) = self.groups.get_mut(code as usize)
            && !value.is_nan()
        {
            *sum += value;
            *count += 1.0;
        }
    }

    /// Adds what another has gathered of its group `from` to the group `code`.
    pub fn merge(&mut self, code: u32, other: &Self, from: usize) {
        let ((sum, count), (more, values)) = (&mut self.groups[code as usize], other.groups[from]);
        *sum += more;
        *count += values;
    }

    /// The means in the order of groups; NaN of nothing.
    pub fn means(&self) -> impl ExactSizeIterator<Item = f64> {
        self.groups.iter().map(|(sum, count)| sum / count)
    }
}

/// A column of keys for an input, drawn from `groups` names of 7 to 20 bytes; one cell in
/// a thousand is missing.
pub fn keys(rows: usize, groups: usize, rng: &mut Rng) -> Text {
    const WORDS: [&str; 8] = [
        "sales",
        "legal",
        "design",
        "support",
        "research",
        "logistics",
        "engineering",
        "public relations",
    ];
    let names: Vec<String> =
        (0..groups).map(|i| format!("{} {i}", WORDS[i % WORDS.len()])).collect();
    let mut cell = || (rng.index(1_000) != 0).then(|| names[rng.index(groups)].as_str());
    (0..rows).map(|_| cell()).collect()
}
