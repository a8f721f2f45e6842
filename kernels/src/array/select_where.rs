//! The multiples of three kept and all else replaced (exercise B.2e).

#![allow(clippy::ptr_arg, reason = "a variant takes the kernel's own type of input")]

use amdahl::{Bound, Cost, Kernel, Rng, Rung, Sizes, Timed, Tolerance};
use faer::MatRef;
use multiversion::multiversion;
use nalgebra::DVectorView;
use ndarray::ArrayView1;
use rayon::prelude::*;

use crate::support::lanes::values_to_line;

/// Each value that three divides, and -1 in place of each other.
///
/// The exercise's mask, `a % 3 == 0`, is an array of its own in Python, and the choice a second
/// pass; here both are one expression a value, which a compiler turns into a multiplication, a
/// comparison and a blend. So the choice costs no branch, however the values fall.
///
/// Divisibility does not depend on the sign: Python's remainder of a negative number differs from
/// Rust's, but is zero for the same numbers, down to the least one of 64 bits. Zero is kept.
pub fn kernel() -> Kernel {
    Kernel::new("select_where", "a where 3 divides it, else -1, i64")
        .exercise("B.2e")
        .sizes(Sizes::smoke([0, 1, 7, 67, 100_003, 270_001]).measured([1_000_000, 10_000_000]))
        .input(|&n, rng| (0..n).map(|_| any_integer(rng)).collect::<Vec<i64>>())
        // No floating-point operation; each value is read and written once.
        .cost(|&n| Cost { flops: 0.0, bytes: 16.0 * n as f64 })
        .bound_by(Bound::Copy)
        .agree_within(|_| Tolerance::EXACT)
        // A predictor of branches remembers part of a shorter sequence, in each process another part; the
        // memory of a longer one is timed with the neighbours on the machine.
        .gate(100_003)
        .growing(|n| n)
        .reference("naive", naive)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("simd", simd)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

/// One of nearly all integers of 64 bits.
fn any_integer(rng: &mut Rng) -> i64 {
    (rng.index(usize::MAX) as u64).cast_signed()
}

/// What takes the place of a value that is not kept.
const OTHERWISE: i64 = -1;

/// The remainder as Python has it, which has the divisor's sign.
fn naive(a: &Vec<i64>) -> Timed<'_, Vec<i64>> {
    Timed::returning(move || {
        let mut out = Vec::new();
        for value in a {
            if value.rem_euclid(3) == 0 {
                out.push(*value);
            } else {
                out.push(OTHERWISE);
            }
        }
        out
    })
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn select(a: i64) -> i64 {
    if a % 3 == 0 { a } else { OTHERWISE }
}

fn with_ndarray(a: &Vec<i64>) -> Timed<'_, Vec<i64>> {
    let a = ArrayView1::from(a.as_slice());
    Timed::returning(move || a.mapv(select)).seen_as(|out| out.to_vec())
}

fn with_nalgebra(a: &Vec<i64>) -> Timed<'_, Vec<i64>> {
    let a = DVectorView::from_slice(a, a.len());
    Timed::returning(move || a.map(select)).seen_as(|out| out.as_slice().to_vec())
}

fn with_faer(a: &Vec<i64>) -> Timed<'_, Vec<i64>> {
    let a = MatRef::from_column_major_slice(a, a.len(), 1);
    Timed::returning(move || faer::zip!(a).map(|faer::unzip!(a)| select(*a)))
        .seen_as(|out| out.col(0).iter().copied().collect())
}

fn simd(a: &Vec<i64>) -> Timed<'_, Vec<i64>> {
    Timed::returning(move || {
        let mut out = vec![0; a.len()];
        select_all(a, &mut out);
        out
    })
}

fn preallocated(a: &Vec<i64>) -> Timed<'_, Vec<i64>> {
    Timed::in_place(vec![0; a.len()], move |out| select_all(a, out), Vec::clone)
}

/// Values one task takes: enough to outweigh the hand-over, few enough to balance.
const VALUES_PER_TASK: usize = 256 * 1024;

fn with_rayon(a: &Vec<i64>) -> Timed<'_, Vec<i64>> {
    Timed::in_place(
        vec![0; a.len()],
        move |out| {
            let tasks = a.par_chunks(VALUES_PER_TASK).zip(out.par_chunks_mut(VALUES_PER_TASK));
            tasks.for_each(|(a, out)| select_all(a, out));
        },
        Vec::clone,
    )
}

/// The inverse of 3 modulo 2^64: 3 times it is 2^65 + 1.
const INVERSE_OF_3: u64 = 0xaaaa_aaaa_aaaa_aaab;

/// The largest quotient of a multiple of 3 within 64 bits; the least is its negative.
const LARGEST_QUOTIENT: u64 = i64::MAX.cast_unsigned() / 3;

/// [`select`] without a division. The inverse of 3 sends each multiple of 3 to its quotient and
/// all else to integers beyond the quotients (Warren, "Hacker's Delight", section 10-17). Compilers
/// know this too, but for one value at a time.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn select_by_product(a: i64) -> i64 {
    let quotient = a.cast_unsigned().wrapping_mul(INVERSE_OF_3);
    if quotient.wrapping_add(LARGEST_QUOTIENT) <= 2 * LARGEST_QUOTIENT { a } else { OTHERWISE }
}

#[multiversion(targets("x86_64+avx512f+avx512dq", "x86_64+avx2", "aarch64+neon"))]
fn select_all(a: &[i64], out: &mut [i64]) {
    let head = values_to_line(out);
    for (out, a) in out.iter_mut().zip(a).take(head) {
        *out = select_by_product(*a);
    }
    for (out, a) in out[head..].iter_mut().zip(&a[head..]) {
        *out = select_by_product(*a);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_selects_what_the_remainder_does() {
        let near = |middle: i64| (-50..50).map(move |step| middle.saturating_add(step));
        let powers = (0..63).flat_map(|power| near(1 << power).chain(near(-1 << power)));
        for a in powers.chain(near(i64::MIN)).chain(near(i64::MAX)) {
            assert_eq!(select_by_product(a), select(a), "{a}");
        }
    }
}
