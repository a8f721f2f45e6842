//! A double that counts what is done with it.

use std::cmp::Ordering;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use super::{Scalar, note};
use crate::data::Matrix;

/// An `f64` whose operations add to the tally of the thread they are done on: see
/// [`tally`](super::tally). Its values are those of the `f64` inside, so a result can be compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counted(pub f64);

impl Counted {
    /// The same values, to be counted.
    pub fn vector(values: &[f64]) -> Vec<Self> {
        values.iter().copied().map(Self).collect()
    }

    /// The same matrix, to be counted.
    pub fn matrix(x: &Matrix) -> Matrix<Self> {
        Matrix::from_vec(x.rows(), x.cols(), Self::vector(x.as_slice()))
    }
}

macro_rules! counts {
    ($operation:ident, $method:ident, $assign:ident, $assign_method:ident, $kind:ident) => {
        impl $operation for Counted {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                note(|tally| tally.$kind += 1);
                Self($operation::$method(self.0, other.0))
            }
        }

        impl $assign for Counted {
            fn $assign_method(&mut self, other: Self) {
                *self = $operation::$method(*self, other);
            }
        }
    };
}

counts!(Add, add, AddAssign, add_assign, additions);
counts!(Sub, sub, SubAssign, sub_assign, additions);
counts!(Mul, mul, MulAssign, mul_assign, multiplications);
counts!(Div, div, DivAssign, div_assign, divisions);

impl Neg for Counted {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Counted {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::default(), Add::add)
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        note(|tally| tally.comparisons += 1);
        self.0 == other.0
    }
}

impl PartialOrd for Counted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        note(|tally| tally.comparisons += 1);
        self.0.partial_cmp(&other.0)
    }
}

impl Scalar for Counted {
    fn from_f64(value: f64) -> Self {
        Self(value)
    }

    fn mul_add(self, factor: Self, addend: Self) -> Self {
        note(|tally| tally.fused += 1);
        Self(self.0.mul_add(factor.0, addend.0))
    }

    fn sqrt(self) -> Self {
        note(|tally| tally.roots += 1);
        Self(self.0.sqrt())
    }

    fn exp(self) -> Self {
        note(|tally| tally.functions += 1);
        Self(self.0.exp())
    }

    fn ln(self) -> Self {
        note(|tally| tally.functions += 1);
        Self(self.0.ln())
    }

    fn abs(self) -> Self {
        Self(self.0.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::{Operations, tally};

    #[test]
    fn each_operation_is_counted_as_its_kind_and_gives_the_value_of_the_double() {
        let (a, b) = (Counted(6.0), Counted(1.5));
        let (values, done) = tally(|| {
            let mut sum = a + b;
            sum += b;
            sum -= a;
            [sum, a * b, a / b, a.mul_add(b, a), b.sqrt(), b.exp(), b.ln(), -a, a.abs()]
        });
        let want = [3.0, 9.0, 4.0, 15.0, 1.5_f64.sqrt(), 1.5_f64.exp(), 1.5_f64.ln(), -6.0, 6.0];
        assert_eq!(values.map(|value| value.0), want);
        let counted = Operations {
            additions: 3,
            multiplications: 1,
            divisions: 1,
            fused: 1,
            roots: 1,
            functions: 2,
            comparisons: 0,
        };
        assert_eq!(done, counted);
        let (less, done) = tally(|| (a < b, a == b));
        assert_eq!(less, (false, false));
        assert_eq!(done.comparisons, 2);
        assert_eq!(done.flops(), 0, "a comparison is no operation of a cost");
    }

    #[test]
    fn a_tally_within_another_is_in_both() {
        let ((_, inner), outer) = tally(|| {
            let _ = Counted(1.0) + Counted(2.0);
            tally(|| Counted(1.0) * Counted(2.0))
        });
        assert_eq!((inner.flops(), outer.flops()), (1, 2));
        assert_eq!(tally(|| ()).1, Operations::default(), "nothing is left over");
    }
}
