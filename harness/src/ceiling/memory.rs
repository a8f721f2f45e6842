//! The rates at which memory is read, written, copied, and taken through a triad.
//!
//! An iteration passes over its working set as often as it takes to move [`VOLUME`], so that at a
//! small one neither the call nor the start of threads counts. Each thread keeps a segment of its
//! own. A pass hides its memory from the compiler, or two passes would be one.

use std::hint::black_box;

use amdahl_reports::CeilingKind;
use multiversion::multiversion;
use rayon::prelude::*;

use super::{AT_CEILING, REFERENCE};
use crate::data::Rng;
use crate::declare::{Kernel, Sizes, Timed};

const DOUBLE: usize = size_of::<f64>();
/// Values summed side by side: eight registers of the widest kind, enough to hide an addition.
const LANES: usize = 64;
/// Bytes that one iteration moves at least: a fraction of a millisecond in any first cache, against
/// some microseconds for the start of threads.
const VOLUME: usize = 32 << 20;
/// The factor of a triad: of no consequence, and not 1.
const FACTOR: f64 = 3.0;

/// How often an iteration passes over a working set.
fn passes(bytes: usize) -> usize {
    (VOLUME / bytes.max(1)).clamp(1, VOLUME / 128)
}

/// Bytes that an iteration moves on a working set of so many: whole values of each of its arrays,
/// read or written by the program. What a cache moves beside them, such as the line that an ordinary
/// store fetches first, is not counted.
pub(super) fn moved(kind: CeilingKind, bytes: usize) -> usize {
    let bytes = values(kind, bytes) * arrays(kind) * DOUBLE;
    bytes * passes(bytes)
}

/// How many arrays of one length a working set is.
const fn arrays(kind: CeilingKind) -> usize {
    match kind {
        CeilingKind::Copy => 2,
        CeilingKind::Triad => 3,
        _ => 1,
    }
}

/// The values of each array of a working set of so many bytes.
const fn values(kind: CeilingKind, bytes: usize) -> usize {
    bytes / DOUBLE / arrays(kind)
}

/// Reads so many bytes and sums them.
pub(super) fn read(id: &str, sizes: Sizes<usize>) -> Kernel {
    Kernel::new(id, "sums of so many bytes of doubles")
        .sizes(sizes)
        .input(|&bytes, rng| small_numbers(values(CeilingKind::Read, bytes), rng))
        .reference(REFERENCE, |x: &Vec<f64>| {
            let passes = passes(x.len() * DOUBLE);
            Timed::returning(move || {
                let mut sum = 0.0;
                for value in x {
                    sum += value;
                }
                sum * passes as f64
            })
        })
        .parallel_variant(AT_CEILING, |x| {
            let passes = passes(x.len() * DOUBLE);
            let sums = move |x: &[f64]| sum(x, passes);
            let segment = segment(x.len());
            Timed::returning(move || match segment {
                None => sums(x),
                Some(segment) => x.par_chunks(segment).map(sums).sum(),
            })
        })
        .build()
}

/// Writes so many bytes by ordinary stores.
pub(super) fn write(id: &str, sizes: Sizes<usize>) -> Kernel {
    Kernel::new(id, "so many bytes of doubles written")
        .sizes(sizes)
        .input(|&bytes, _| whole_number(bytes))
        .reference(REFERENCE, |&bytes: &i64| {
            let (values, passes) = (extent(bytes) / DOUBLE, passes(extent(bytes)));
            Timed::returning(move || vec![passes as f64; values])
        })
        .parallel_variant(AT_CEILING, |&bytes| {
            let (values, passes) = (extent(bytes) / DOUBLE, passes(extent(bytes)));
            let segment = segment(values);
            let work = move |out: &mut [f64]| {
                for pass in 1..=passes {
                    fill(black_box(&mut *out), pass as f64);
                }
            };
            Timed::in_place(
                vec![0.0; values],
                move |out| match segment {
                    None => work(out),
                    Some(segment) => out.par_chunks_mut(segment).for_each(work),
                },
                Vec::clone,
            )
        })
        .build()
}

/// Copies half of so many bytes into the other half, by the system's `memcpy`.
pub(super) fn copy(id: &str, sizes: Sizes<usize>) -> Kernel {
    Kernel::new(id, "copies that read and write so many bytes together")
        .sizes(sizes)
        .input(|&bytes, rng| small_numbers(values(CeilingKind::Copy, bytes), rng))
        .reference(REFERENCE, |x: &Vec<f64>| {
            Timed::returning(move || {
                let mut out = Vec::new();
                for value in x {
                    out.push(*value);
                }
                out
            })
        })
        .parallel_variant(AT_CEILING, |x| {
            let passes = passes(2 * x.len() * DOUBLE);
            let segment = segment(x.len());
            let work = move |(out, x): (&mut [f64], &[f64])| {
                for _ in 0..passes {
                    black_box(&mut *out).copy_from_slice(black_box(x));
                }
            };
            Timed::in_place(
                vec![0.0; x.len()],
                move |out| match segment {
                    None => work((out, x)),
                    Some(segment) => {
                        out.par_chunks_mut(segment).zip(x.par_chunks(segment)).for_each(work);
                    }
                },
                Vec::clone,
            )
        })
        .build()
}

/// `a = b + s * c` over three thirds of so many bytes (`McCalpin`, "Memory bandwidth and machine
/// balance in current high performance computers", 1995).
pub(super) fn triad(id: &str, sizes: Sizes<usize>) -> Kernel {
    Kernel::new(id, "a = b + s * c over so many bytes together")
        .sizes(sizes)
        .input(|&bytes, rng| small_numbers(2 * values(CeilingKind::Triad, bytes), rng))
        .reference(REFERENCE, |x: &Vec<f64>| {
            let (b, c) = x.split_at(x.len() / 2);
            Timed::returning(move || {
                let mut out = Vec::new();
                for i in 0..b.len() {
                    out.push(b[i] + FACTOR * c[i]);
                }
                out
            })
        })
        .parallel_variant(AT_CEILING, |x| {
            let (b, c) = x.split_at(x.len() / 2);
            let passes = passes(3 * b.len() * DOUBLE);
            let segment = segment(b.len());
            let work = move |((out, b), c): ((&mut [f64], &[f64]), &[f64])| {
                for _ in 0..passes {
                    add_scaled(black_box(&mut *out), black_box(b), black_box(c));
                }
            };
            Timed::in_place(
                vec![0.0; b.len()],
                move |out| match segment {
                    None => work(((out, b), c)),
                    Some(segment) => out
                        .par_chunks_mut(segment)
                        .zip(b.par_chunks(segment))
                        .zip(c.par_chunks(segment))
                        .for_each(work),
                },
                Vec::clone,
            )
        })
        .build()
}

/// Whole numbers, so that sums are exact in any order.
fn small_numbers(n: usize, rng: &mut Rng) -> Vec<f64> {
    let block: Vec<f64> = (0..n.min(1_000)).map(|_| rng.index(16) as f64).collect();
    block.iter().copied().cycle().take(n).collect()
}

/// A size as an input, which crosses as an integer.
pub(super) fn whole_number(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The size that such an input is.
pub(super) fn extent(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// The values each thread takes; none where there is one thread.
fn segment(values: usize) -> Option<usize> {
    let threads = rayon::current_num_threads();
    (threads > 1).then(|| values.div_ceil(threads).max(1))
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn sum(x: &[f64], passes: usize) -> f64 {
    let (mut sums, mut total) = ([0.0; LANES], 0.0);
    for _ in 0..passes {
        let (whole, rest) = black_box(x).as_chunks::<LANES>();
        let mut own = [0.0; LANES];
        for x in whole {
            for l in 0..LANES {
                own[l] += x[l];
            }
        }
        for l in 0..LANES {
            sums[l] += own[l];
        }
        for x in rest {
            total += x;
        }
    }
    // Lanes are added up once for all passes: at the smallest working sets it takes as long as one.
    total + sums.iter().sum::<f64>()
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn fill(out: &mut [f64], value: f64) {
    out.fill(value);
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn add_scaled(out: &mut [f64], b: &[f64], c: &[f64]) {
    for ((out, b), c) in out.iter_mut().zip(b).zip(c) {
        *out = b + FACTOR * c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_working_sets_are_passed_over_until_the_volume_is_moved() {
        assert_eq!(passes(VOLUME), 1);
        assert_eq!(passes(2 * VOLUME), 1);
        assert_eq!(passes(4_096) * 4_096, VOLUME);
        assert_eq!(moved(CeilingKind::Read, 4_096), VOLUME);
        // 4096 bytes are three arrays of 170 doubles, and 16 bytes too few for one more of each.
        assert_eq!(moved(CeilingKind::Triad, 4_096), 3 * 8 * 170 * (VOLUME / (3 * 8 * 170)));
    }
}
