//! The scalars that kernels of either precision are written over.

use amdahl::Bound;

/// A floating-point number of one of the two precisions, as each library here takes it.
pub trait Real:
    faer::traits::RealField + nalgebra::RealField + ndarray::LinalgScalar + Default
{
    /// The distance from 1 to the next larger number.
    const EPSILON: f64;
    /// What limits arithmetic in it.
    const ARITHMETIC: Bound;

    /// The nearest number of this precision.
    fn nearest(value: f64) -> Self;

    /// The same number as a double.
    fn to_f64(self) -> f64;

    /// `self * b + c`, rounded once.
    fn fused(self, b: Self, c: Self) -> Self;
}

impl Real for f64 {
    const EPSILON: f64 = f64::EPSILON;
    const ARITHMETIC: Bound = Bound::Arithmetic;

    fn nearest(value: f64) -> Self {
        value
    }

    fn to_f64(self) -> f64 {
        self
    }

    #[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
    #[inline(always)]
    fn fused(self, b: Self, c: Self) -> Self {
        Self::mul_add(self, b, c)
    }
}

impl Real for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;
    const ARITHMETIC: Bound = Bound::SingleArithmetic;

    #[allow(clippy::cast_possible_truncation, reason = "single precision is what is asked for")]
    fn nearest(value: f64) -> Self {
        value as Self
    }

    fn to_f64(self) -> f64 {
        self.into()
    }

    #[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
    #[inline(always)]
    fn fused(self, b: Self, c: Self) -> Self {
        Self::mul_add(self, b, c)
    }
}
