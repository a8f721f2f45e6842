//! Cleaning a table of numbers and text (exercise C.2), as a pipeline of four stages.
//!
//! [`duplicates`] drops rows that repeat an earlier one, [`fill`] gives missing cells their column's
//! median or mode, [`lowercase`] evens out spelling, [`outliers`] drops rows that lie too far out.
//! Between the stages goes a [`Cleaning`]: columns that a stage leaves alone are shared, not copied.

pub mod duplicates;
pub mod fill;
pub mod lowercase;
pub mod outliers;
mod state;

use amdahl::{Bound, Cost, Kernel, Pipeline, Rng, Sizes, Stage, Tolerance};

use crate::support::table::{Column, Frame};
pub use state::{Cleaning, Report};

/// Columns of numbers and of text in the exercise's table.
const NUMERIC: [&str; 4] = ["a", "b", "c", "d"];
const TEXT: [&str; 2] = ["city", "kind"];

/// A table in which 1 row of 50 repeats another, 1 cell of 30 is missing, 1 number of 2,000 lies far
/// out, and towns are spelled as people spell them.
fn input(rows: usize, rng: &mut Rng) -> Frame {
    const TOWNS: [&str; 9] =
        ["Bern", "bern", "BERN", "Oslo", "oslo", "Rome", "ROME", "Zürich", "ZÜRICH"];
    const KINDS: [&str; 5] = ["retail", "Retail", "wholesale", "online", "Return to the sender"];
    let source: Vec<usize> =
        (0..rows).map(|i| if i > 0 && rng.index(50) == 0 { rng.index(i) } else { i }).collect();
    let mut columns = Vec::new();
    for (at, name) in NUMERIC.iter().enumerate() {
        let mean = 100.0 * at as f64;
        let mut value = || match rng.index(2_000) {
            0 => mean + 1_000.0,
            roll if roll % 30 == 1 => f64::NAN,
            _ => mean + rng.normal(),
        };
        let own: Vec<f64> = (0..rows).map(|_| value()).collect();
        columns.push(((*name).to_owned(), Column::Numbers(take(&own, &source))));
    }
    for (name, words) in TEXT.iter().zip([&TOWNS[..], &KINDS[..]]) {
        let mut word = || (rng.index(30) != 0).then(|| words[rng.index(words.len())]);
        let own: Vec<Option<&str>> = (0..rows).map(|_| word()).collect();
        let text = take(&own, &source).into_iter().collect();
        columns.push(((*name).to_owned(), Column::Text(text)));
    }
    Frame::new(columns).expect("columns of one length")
}

/// The values of these rows; a repeated row may be of one that repeats another.
fn take<T: Copy>(own: &[T], source: &[usize]) -> Vec<T> {
    let mut taken: Vec<T> = Vec::with_capacity(own.len());
    for (i, &row) in source.iter().enumerate() {
        taken.push(if row < i { taken[row] } else { own[i] });
    }
    taken
}

/// A table cleaned: duplicates dropped, missing cells filled, text in lower case, outliers dropped;
/// and how many rows or cells each step changed.
///
/// The exercise's chain of data frame calls visits every column anew at each step. Each stage here
/// has variants of its own, so that the report shows which of them is worth mending (Amdahl); text
/// goes by dictionary, so that filling and lowering it is work per distinct word.
///
/// In order: a row that equals an earlier one is dropped (missing equals missing, 0 equals -0). A
/// missing number becomes the median of its column, missing text the commonest word as it is
/// spelled, ties to the lowest code points; a column without any value stays as it is. Text is put in
/// lower case, accents and the final sigma included. A row is dropped where any of its numbers is
/// more than three standard deviations (divisor n - 1, after filling, taken once) from the mean: a
/// column that is constant, or without a value, or holding an infinity, drops none. Columns of
/// integers become numbers. Sums of magnitudes near the largest double may overflow.
///
/// No stage has a variant written with Polars: what goes between the stages are this kernel's own
/// columns, and turning a table into a data frame and back is more work than any of the stages.
pub fn kernel() -> Kernel {
    Pipeline::new("clean", "a table of numbers and text cleaned, and counts of what changed")
        .exercise("C.2")
        .sizes(Sizes::smoke([0, 1, 7, 1_009]).measured([20_000, 200_000]))
        .input(|&rows, rng| input(rows, rng))
        .cost(|&rows| {
            // Four numbers in and out, two words of 8 bytes with their places in, their codes out;
            // sums and squared differences of four columns.
            let rows = rows as f64;
            Cost { flops: 16.0 * rows, bytes: (2.0 * 32.0 + 2.0 * (8.0 + 5.0 + 4.0)) * rows }
        })
        .bound_by(Bound::Copy)
        // Values are kept or replaced by medians; nothing that crosses is summed.
        .agree_within(|_| Tolerance::relative(2.0 * f64::EPSILON))
        .growing(|n| n)
        .gate(20_000)
        .stage(
            "drop_duplicates",
            Stage::reference("rows", duplicates::rows)
                .variant("apply", duplicates::by_apply)
                .variant("columns", duplicates::columns)
                .parallel_variant("rayon", duplicates::with_rayon),
        )
        .stage(
            "fill",
            Stage::reference("rows", fill::rows)
                .variant("apply", fill::by_apply)
                .variant("columns", fill::columns)
                .parallel_variant("rayon", fill::with_rayon),
        )
        .stage(
            "lowercase",
            Stage::reference("rows", lowercase::rows)
                .variant("apply", lowercase::by_apply)
                .variant("columns", lowercase::columns)
                .parallel_variant("rayon", lowercase::with_rayon),
        )
        .stage(
            "outliers",
            Stage::reference("rows", outliers::rows)
                .variant("apply", outliers::by_apply)
                .variant("columns", outliers::columns)
                .parallel_variant("rayon", outliers::with_rayon),
        )
        .build()
}
