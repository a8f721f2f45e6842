//! The rate of multiply-adds, by the registers and instructions of each set this processor has.
//!
//! Every chain halves its value and adds one, again and again, which ends in two however it is
//! rounded: so any number of chains gives a result that plain loops can check. Registers are named
//! by intrinsics: what a compiler makes of loops over arrays changes with what stands around them.
//! Code for a set that the build does not take for granted is compiled apart and chosen when it runs.

use std::hint::black_box;

use multiversion::multiversion;
use multiversion::target::match_target;
use rayon::prelude::*;

use super::sets::InstructionSet;
use super::{AT_CEILING, REFERENCE};
use crate::declare::{Kernel, Sizes, Timed};

/// After so many steps every chain is at two exactly, from whatever it began with here.
const LEAST_STEPS: usize = 80;

/// Steps in which chains of so many lanes do so many operations.
const fn steps(operations: usize, lanes: usize, chains: usize) -> usize {
    let steps = operations / (2 * lanes * chains);
    if steps > LEAST_STEPS { steps } else { LEAST_STEPS }
}

/// Advances chains side by side, each in a register of its own: more of them than a multiply-add's
/// latency times the units for it, no more than there are registers. Each begins with a number that
/// the compiler cannot know, and ends where it must be whole.
macro_rules! chains {
    ($operations:expr, $lanes:literal, $set:ident, $first:ident, |$value:ident| $step:expr,
     [$($chain:ident)+]) => {{
        let steps = steps($operations, $lanes, [$(stringify!($chain)),+].len());
        $(let mut $chain = $set(black_box(1.0));)+
        for _ in 0..steps {
            $($chain = { let $value = $chain; $step };)+
        }
        largest(&[$($first(black_box($chain))),+])
    }};
}

/// The same with single numbers. A compiler would put neighbouring chains into one register, and it
/// would be no scalar code: so half of them subtract what the others add, by numbers it cannot know.
macro_rules! apart {
    ($number:ident, $operations:expr, [$($chain:ident)+], [$($other:ident)+]) => {{
        let chains = [$(stringify!($chain), stringify!($other)),+].len();
        let (half, one, less) = (black_box(0.5), black_box(1.0), black_box(-1.0));
        $(let (mut $chain, mut $other): ($number, $number) = black_box((1.0, 1.0));)+
        for _ in 0..steps($operations, 1, chains) {
            $($chain = $chain * half + one; $other = $other * half - less;)+
        }
        largest(&[$($chain, $other),+])
    }};
}

macro_rules! arithmetic {
    ($kernel:ident, $number:ident, $registers:ident) => {
        pub(super) use $number::$kernel;

        mod $number {
            use super::*;

            /// So many operations, two for each multiply-add; a result for each thread. Beside the
            /// variant at the ceiling there is one for each instruction set of this processor.
            pub(in super::super) fn $kernel(id: &str, sizes: Sizes<usize>) -> Kernel {
                let sets = InstructionSet::here();
                let widest = sets.last().copied().unwrap_or(InstructionSet::Scalar);
                let kernel = Kernel::new(id, "so many operations in multiply-adds")
                    .sizes(sizes)
                    .input(|&operations, _| i64::try_from(operations).unwrap_or(i64::MAX))
                    .reference(REFERENCE, |operations: &i64| {
                        let (threads, operations) = share(*operations);
                        Timed::returning(move || vec![plain(operations); threads])
                    })
                    .parallel_variant(AT_CEILING, move |&operations| on_threads(operations, widest));
                let kernel = sets.into_iter().fold(kernel, |kernel, set| {
                    kernel.parallel_variant(set.id(), move |&operations| on_threads(operations, set))
                });
                kernel.build()
            }

            fn on_threads<'a>(operations: i64, set: InstructionSet) -> Timed<'a, Vec<$number>> {
                let (threads, operations) = share(operations);
                let work: fn(usize) -> $number = match set {
                    InstructionSet::Scalar => scalar,
                    InstructionSet::Sse2 => $registers::sse2,
                    InstructionSet::Avx2 => $registers::avx2,
                    InstructionSet::Avx512 => $registers::avx512,
                    InstructionSet::Neon => $registers::neon,
                };
                Timed::returning(move || {
                    if threads == 1 {
                        return vec![work(operations)];
                    }
                    (0..threads).into_par_iter().map(|_| work(operations)).collect()
                })
            }

            /// The threads and the operations that each of them does.
            fn share(operations: i64) -> (usize, usize) {
                let threads = rayon::current_num_threads();
                (threads, usize::try_from(operations).unwrap_or(0) / threads)
            }

            pub(super) fn largest(values: &[$number]) -> $number {
                values.iter().copied().fold(0.0, $number::max)
            }

            fn plain(operations: usize) -> $number {
                let mut value = black_box(1.0);
                for _ in 0..steps(operations, 8, 1) {
                    value = value * 0.5 + 1.0;
                }
                value
            }

            /// One number a chain.
            pub(super) fn scalar(operations: usize) -> $number {
                apart!($number, operations, [a b c d e f], [g h i j k l])
            }
        }
    };
}

arithmetic!(double, f64, doubles);
arithmetic!(single, f32, singles);

/// What a set's code is in a build for a processor that cannot have it: nobody asks for it there.
macro_rules! registers {
    ($module:ident, $number:ident,
     sse2: $lanes_sse2:literal $set_sse2:ident $first_sse2:ident $mul:ident $add:ident,
     avx2: $lanes_avx2:literal $set_avx2:ident $first_avx2:ident $fused_avx2:ident,
     avx512: $lanes_avx512:literal $set_avx512:ident $first_avx512:ident $fused_avx512:ident,
     neon: $lanes_neon:literal $set_neon:ident $first_neon:ident $fused_neon:ident) => {
        mod $module {
            #[cfg(target_arch = "aarch64")]
            use std::arch::aarch64::*;
            #[cfg(target_arch = "x86_64")]
            use std::arch::x86_64::*;

            use super::$number::{largest, scalar};
            use super::*;

            /// Nothing of SSE4.1 is used: a target must be more than every such processor has.
            #[multiversion(targets("x86_64+sse4.1"))]
            pub(super) fn sse2(operations: usize) -> $number {
                match_target! {
                    "x86_64+sse4.1" => {
                        let (half, one) = ($set_sse2(0.5), $set_sse2(1.0));
                        chains!(operations, $lanes_sse2, $set_sse2, $first_sse2,
                            |value| $add($mul(value, half), one), [a b c d e f g h i j k l])
                    }
                    _ => scalar(operations),
                }
            }

            #[multiversion(targets("x86_64+avx2+fma"))]
            pub(super) fn avx2(operations: usize) -> $number {
                match_target! {
                    "x86_64+avx2+fma" => {
                        let (half, one) = ($set_avx2(0.5), $set_avx2(1.0));
                        chains!(operations, $lanes_avx2, $set_avx2, $first_avx2,
                            |value| $fused_avx2(value, half, one), [a b c d e f g h i j k l])
                    }
                    _ => scalar(operations),
                }
            }

            #[multiversion(targets("x86_64+avx512f"))]
            pub(super) fn avx512(operations: usize) -> $number {
                match_target! {
                    "x86_64+avx512f" => {
                        let (half, one) = ($set_avx512(0.5), $set_avx512(1.0));
                        chains!(operations, $lanes_avx512, $set_avx512, $first_avx512,
                            |value| $fused_avx512(value, half, one), [a b c d e f g h i j k l])
                    }
                    _ => scalar(operations),
                }
            }

            /// Its multiply-add takes the addend first.
            #[multiversion(targets("aarch64+neon"))]
            pub(super) fn neon(operations: usize) -> $number {
                match_target! {
                    "aarch64+neon" => {
                        let (half, one) = ($set_neon(0.5), $set_neon(1.0));
                        chains!(operations, $lanes_neon, $set_neon, $first_neon,
                            |value| $fused_neon(one, value, half), [a b c d e f g h i j k l m n o p])
                    }
                    _ => scalar(operations),
                }
            }
        }
    };
}

registers!(doubles, f64,
    sse2: 2 _mm_set1_pd _mm_cvtsd_f64 _mm_mul_pd _mm_add_pd,
    avx2: 4 _mm256_set1_pd _mm256_cvtsd_f64 _mm256_fmadd_pd,
    avx512: 8 _mm512_set1_pd _mm512_cvtsd_f64 _mm512_fmadd_pd,
    neon: 2 vdupq_n_f64 first_of_two vfmaq_f64);
registers!(singles, f32,
    sse2: 4 _mm_set1_ps _mm_cvtss_f32 _mm_mul_ps _mm_add_ps,
    avx2: 8 _mm256_set1_ps _mm256_cvtss_f32 _mm256_fmadd_ps,
    avx512: 16 _mm512_set1_ps _mm512_cvtss_f32 _mm512_fmadd_ps,
    neon: 4 vdupq_n_f32 first_of_four vfmaq_f32);

/// The first number of a register, as NEON's intrinsics have no name for it.
#[cfg(target_arch = "aarch64")]
#[target_feature(enable = "neon")]
fn first_of_two(values: std::arch::aarch64::float64x2_t) -> f64 {
    std::arch::aarch64::vgetq_lane_f64::<0>(values)
}

/// The same of four.
#[cfg(target_arch = "aarch64")]
#[target_feature(enable = "neon")]
fn first_of_four(values: std::arch::aarch64::float32x4_t) -> f32 {
    std::arch::aarch64::vgetq_lane_f32::<0>(values)
}
