//! Eight doubles at a time, in plain arrays: what autovectorisation turns into registers.
//!
//! A function marked `#[multiversion(…)]` is compiled once for each instruction set it names and
//! picks at run time; the helpers here are inlined into it and so use what it may use.

/// Eight doubles: one AVX-512 register, two of AVX2, four of SSE2 or NEON.
pub type Lanes = [f64; LANES];

/// How many doubles stand in [`Lanes`].
pub const LANES: usize = 8;

/// Values before the first that begins a line of the cache, all of them where there is none.
///
/// A register as wide as a line that is stored elsewhere touches two lines, which costs twice; a
/// loop over many values stores so many one by one first.
pub fn values_to_line<T>(out: &[T]) -> usize {
    /// Bytes of a line, and of the widest register.
    const LINE: usize = 64;
    out.as_ptr().align_offset(LINE).min(out.len())
}

/// `a * b + c`, fused where the caller's instruction set can: `f64::mul_add` without such an
/// instruction is a slow library call.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
pub fn mul_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}
