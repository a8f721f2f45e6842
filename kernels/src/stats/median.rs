//! The median of many values (the ladder's rung "better algorithm").

#![allow(clippy::ptr_arg, reason = "a variant takes the input as the type that crosses")]

use amdahl::{Bound, Cost, Kernel, Rung, Sizes, Timed, Tolerance};

use crate::support::median::{
    median_by_bracket, median_by_brackets_in_parallel, median_by_histogram, median_by_selection,
    median_by_sorting,
};

/// The median of n values; of an even count, the mean of the middle two.
///
/// A full sort answers n questions where one was asked. Selection puts one element into its place
/// and leaves the rest in disorder; a histogram, or a sample, tells beforehand which few values can
/// be the median, and one pass over memory is then nearly all of the work. No wider registers and no
/// second thread gain what the better algorithm does.
///
/// NaN among the values, or no value at all, gives NaN. Infinities are ordered as they should be; the
/// mean of one of each sign is NaN. The mean of two large values does not overflow.
pub fn kernel() -> Kernel {
    Kernel::new("median", "median of n values, f64")
        .exercise("algorithm")
        .sizes(Sizes::smoke([0, 1, 2, 7, 64, 1_031, 4_099]).measured([10_000, 1_000_000]))
        .input(|&n, rng| rng.vector(n))
        // A comparison with each of two bounds.
        .cost(|&n| Cost { flops: 2.0 * n as f64, bytes: 8.0 * n as f64 })
        .bound_by(Bound::Read)
        // Every variant takes the mean of the same one or two values.
        .agree_within(|_| Tolerance::EXACT)
        .growing(|n| n)
        .reference("naive", naive)
        .variant("select", select)
        .rung(Rung::Algorithm)
        .variant("histogram", histogram)
        .rung(Rung::Algorithm)
        .variant("bracket", bracket)
        .rung(Rung::Algorithm)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .without("ndarray", "ndarray has sums and folds but no order statistics.")
        .without("nalgebra", "nalgebra has means and variances but no order statistics.")
        .without("faer", "faer is linear algebra alone: it has no order statistics.")
        .build()
}

fn naive(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || median_by_sorting(&mut values.clone()))
}

fn select(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || median_by_selection(&mut values.clone()))
}

fn histogram(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || median_by_histogram(values, &mut vec![0.0; values.len()]))
}

fn bracket(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || median_by_bracket(values, &mut vec![0.0; values.len()]))
}

fn preallocated(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::in_place(
        (vec![0.0; values.len()], 0.0),
        move |(buffer, median)| *median = median_by_bracket(values, buffer),
        |(_, median)| *median,
    )
}

fn with_rayon(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::in_place(
        (vec![0.0; values.len()], 0.0),
        move |(buffer, median)| *median = median_by_brackets_in_parallel(values, buffer),
        |(_, median)| *median,
    )
}
