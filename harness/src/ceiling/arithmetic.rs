//! The rate of fused multiply-adds, on the widest registers there are.
//!
//! Every chain halves its value and adds one. Halving is exact, so fused and separate operations
//! give the same numbers, and plain loops can check them.

use std::hint::black_box;

use multiversion::multiversion;
use multiversion::target::match_target;
use rayon::prelude::*;

use super::{LIMIT, REFERENCE};
use crate::declare::{Kernel, Sizes, Timed};

/// Registers that work side by side: more than the latency of a multiply-add times the units for it.
const CHAINS: usize = 12;

macro_rules! arithmetic {
    ($kernel:ident, $number:ident, $lanes:literal) => {
        pub(super) use $number::$kernel;

        mod $number {
            use super::*;

            /// One AVX-512 register, two of AVX2, four of SSE2 or NEON.
            const LANES: usize = $lanes;
            type Chains = [[$number; LANES]; CHAINS];

            /// So many operations, two for each multiply-add.
            pub(in super::super) fn $kernel(id: &str, sizes: Sizes<usize>) -> Kernel {
                Kernel::new(id, "so many operations in fused multiply-adds")
                    .sizes(sizes)
                    .input(|&operations, _| i64::try_from(operations).unwrap_or(i64::MAX))
                    .reference(REFERENCE, |operations: &i64| {
                        let (threads, steps) = share(*operations);
                        Timed::returning(move || vec![plain(start(), steps); threads])
                    })
                    .parallel_variant(LIMIT, |operations| {
                        let (threads, steps) = share(*operations);
                        Timed::returning(move || {
                            if threads == 1 {
                                return vec![fused(start(), steps)];
                            }
                            let each = |_| fused(start(), steps);
                            (0..threads).into_par_iter().map(each).collect()
                        })
                    })
                    .build()
            }

            /// The threads and the steps that each of them takes.
            fn share(operations: i64) -> (usize, usize) {
                let threads = rayon::current_num_threads();
                let operations = usize::try_from(operations).unwrap_or(0);
                (threads, operations / (2 * CHAINS * LANES * threads))
            }

            fn start() -> Chains {
                let value = |chain: usize, lane: usize| (chain * LANES + lane) as $number;
                black_box(std::array::from_fn(|chain| {
                    std::array::from_fn(|lane| value(chain, lane))
                }))
            }

            fn total(chains: &Chains) -> $number {
                chains.iter().flatten().sum()
            }

            fn plain(mut chains: Chains, steps: usize) -> $number {
                for value in chains.iter_mut().flatten() {
                    for _ in 0..steps {
                        *value = *value * 0.5 + 1.0;
                    }
                }
                total(&chains)
            }

            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
            fn fused(mut chains: Chains, steps: usize) -> $number {
                match_target! {
                    "x86_64+avx512f" => advance::<true>(&mut chains, steps),
                    "x86_64+avx2+fma" => advance::<true>(&mut chains, steps),
                    "aarch64+neon" => advance::<true>(&mut chains, steps),
                    _ => advance::<false>(&mut chains, steps),
                }
                total(&chains)
            }

            #[allow(
                clippy::inline_always,
                reason = "it must become part of a caller with wider registers"
            )]
            #[inline(always)]
            fn advance<const FUSED: bool>(chains: &mut Chains, steps: usize) {
                for _ in 0..steps {
                    for chain in chains.iter_mut() {
                        for value in chain {
                            *value =
                                if FUSED { value.mul_add(0.5, 1.0) } else { *value * 0.5 + 1.0 };
                        }
                    }
                }
            }
        }
    };
}

arithmetic!(double, f64, 8);
arithmetic!(single, f32, 16);
