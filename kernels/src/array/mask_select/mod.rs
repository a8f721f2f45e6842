//! The values above a threshold (exercise B.2b).

#![allow(clippy::ptr_arg, reason = "a variant takes the kernel's own type of input")]

mod compress;
mod ordered;

use amdahl::{Bound, Cost, Kernel, Rung, Sizes, Timed, Tolerance};
use ndarray::{Array1, ArrayView1};

use crate::support::lanes::LANES;
use compress::{compress, count};

/// The values of a that are above 0.5, in their order.
///
/// The exercise indexes with a mask, whose result has a length that nobody knows beforehand: a list
/// grows as it is pushed to, a count first reads everything twice, and room for all is memory that
/// may never be touched. What costs most is none of these: it is the branch on each value, which
/// random data makes unpredictable, and, where the result is large and new, its pages.
///
/// The comparison is strict, and NaN is not above anything, so it is never selected; infinity is.
/// None, all, and an empty input are results like any other.
pub fn kernel() -> Kernel {
    Kernel::new("mask_select", "the values above 0.5, in their order, f64")
        .exercise("B.2b")
        .sizes(Sizes::smoke([0, 1, 7, 67, 1_009, 40_009]).measured([1_000_000, 10_000_000]))
        .input(|&n, rng| (0..n).map(|_| rng.uniform(0.0, 1.0)).collect::<Vec<f64>>())
        // A comparison a value; half of the values are selected, and those are written too.
        .cost(|&n| Cost { flops: n as f64, bytes: 12.0 * n as f64 })
        .bound_by(Bound::Copy)
        .agree_within(|_| Tolerance::EXACT)
        // A predictor of branches remembers part of a shorter sequence, in each process another part.
        .gate(1_000_000)
        .growing(|n| n)
        .reference("naive", naive)
        .variant("ndarray", with_ndarray)
        .variant("counted", counted)
        .rung(Rung::Algorithm)
        .variant("simd", simd)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .without(
            "nalgebra",
            "it has no selection by a mask: a vector's length is part of its shape.",
        )
        .without("faer", "it has no selection by a mask.")
        .build()
}

/// What a value must exceed.
const THRESHOLD: f64 = 0.5;

fn naive(a: &Vec<f64>) -> Timed<'_, Vec<f64>> {
    Timed::returning(move || {
        let mut out = Vec::new();
        for value in a {
            if *value > THRESHOLD {
                out.push(*value);
            }
        }
        out
    })
}

/// ndarray has no mask to index with; it collects an iterator.
fn with_ndarray(a: &Vec<f64>) -> Timed<'_, Vec<f64>> {
    let a = ArrayView1::from(a.as_slice());
    Timed::returning(move || {
        a.iter().copied().filter(|value| *value > THRESHOLD).collect::<Array1<f64>>()
    })
    .seen_as(|out| out.to_vec())
}

/// A first pass counts, so that the second has no more memory than it needs.
fn counted(a: &Vec<f64>) -> Timed<'_, Vec<f64>> {
    Timed::returning(move || {
        let selected = count(a);
        let mut out = vec![0.0; selected + LANES];
        compress(a, &mut out);
        out.truncate(selected);
        out
    })
}

/// Room for all: pages that nothing is written to are never there.
fn simd(a: &Vec<f64>) -> Timed<'_, Vec<f64>> {
    Timed::returning(move || {
        let mut out = vec![0.0; a.len()];
        let selected = compress(a, &mut out);
        out.truncate(selected);
        out
    })
}

fn preallocated(a: &Vec<f64>) -> Timed<'_, Vec<f64>> {
    Timed::in_place(
        (vec![0.0; a.len()], 0),
        move |(out, selected)| *selected = compress(a, out),
        |(out, selected)| out[..*selected].to_vec(),
    )
}

fn with_rayon(a: &Vec<f64>) -> Timed<'_, Vec<f64>> {
    Timed::in_place(
        (vec![0.0; a.len()], 0),
        move |(out, selected)| *selected = ordered::compress_in_parallel(a, out),
        |(out, selected)| out[..*selected].to_vec(),
    )
}
