//! The rate of multiply-adds, by the registers and instructions of each set this processor has.
//!
//! Every chain halves its value and adds one, again and again, which ends in two however it is
//! rounded: so any number of chains gives a result that plain loops can check. Registers are named
//! by intrinsics: what a compiler makes of loops over arrays changes with what stands around them.
//! Each set's code is compiled apart and runs where the processor has it, whatever the build is for.

use std::hint::black_box;

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
        $(let (mut $chain, mut $other): ($number, $number) = (black_box(1.0), black_box(1.0));)+
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

/// Multiply-adds by the registers of one set; where the build is for another kind of processor,
/// scalar ones, for which nobody asks.
macro_rules! registers {
    ($name:ident: $set:ident, $number:ident, $architecture:literal $module:ident $features:literal,
     $lanes:literal $all:ident $first:ident,
     |$value:ident, $half:ident, $one:ident| $step:expr) => {
        #[cfg(target_arch = $architecture)]
        pub(super) fn $name(operations: usize) -> $number {
            use std::arch::$module::*;

            #[target_feature(enable = $features)]
            fn chains(operations: usize) -> $number {
                let ($half, $one) = ($all(0.5), $all(1.0));
                chains!(operations, $lanes, $all, $first, |$value| $step,
                    [a b c d e f g h i j k l])
            }

            assert!(InstructionSet::$set.is_here(), "the processor has no {}", $features);
            #[allow(unsafe_code, reason = "what makes it unsafe is what the line above asks")]
            // SAFETY: the processor has the instructions that the function is compiled to.
            unsafe {
                chains(operations)
            }
        }

        #[cfg(not(target_arch = $architecture))]
        pub(super) fn $name(operations: usize) -> $number {
            super::$number::scalar(operations)
        }
    };
}

mod doubles {
    use super::f64::largest;
    use super::{InstructionSet, black_box, steps};

    registers!(sse2: Sse2, f64, "x86_64" x86_64 "sse2", 2 _mm_set1_pd _mm_cvtsd_f64,
        |value, half, one| _mm_add_pd(_mm_mul_pd(value, half), one));
    registers!(avx2: Avx2, f64, "x86_64" x86_64 "avx2,fma", 4 _mm256_set1_pd _mm256_cvtsd_f64,
        |value, half, one| _mm256_fmadd_pd(value, half, one));
    registers!(avx512: Avx512, f64, "x86_64" x86_64 "avx512f", 8 _mm512_set1_pd _mm512_cvtsd_f64,
        |value, half, one| _mm512_fmadd_pd(value, half, one));
    // NEON's multiply-add takes the addend first.
    registers!(neon: Neon, f64, "aarch64" aarch64 "neon", 2 vdupq_n_f64 vmaxvq_f64,
        |value, half, one| vfmaq_f64(one, value, half));
}

mod singles {
    use super::f32::largest;
    use super::{InstructionSet, black_box, steps};

    registers!(sse2: Sse2, f32, "x86_64" x86_64 "sse2", 4 _mm_set1_ps _mm_cvtss_f32,
        |value, half, one| _mm_add_ps(_mm_mul_ps(value, half), one));
    registers!(avx2: Avx2, f32, "x86_64" x86_64 "avx2,fma", 8 _mm256_set1_ps _mm256_cvtss_f32,
        |value, half, one| _mm256_fmadd_ps(value, half, one));
    registers!(avx512: Avx512, f32, "x86_64" x86_64 "avx512f", 16 _mm512_set1_ps _mm512_cvtss_f32,
        |value, half, one| _mm512_fmadd_ps(value, half, one));
    registers!(neon: Neon, f32, "aarch64" aarch64 "neon", 4 vdupq_n_f32 vmaxvq_f32,
        |value, half, one| vfmaq_f32(one, value, half));
}
