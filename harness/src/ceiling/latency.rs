//! The time of a load whose address is the value of the load before it, by working set.
//!
//! The chain visits every cache line of the working set once in a random order, so no prefetcher
//! knows the next one. At large sizes each load also misses the translation of its page: that is
//! part of what a random access costs, and less of it where the system uses huge pages.

use super::memory::{extent, whole_number};
use super::{AT_CEILING, REFERENCE};
use crate::data::Rng;
use crate::declare::{Kernel, Sizes, Timed};

/// The bytes of a cache line on the machines we know; with longer lines two links share one.
const LINE: usize = 64;
/// Places of the chain's memory that make a line.
const STRIDE: usize = LINE / size_of::<usize>();
/// Loads that one iteration does at least, in whole rounds of its chain.
const LEAST_LOADS: usize = 1 << 16;
/// The order of the lines is the same in every process.
const SEED: u64 = 64;

/// The links of a working set of so many bytes, one a line.
fn links(bytes: usize) -> usize {
    (bytes / LINE).max(1)
}

/// How often an iteration goes round.
fn rounds(bytes: usize) -> usize {
    LEAST_LOADS.div_ceil(links(bytes))
}

/// Loads of one iteration on a working set of so many bytes.
pub(super) fn loads(bytes: usize) -> usize {
    links(bytes) * rounds(bytes)
}

/// Follows a chain through every cache line of so many bytes and adds up the places it came to.
pub(super) fn latency(id: &str, sizes: Sizes<usize>) -> Kernel {
    Kernel::new(id, "the places that a chain through so many bytes comes to, added up")
        .sizes(sizes)
        .input(|&bytes, _| whole_number(bytes))
        .reference(REFERENCE, |&bytes: &i64| {
            let (links, rounds) = (links(extent(bytes)), rounds(extent(bytes)));
            Timed::returning(move || {
                let mut sum = 0;
                for _ in 0..rounds {
                    for link in 0..links {
                        sum += link * STRIDE;
                    }
                }
                whole_number(sum)
            })
        })
        .variant(AT_CEILING, |&bytes| {
            let (chain, loads) = (chain(links(extent(bytes))), loads(extent(bytes)));
            Timed::returning(move || whole_number(follow(&chain, loads)))
        })
        .build()
}

/// For each line the place of the next, all in one cycle (Sattolo, "An algorithm to generate a
/// random cyclic permutation", 1986).
fn chain(links: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..links).collect();
    let mut rng = Rng::new(SEED);
    for last in (1..links).rev() {
        order.swap(last, rng.index(last));
    }
    let mut chain = vec![0; links * STRIDE];
    for (link, next) in order.into_iter().enumerate() {
        chain[link * STRIDE] = next * STRIDE;
    }
    chain
}

/// The sum of the places is taken beside the chain and does not lengthen it.
fn follow(chain: &[usize], loads: usize) -> usize {
    let (mut at, mut sum) = (0, 0_usize);
    for _ in 0..loads {
        at = chain[at];
        sum = sum.wrapping_add(at);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_comes_to_every_line_before_it_comes_back() {
        for links in [1, 2, 3, 100] {
            let chain = chain(links);
            let mut seen: Vec<usize> =
                std::iter::successors(Some(0), |at| Some(chain[*at])).take(links).collect();
            seen.sort_unstable();
            let every: Vec<usize> = (0..links).map(|link| link * STRIDE).collect();
            assert_eq!(seen, every);
            assert_eq!(follow(&chain, links), every.iter().sum::<usize>());
        }
    }

    #[test]
    fn an_iteration_goes_round_whole_chains() {
        assert_eq!(loads(4_096), LEAST_LOADS);
        assert_eq!(loads(64 << 20), 1 << 20);
        assert_eq!(loads(0), LEAST_LOADS);
    }
}
