//! The sum of numbers that each stand in a box of their own, and of the same in one buffer
//! (exercise A.1).

#![allow(clippy::ptr_arg, reason = "a variant takes the input as the type that crosses")]

use amdahl::{Bound, Cost, Kernel, Rung, Sizes, Timed, Tolerance};
use multiversion::multiversion;
use nalgebra::DVector;
use ndarray::Array1;
use rayon::prelude::*;

/// The sum of n numbers, from the container that holds them.
///
/// A list in Python is an array of pointers to numbers that each carry their type; an array is the
/// numbers alone. So the work under the clock is to put the given values into a container and to
/// sum what it holds, and the heap bytes of each variant are those of its container: 8 a value in
/// one buffer, 16 with a tag beside each, 24 in boxes, before what the allocator adds to a box.
/// `prebuilt` leaves the building out, and shows what following the pointers costs alone;
/// `preallocated` and `rayon` sum the given buffer where it stands.
///
/// No numbers give 0; NaN, or infinities of both signs, give NaN. The order of the additions is not
/// promised, so finite values whose partial sums overflow may give an infinity or NaN.
pub fn kernel() -> Kernel {
    Kernel::new("boxed_sum", "sum of n numbers, boxed or in one buffer")
        .exercise("A.1")
        .sizes(Sizes::smoke([0, 1, 2, 7, 67, 1_031]).measured([10_000, 1_000_000]))
        .input(|&n, rng| (0..n).map(|_| rng.uniform(0.0, 1.0)).collect::<Vec<f64>>())
        .cost(|&n| Cost { flops: n as f64, bytes: 8.0 * n as f64 })
        .bound_by(Bound::Read)
        // All values are positive: a sum in any order is within n roundings, on either side.
        .agree_within(|&n| Tolerance::relative(2.0 * n as f64 * f64::EPSILON))
        .growing(|n| n)
        .reference("naive", naive)
        .variant("tagged", tagged)
        .rung(Rung::Algorithm)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("contiguous", contiguous)
        .rung(Rung::Vectorize)
        .variant("prebuilt", prebuilt)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

/// A number of a type known at run time only.
pub trait Number {
    /// Its value as a double.
    fn value(&self) -> f64;
}

impl Number for f64 {
    fn value(&self) -> f64 {
        *self
    }
}

impl Number for i64 {
    fn value(&self) -> f64 {
        *self as f64
    }
}

/// A number with its type beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tagged {
    /// A double.
    Float(f64),
    /// An integer.
    Integer(i64),
}

impl Number for Tagged {
    fn value(&self) -> f64 {
        match self {
            Self::Float(value) => value.value(),
            Self::Integer(value) => value.value(),
        }
    }
}

fn boxes(values: &[f64]) -> Vec<Box<dyn Number>> {
    let mut boxes: Vec<Box<dyn Number>> = Vec::with_capacity(values.len());
    for value in values {
        boxes.push(Box::new(*value));
    }
    boxes
}

fn sum_of_boxes(boxes: &[Box<dyn Number>]) -> f64 {
    let mut sum = 0.0;
    for number in boxes {
        sum += number.value();
    }
    sum
}

fn naive(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || sum_of_boxes(&boxes(values)))
}

fn prebuilt(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::in_place(
        (boxes(values), 0.0),
        |(boxes, sum)| *sum = sum_of_boxes(boxes),
        |(_, sum)| *sum,
    )
}

fn tagged(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || {
        let numbers: Vec<Tagged> = values.iter().map(|&value| Tagged::Float(value)).collect();
        numbers.iter().map(Number::value).sum()
    })
}

fn with_ndarray(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || Array1::from_iter(values.iter().copied()).sum())
}

fn with_nalgebra(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || DVector::from_column_slice(values).sum())
}

fn with_faer(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || faer::Col::from_fn(values.len(), |i| values[i]).sum())
}

fn contiguous(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || total(&values.clone()))
}

fn preallocated(values: &Vec<f64>) -> Timed<'_, f64> {
    Timed::in_place(0.0, move |sum| *sum = total(values), |sum| *sum)
}

/// Values one task sums: fixed, so that the result does not depend on the threads.
const VALUES_PER_TASK: usize = 64 * 1024;

fn with_rayon(values: &Vec<f64>) -> Timed<'_, f64> {
    let sums = vec![0.0; values.len().div_ceil(VALUES_PER_TASK)];
    Timed::in_place(
        sums,
        move |sums| {
            let tasks = values.par_chunks(VALUES_PER_TASK).zip(sums);
            tasks.for_each(|(values, sum)| *sum = total(values));
        },
        |sums| sums.iter().sum(),
    )
}

/// Independent sums, so that no addition waits for the one before it: four registers of AVX-512.
const STRANDS: usize = 32;

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn total(values: &[f64]) -> f64 {
    let (chunks, rest) = values.as_chunks::<STRANDS>();
    let mut sums = [0.0; STRANDS];
    for chunk in chunks {
        for s in 0..STRANDS {
            sums[s] += chunk[s];
        }
    }
    sums.iter().sum::<f64>() + rest.iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_either_type_are_summed_by_their_value() {
        let boxes: [Box<dyn Number>; 3] = [Box::new(0.5), Box::new(-3_i64), Box::new(7_i64)];
        assert_eq!(sum_of_boxes(&boxes), 4.5);
        let numbers = [Tagged::Float(0.5), Tagged::Integer(-3), Tagged::Integer(7)];
        assert_eq!(numbers.iter().map(Number::value).sum::<f64>(), 4.5);
    }
}
