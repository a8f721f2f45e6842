//! The numbers that a reference can be written over.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A floating-point number as a reference needs it: `f64`, `f32`, or [`Counted`](super::Counted).
///
/// A reference over it compiles for `f64` to what it was before: every method is one instruction or
/// one call of the standard library.
pub trait Scalar:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Send
    + Sync
    + 'static
{
    /// The number nearest to a value.
    fn from_f64(value: f64) -> Self;

    /// `self * factor + addend`, rounded once.
    #[must_use]
    fn mul_add(self, factor: Self, addend: Self) -> Self;

    /// The square root.
    #[must_use]
    fn sqrt(self) -> Self;

    /// The exponential function.
    #[must_use]
    fn exp(self) -> Self;

    /// The natural logarithm.
    #[must_use]
    fn ln(self) -> Self;

    /// The magnitude.
    #[must_use]
    fn abs(self) -> Self;
}

macro_rules! scalar {
    ($number:ident, $from_f64:expr) => {
        impl Scalar for $number {
            #[inline]
            fn from_f64(value: f64) -> Self {
                $from_f64(value)
            }

            #[inline]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                $number::mul_add(self, factor, addend)
            }

            #[inline]
            fn sqrt(self) -> Self {
                $number::sqrt(self)
            }

            #[inline]
            fn exp(self) -> Self {
                $number::exp(self)
            }

            #[inline]
            fn ln(self) -> Self {
                $number::ln(self)
            }

            #[inline]
            fn abs(self) -> Self {
                $number::abs(self)
            }
        }
    };
}

#[allow(clippy::cast_possible_truncation, reason = "single precision is what is asked for")]
const fn single(value: f64) -> f32 {
    value as f32
}

scalar!(f64, std::convert::identity);
scalar!(f32, single);
