//! The first of each set of equal rows, by hashing: what dropping duplicates keeps.

use super::hash::slot;
use super::schedule::Schedule;

/// Rows that can be told apart.
pub trait Rows: Sync {
    /// How many.
    fn count(&self) -> usize;
    /// Hashes of the rows from `first`, as many as there is room for; `hashes` holds zeros.
    fn hash(&self, first: usize, hashes: &mut [u64]);
    /// Whether two rows are equal; equal rows have equal hashes.
    fn equal(&self, a: usize, b: usize) -> bool;
}

/// Rows hashed by one task: fixed, so that the work does not depend on the threads.
const ROWS_PER_TASK: usize = 1 << 14;

/// What stands in a slot that holds no row.
pub const EMPTY: u32 = u32::MAX;

/// The rows that no earlier one equals, in order.
pub fn first_of_equals<S: Schedule>(table: &impl Rows) -> Vec<u32> {
    let rows = table.count();
    let hashes: Vec<u64> = S::map(rows.div_ceil(ROWS_PER_TASK), |task| {
        let first = task * ROWS_PER_TASK;
        let mut hashes = vec![0; rows.min(first + ROWS_PER_TASK) - first];
        table.hash(first, &mut hashes);
        hashes
    })
    .concat();
    if S::PARTS == 1 {
        let mut kept = Vec::new();
        keep_first(table, &hashes, |_| true, &mut slots(rows), &mut kept);
        return kept;
    }
    // Equal rows fall into one part, by the lowest bits of their hashes; slots go by higher ones.
    let own = |hash: u64, part: usize| hash % S::PARTS as u64 == part as u64;
    let kept = S::map(S::PARTS, |part| {
        let count = hashes.iter().filter(|hash| own(**hash, part)).count();
        let mut kept = Vec::with_capacity(count);
        keep_first(table, &hashes, |hash| own(hash, part), &mut slots(count), &mut kept);
        kept
    });
    let mut is_kept = vec![false; rows];
    for &row in kept.iter().flatten() {
        is_kept[row as usize] = true;
    }
    (0_u32..).zip(is_kept).filter_map(|(row, is_kept)| is_kept.then_some(row)).collect()
}

/// Empty slots for so many rows: at most half of them will be taken.
pub fn slots(rows: usize) -> Vec<u32> {
    vec![EMPTY; (2 * rows).next_power_of_two()]
}

/// Adds to `kept` each of one's `own` rows that no earlier one equals, by open addressing.
pub fn keep_first(
    table: &impl Rows,
    hashes: &[u64],
    own: impl Fn(u64) -> bool,
    slots: &mut [u32],
    kept: &mut Vec<u32>,
) {
    for (row, &hash) in (0_u32..).zip(hashes) {
        if !own(hash) {
            continue;
        }
        let mut at = slot(hash, slots.len());
        loop {
            let other = slots[at];
            if other == EMPTY {
                slots[at] = row;
                kept.push(row);
                break;
            }
            if hashes[other as usize] == hash && table.equal(row as usize, other as usize) {
                break;
            }
            at = (at + 1) & (slots.len() - 1);
        }
    }
}
