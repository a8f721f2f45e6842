//! From the files of 336,776 flights to a figure (exercises E.3 and C.2).
//!
//! Four stages over shared types: [`load`] makes typed tables of text, [`clean`] mends them,
//! [`transform`] joins and ranks, [`visualize`] draws. Each has a variant that handles one
//! dynamically typed row at a time, one that handles whole typed columns, and one that does so on
//! all threads; the last two give results that do not depend on the number of threads.

mod build;
pub mod clean;
pub mod error;
pub mod input;
pub mod load;
pub mod table;
pub mod transform;
pub mod visualize;

use amdahl::{Kernel, Pipeline, Sizes, Stage, Tolerance};

/// All flights out of New York City's airports in 2013: load, clean, transform, visualize.
///
/// The exercise asks where a real pipeline spends its time, and Amdahl's law what mending one stage
/// is worth. Iterating over rows of a data frame costs a boxed value a cell; the same work over
/// typed columns touches each column once.
///
/// `NA` is missing, in any column. A missing or damaged file, a row of another length than the
/// header and a cell that is no number are errors that name file, line and column. What each stage
/// does with missing values, ties and unknown keys stands with the stage.
pub fn kernel() -> Kernel {
    Pipeline::new("flights", "336,776 real flights: load, clean, join and rank, draw")
        .exercise("E.3 C.2")
        .sizes(Sizes::smoke([0, 1, 997]).measured([50_000, 336_776]))
        .try_input(|&rows, _| input::first_rows(rows))
        // Delays, years and seats are whole numbers, so their sums are exact in any order; only
        // the deviation that bounds outliers is not, and it does not cross. A few roundings remain.
        .agree_within(|_| Tolerance::relative(8.0 * f64::EPSILON))
        .growing(|n| n)
        .gate(1_000)
        .stage(
            "load",
            Stage::reference("rows", load::rows)
                .variant("columns", load::columns)
                .parallel_variant("rayon", load::with_rayon),
        )
        .stage(
            "clean",
            Stage::reference("rows", clean::rows)
                .variant("columns", clean::columns)
                .parallel_variant("rayon", clean::with_rayon),
        )
        .stage(
            "transform",
            Stage::reference("rows", transform::rows)
                .variant("columns", transform::columns)
                .parallel_variant("rayon", transform::with_rayon),
        )
        .stage(
            "visualize",
            Stage::reference("rows", visualize::rows)
                .variant("columns", visualize::columns)
                .parallel_variant("rayon", visualize::with_rayon),
        )
        .build()
}
