//! The rates at which memory is read and copied.

use multiversion::multiversion;
use rayon::prelude::*;

use super::{LIMIT, REFERENCE};
use crate::data::Rng;
use crate::declare::{Kernel, Sizes, Timed};

const DOUBLE: usize = size_of::<f64>();
/// Values summed side by side: eight registers of the widest kind, enough to hide an addition.
const LANES: usize = 64;

/// Reads so many bytes and sums them.
pub(super) fn read(id: &str, sizes: Sizes<usize>) -> Kernel {
    Kernel::new(id, "the sum of so many bytes of doubles")
        .sizes(sizes)
        .input(|&bytes, rng| small_numbers(bytes / DOUBLE, rng))
        .reference(REFERENCE, |x: &Vec<f64>| {
            Timed::returning(move || {
                let mut sum = 0.0;
                for value in x {
                    sum += value;
                }
                sum
            })
        })
        .parallel_variant(LIMIT, |x| {
            let segment = segment(x.len());
            Timed::returning(move || match segment {
                None => sum(x),
                Some(segment) => x.par_chunks(segment).map(sum).sum(),
            })
        })
        .build()
}

/// Copies half of so many bytes into the other half.
pub(super) fn copy(id: &str, sizes: Sizes<usize>) -> Kernel {
    Kernel::new(id, "a copy that reads and writes so many bytes together")
        .sizes(sizes)
        .input(|&bytes, rng| small_numbers(bytes / 2 / DOUBLE, rng))
        .reference(REFERENCE, |x: &Vec<f64>| {
            Timed::returning(move || {
                let mut out = Vec::new();
                for value in x {
                    out.push(*value);
                }
                out
            })
        })
        .parallel_variant(LIMIT, |x| {
            let segment = segment(x.len());
            Timed::in_place(
                vec![0.0; x.len()],
                move |out| match segment {
                    None => out.copy_from_slice(x),
                    Some(segment) => out
                        .par_chunks_mut(segment)
                        .zip(x.par_chunks(segment))
                        .for_each(|(out, x)| out.copy_from_slice(x)),
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

/// The values each thread takes; none where there is one thread.
fn segment(values: usize) -> Option<usize> {
    let threads = rayon::current_num_threads();
    (threads > 1).then(|| values.div_ceil(threads).max(1))
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn sum(x: &[f64]) -> f64 {
    let (whole, rest) = x.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for x in whole {
        for l in 0..LANES {
            sums[l] += x[l];
        }
    }
    sums.iter().sum::<f64>() + rest.iter().sum::<f64>()
}
