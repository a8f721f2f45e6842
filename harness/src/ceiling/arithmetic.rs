//! The rate of fused multiply-adds, on the widest registers there are.
//!
//! Every chain halves its value and adds one, again and again, which ends in two however it is
//! rounded: so any number of chains gives a result that plain loops can check.

use std::hint::black_box;

use multiversion::multiversion;
use multiversion::target::match_target;
use rayon::prelude::*;

use super::{LIMIT, REFERENCE};
use crate::declare::{Kernel, Sizes, Timed};

/// After so many steps every chain is at two exactly, from whatever it began with here.
const LEAST_STEPS: usize = 80;

/// Advances chains of registers side by side, each in a variable of its own, so that none is kept in
/// memory: more of them than a multiply-add's latency times the units for it, no more than there
/// are registers.
macro_rules! side_by_side {
    ($operations:expr, $step:path, [$($chain:ident)+]) => {{
        let chains = [$(stringify!($chain)),+].len();
        let steps = ($operations / (2 * LANES * chains)).max(LEAST_STEPS);
        $(let mut $chain = start();)+
        for _ in 0..steps {
            $($chain = $step($chain);)+
        }
        largest([$($chain),+].as_flattened())
    }};
}

macro_rules! arithmetic {
    ($kernel:ident, $number:ident, $lanes:literal) => {
        pub(super) use $number::$kernel;

        mod $number {
            use super::*;

            /// One AVX-512 register, two of AVX2, four of SSE2 or NEON.
            const LANES: usize = $lanes;
            type Chain = [$number; LANES];

            /// So many operations, two for each multiply-add; a result for each thread.
            pub(in super::super) fn $kernel(id: &str, sizes: Sizes<usize>) -> Kernel {
                Kernel::new(id, "so many operations in fused multiply-adds")
                    .sizes(sizes)
                    .input(|&operations, _| i64::try_from(operations).unwrap_or(i64::MAX))
                    .reference(REFERENCE, |operations: &i64| {
                        let (threads, operations) = share(*operations);
                        Timed::returning(move || vec![plain(operations); threads])
                    })
                    .parallel_variant(LIMIT, |operations| {
                        let (threads, operations) = share(*operations);
                        Timed::returning(move || {
                            if threads == 1 {
                                return vec![fused(operations)];
                            }
                            (0..threads).into_par_iter().map(|_| fused(operations)).collect()
                        })
                    })
                    .build()
            }

            /// The threads and the operations that each of them does.
            fn share(operations: i64) -> (usize, usize) {
                let threads = rayon::current_num_threads();
                (threads, usize::try_from(operations).unwrap_or(0) / threads)
            }

            fn start() -> Chain {
                black_box(std::array::from_fn(|lane| lane as $number))
            }

            fn largest(values: &[$number]) -> $number {
                values.iter().copied().fold(0.0, $number::max)
            }

            fn plain(operations: usize) -> $number {
                let mut values = start();
                for value in &mut values {
                    for _ in 0..(operations / (2 * LANES)).max(LEAST_STEPS) {
                        *value = *value * 0.5 + 1.0;
                    }
                }
                largest(&values)
            }

            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
            fn fused(operations: usize) -> $number {
                match_target! {
                    "x86_64+avx512f" => side_by_side!(operations, step::<true>, [a b c d e f g h i j k l]),
                    "x86_64+avx2+fma" => side_by_side!(operations, step::<true>, [a b c d e f]),
                    "aarch64+neon" => side_by_side!(operations, step::<true>, [a b c d e f]),
                    _ => side_by_side!(operations, step::<false>, [a b c]),
                }
            }

            #[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
            #[inline(always)]
            fn step<const FUSED: bool>(mut chain: Chain) -> Chain {
                for value in &mut chain {
                    *value = if FUSED { value.mul_add(0.5, 1.0) } else { *value * 0.5 + 1.0 };
                }
                chain
            }
        }
    };
}

arithmetic!(double, f64, 8);
arithmetic!(single, f32, 16);
