//! The rows of a table that no earlier one equals (exercise C.2).

#[cfg(feature = "polars")]
mod with_polars;

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use amdahl::{
    Agree, Bound, Cost, Exchange, ExchangeError, Exchanged, Kernel, Rng, Rung, Sizes, Timed,
};

use crate::support::duplicates::{self, Rows, first_of_equals};
use crate::support::hash::{number_bits, pair};
use crate::support::schedule::{Parallel, Serial};
use crate::support::table::{Cell, Column, Frame, apply};
use crate::support::with_polars::with_polars;

/// The rows kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept(pub Vec<i64>);

impl Exchange for Kept {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([("kept_rows", (&self.0).into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Self(exchanged.take_as("kept_rows")?))
    }
}

impl Agree for Kept {}

fn seen(rows: Vec<u32>) -> Kept {
    Kept(rows.into_iter().map(i64::from).collect())
}

/// A table in which about a third of the rows repeat an earlier one.
fn input(rows: usize, rng: &mut Rng) -> Frame {
    const WORDS: [&str; 5] = ["red", "green", "blue", "a longer word than sixteen bytes", ""];
    let drawn: Vec<usize> = (0..rows).map(|_| rng.index(rows)).collect();
    let integer = |k: &usize| i64::try_from(k % 97).expect("less than 97");
    let word = |k: &usize| (!k.is_multiple_of(11)).then(|| WORDS[k % WORDS.len()]);
    let number = |k: &usize| if k.is_multiple_of(13) { f64::NAN } else { *k as f64 / 8.0 };
    let columns = [
        ("a", Column::Integers(drawn.iter().map(integer).collect())),
        ("b", Column::Text(drawn.iter().map(word).collect())),
        ("c", Column::Numbers(drawn.iter().map(number).collect())),
    ];
    let columns = columns.map(|(name, column)| (name.to_owned(), column));
    Frame::new(columns.into()).expect("columns of one length")
}

/// Rows at which a scan of all rows before each is still over soon.
const SCANNED_ROWS: usize = 5_000;
const SCAN: &str = "it compares each row with all that were kept: 200,000 rows take minutes.";

/// The rows that no earlier row equals, in order.
///
/// The exercise's ladder begins here: the nested loop is quadratic, a sort needs n log n
/// comparisons, a hash table one visit a row. No constant factor makes up for that at 200,000 rows.
///
/// Missing equals missing, in columns of numbers as NaN; 0 equals -0. Text is equal byte by byte.
/// A table without columns has no rows.
pub fn kernel() -> Kernel {
    let kernel = Kernel::new("drop_duplicates", "rows that no earlier row equals")
        .exercise("C.2, algorithm")
        .sizes(Sizes::smoke([0, 1, 7, 1_009]).measured([SCANNED_ROWS, 200_000]))
        .input(|&rows, rng| input(rows, rng))
        .cost(|&rows| {
            // An integer, a number, a word of 6 bytes with its place; two thirds of the rows out.
            Cost { flops: 0.0, bytes: (8.0 + 8.0 + 6.0 + 5.0 + 5.0) * rows as f64 }
        })
        .bound_by(Bound::Read)
        .growing(|n| n)
        .gate(2_000)
        .reference("rows", rows)
        .only_where(|&rows| rows <= SCANNED_ROWS, SCAN)
        .variant("scan", scan)
        .rung(Rung::Vectorize)
        .only_where(|&rows| rows <= SCANNED_ROWS, SCAN)
        .variant("apply", by_apply)
        .rung(Rung::Algorithm)
        .variant("columns", columns)
        .rung(Rung::Vectorize)
        .variant("sort", sort)
        .rung(Rung::Algorithm)
        .variant("hash", hash)
        .rung(Rung::Algorithm)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon);
    with_polars!(kernel, with_polars::run).build()
}

/// Dynamically typed rows, each compared with all that were kept before it.
fn rows(table: &Frame) -> Timed<'_, Kept> {
    Timed::returning(move || {
        let mut kept: Vec<(i64, Vec<Cell>)> = Vec::new();
        for (i, at) in (0..table.rows()).zip(0_i64..) {
            let row: Vec<Cell> = table.row(i).0.into_iter().map(|(_, cell)| cell).collect();
            if !kept.iter().any(|(_, other)| *other == row) {
                kept.push((at, row));
            }
        }
        Kept(kept.into_iter().map(|(at, _)| at).collect())
    })
}

/// The same over typed columns.
fn scan(table: &Frame) -> Timed<'_, Kept> {
    Timed::returning(move || {
        let mut kept: Vec<usize> = Vec::new();
        for i in 0..table.rows() {
            if !kept.iter().any(|&other| table.equal(i, other)) {
                kept.push(i);
            }
        }
        integers(kept)
    })
}

fn integers(rows: impl IntoIterator<Item = usize>) -> Kept {
    Kept(rows.into_iter().map(|row| i64::try_from(row).expect("fewer than 2^63 rows")).collect())
}

/// Bytes that are equal where rows are.
pub(super) fn key_of(table: &Frame, i: usize) -> Vec<u8> {
    let mut key = Vec::new();
    for (_, column) in table.columns() {
        match column {
            Column::Numbers(numbers) => key.extend(number_bits(numbers[i]).to_le_bytes()),
            Column::Integers(integers) => key.extend(integers[i].to_le_bytes()),
            // No text holds the bytes 254 and 255: one stands for none, the other ends one.
            Column::Text(text) => match text.get(i) {
                Some(cell) => key.extend(cell.bytes().chain([255])),
                None => key.push(254),
            },
        }
    }
    key
}

/// A closure makes each row one key; the keys go into a set.
fn by_apply(table: &Frame) -> Timed<'_, Kept> {
    Timed::returning(move || {
        let mut known = HashSet::new();
        let keys = apply(table.rows(), &|i| key_of(table, i));
        let rows = keys.into_iter().enumerate();
        integers(rows.filter_map(|(i, key)| known.insert(key).then_some(i)))
    })
}

/// Column by column: rows that are equal so far share a class, and each column splits the classes.
fn columns(table: &Frame) -> Timed<'_, Kept> {
    Timed::returning(move || {
        let mut classes = vec![0; table.rows()];
        for (_, column) in table.columns() {
            match column {
                Column::Numbers(numbers) => split(&mut classes, |i| number_bits(numbers[i])),
                Column::Integers(integers) => split(&mut classes, |i| integers[i]),
                Column::Text(text) => split(&mut classes, |i| text.get(i)),
            }
        }
        // Classes are numbered in the order of their first rows.
        let mut next = 0;
        let is_first = |(_, class): &(usize, u32)| {
            let is_new = *class == next;
            next += u32::from(is_new);
            is_new
        };
        integers(classes.into_iter().enumerate().filter(is_first).map(|(i, _)| i))
    })
}

fn split<V: std::hash::Hash + Eq>(classes: &mut [u32], value: impl Fn(usize) -> V) {
    let mut known: HashMap<(u32, V), u32> = HashMap::new();
    for (i, class) in classes.iter_mut().enumerate() {
        let next = u32::try_from(known.len()).expect("fewer than 2^32 rows");
        *class = *known.entry((*class, value(i))).or_insert(next);
    }
}

/// Rows sorted by value: of each run of equal ones the first is kept.
fn sort(table: &Frame) -> Timed<'_, Kept> {
    Timed::returning(move || {
        let mut sorted: Vec<usize> = (0..table.rows()).collect();
        sorted.sort_unstable_by(|&a, &b| compare(table, a, b).then_with(|| a.cmp(&b)));
        let runs = sorted.chunk_by(|&a, &b| table.equal(a, b));
        let mut kept: Vec<usize> = runs.map(|run| run[0]).collect();
        kept.sort_unstable();
        integers(kept)
    })
}

/// Some total order in which equal rows, and only they, are equal.
fn compare(table: &Frame, a: usize, b: usize) -> Ordering {
    let by_column = table.columns().iter().map(|(_, column)| match column {
        Column::Numbers(numbers) => number_bits(numbers[a]).cmp(&number_bits(numbers[b])),
        Column::Integers(integers) => integers[a].cmp(&integers[b]),
        Column::Text(text) => text.get(a).cmp(&text.get(b)),
    });
    by_column.fold(Ordering::Equal, Ordering::then)
}

impl Rows for Frame {
    fn count(&self) -> usize {
        self.rows()
    }

    fn hash(&self, first: usize, hashes: &mut [u64]) {
        for (_, column) in self.columns() {
            match column {
                Column::Numbers(numbers) => {
                    for (hash, number) in hashes.iter_mut().zip(&numbers[first..]) {
                        *hash = pair(*hash, number_bits(*number));
                    }
                }
                Column::Integers(integers) => {
                    for (hash, integer) in hashes.iter_mut().zip(&integers[first..]) {
                        *hash = pair(*hash, integer.cast_unsigned());
                    }
                }
                Column::Text(text) => {
                    for (row, hash) in (first..).zip(hashes.iter_mut()) {
                        *hash = pair(*hash, text.key(row).hash());
                    }
                }
            }
        }
    }

    fn equal(&self, a: usize, b: usize) -> bool {
        self.columns().iter().all(|(_, column)| match column {
            Column::Numbers(numbers) => number_bits(numbers[a]) == number_bits(numbers[b]),
            Column::Integers(integers) => integers[a] == integers[b],
            Column::Text(text) => text.equal(a, b),
        })
    }
}

/// Hashes of all rows, column by column, and one table of them.
fn hash(table: &Frame) -> Timed<'_, Kept> {
    Timed::returning(move || seen(first_of_equals::<Serial>(table)))
}

fn preallocated(table: &Frame) -> Timed<'_, Kept> {
    let rows = table.rows();
    let buffers = (vec![0; rows], duplicates::slots(rows), Vec::with_capacity(rows));
    Timed::in_place(
        buffers,
        move |(hashes, slots, kept)| {
            hashes.fill(0);
            slots.fill(duplicates::EMPTY);
            kept.clear();
            table.hash(0, hashes);
            duplicates::keep_first(table, hashes, |_| true, slots, kept);
        },
        |(_, _, kept)| seen(kept.clone()),
    )
}

fn with_rayon(table: &Frame) -> Timed<'_, Kept> {
    Timed::returning(move || seen(first_of_equals::<Parallel>(table)))
}
