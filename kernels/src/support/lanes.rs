//! Eight doubles at a time, in plain arrays: what autovectorisation turns into registers.
//!
//! A function marked `#[multiversion(…)]` is compiled once for each instruction set it names and
//! picks at run time; the helpers here are inlined into it and so use what it may use.

/// Eight doubles: one AVX-512 register, two of AVX2, four of SSE2 or NEON.
pub type Lanes = [f64; LANES];

/// How many doubles stand in [`Lanes`].
pub const LANES: usize = 8;

/// `a * b + c`, fused where the caller's instruction set can: `f64::mul_add` without such an
/// instruction is a slow library call.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
pub fn mul_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}
