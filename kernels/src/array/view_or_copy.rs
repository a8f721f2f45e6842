//! The sum of every second value, through a view or through a copy (exercise A.7).

#![allow(clippy::ptr_arg, reason = "a variant takes the kernel's own type of input")]

use amdahl::{Bound, Cost, Kernel, Rung, Sizes, Timed, Tolerance};
use faer::MatRef;
use multiversion::multiversion;
use nalgebra::DMatrixView;
use ndarray::{ArrayView1, s};
use rayon::prelude::*;

use crate::support::lanes::{LANES, Lanes};
use crate::support::sums;

/// The sum of `a[::2]`.
///
/// The exercise asks whether a strided view or a contiguous copy of it is the better thing to
/// compute with. Memory comes in lines of eight values, so a view of every second one moves all of
/// them, as the copy does too; what the copy adds is its own writing and reading.
///
/// The sum of nothing is 0. A NaN at an even index makes the sum NaN, one at an odd index does not,
/// and the same holds for infinities: values that the view leaves out never reach the sum.
pub fn kernel() -> Kernel {
    Kernel::new("view_or_copy", "sum of every second value, through a view or a copy, f64")
        .exercise("A.7")
        .sizes(Sizes::smoke([0, 1, 2, 7, 67, 20_011, 270_001]).measured([1_000_000, 10_000_000]))
        // Values of one sign, so that the sum is well conditioned and has a tolerance.
        .input(|&n, rng| (0..n).map(|_| rng.uniform(0.0, 1.0)).collect::<Vec<f64>>())
        // Half of the values are added, but every line of memory is read.
        .cost(|&n| Cost { flops: n as f64 / 2.0, bytes: 8.0 * n as f64 })
        .bound_by(Bound::Read)
        // A sum of n/2 values of one sign is within as many rounding errors in any order; both
        // sides have them.
        .agree_within(|&n| Tolerance::relative((n as f64 + 2.0) * f64::EPSILON))
        // What the second cache holds: beyond it the neighbours on the machine are timed too.
        .gate(20_011)
        .growing(|n| n)
        .reference("naive", naive)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("gather", gather)
        .rung(Rung::Vectorize)
        .variant("view", view)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

fn naive(a: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || {
        let mut sum = 0.0;
        let mut i = 0;
        while i < a.len() {
            sum += a[i];
            i += 2;
        }
        sum
    })
}

fn with_ndarray(a: &Vec<f64>) -> Timed<'_, f64> {
    let a = ArrayView1::from(a.as_slice());
    Timed::returning(move || a.slice(s![..;2]).sum())
}

/// One row whose columns lie two values apart.
fn with_nalgebra(a: &Vec<f64>) -> Timed<'_, f64> {
    let view = DMatrixView::from_slice_with_strides(a, 1, a.len().div_ceil(2), 1, 2);
    Timed::returning(move || view.sum())
}

/// One row whose columns lie two values apart.
fn with_faer(a: &Vec<f64>) -> Timed<'_, f64> {
    let view = MatRef::from_column_major_slice_with_stride(a, 1, a.len().div_ceil(2), 2);
    Timed::returning(move || view.sum())
}

fn view(a: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || sum_of_even(a))
}

fn gather(a: &Vec<f64>) -> Timed<'_, f64> {
    Timed::returning(move || {
        let mut copy = vec![0.0; a.len().div_ceil(2)];
        gather_even(a, &mut copy);
        sum_of_all(&copy)
    })
}

/// The copy's memory is allocated beforehand; the view needs none.
fn preallocated(a: &Vec<f64>) -> Timed<'_, f64> {
    Timed::in_place(
        (vec![0.0; a.len().div_ceil(2)], 0.0),
        move |(copy, sum)| {
            gather_even(a, copy);
            *sum = sum_of_all(copy);
        },
        |(_, sum)| *sum,
    )
}

/// Values one task takes: an even number, so that each begins with one that is summed; fixed, so
/// that the result does not depend on the threads.
const VALUES_PER_TASK: usize = 256 * 1024;

fn with_rayon(a: &Vec<f64>) -> Timed<'_, f64> {
    let sums = vec![0.0; a.len().div_ceil(VALUES_PER_TASK)];
    Timed::in_place(
        (sums, 0.0),
        move |(sums, sum)| {
            let tasks = a.par_chunks(VALUES_PER_TASK).zip(sums.par_iter_mut());
            tasks.for_each(|(a, sum)| *sum = sum_of_even(a));
            *sum = sums.iter().sum();
        },
        |(_, sum)| *sum,
    )
}

/// Registers of partial sums that run beside each other.
const STRANDS: usize = 8;

/// Sums all lanes and drops the odd ones: their values share the lines of memory anyhow, and no
/// register needs sorting.
fn sum_of_even(a: &[f64]) -> f64 {
    let (lanes, rest) = a.as_chunks::<LANES>();
    let sums = sums_of_lanes(lanes);
    let even = (sums[0] + sums[4]) + (sums[2] + sums[6]);
    even + rest.iter().step_by(2).sum::<f64>()
}

/// The sum of each lane. It is apart from [`sum_of_even`], since a compiler that sees odd lanes
/// dropped sorts each register after all.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn sums_of_lanes(a: &[Lanes]) -> Lanes {
    let mut sums: [Lanes; STRANDS] = [[0.0; LANES]; STRANDS];
    let (whole, rest) = a.as_chunks::<STRANDS>();
    for a in whole {
        for (sums, a) in sums.iter_mut().zip(a) {
            for l in 0..LANES {
                sums[l] += a[l];
            }
        }
    }
    let mut total = [0.0; LANES];
    for lanes in sums.iter().chain(rest) {
        for l in 0..LANES {
            total[l] += lanes[l];
        }
    }
    total
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn gather_even(a: &[f64], copy: &mut [f64]) {
    let (pairs, rest) = a.as_chunks::<2>();
    for (out, [even, _]) in copy.iter_mut().zip(pairs) {
        *out = *even;
    }
    if let ([last], Some(out)) = (rest, copy.last_mut()) {
        *out = *last;
    }
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn sum_of_all(x: &[f64]) -> f64 {
    sums::sum(x)
}
