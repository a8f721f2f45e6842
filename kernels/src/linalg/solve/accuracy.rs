//! How well a vector solves a system, told from the system alone: no exact solution is needed.

use super::System;

/// Two measures of one residual r = b - Ax, in the maximum norm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// |r| / |b|: what is left of the right-hand side.
    pub residual: f64,
    /// |r| / (|A| |x| + |b|): the smallest relative change of A and b that makes x exact (Rigal and
    /// Gaches, "On the compatibility of a given solution with the data of a linear system", 1967).
    /// A stable method keeps it near the unit roundoff whatever the condition number.
    pub backward_error: f64,
}

/// The accuracy of `x` as a solution of `system`; 0 where the residual is 0.
///
/// # Panics
/// Where `x` has not as many values as the matrix has columns.
pub fn accuracy(system: &System, x: &[f64]) -> Accuracy {
    let System { a, b } = system;
    assert_eq!(x.len(), a.cols(), "a solution has as many values as the matrix has columns");
    let largest = |values: &[f64]| values.iter().fold(0.0, |max: f64, value| max.max(value.abs()));
    let mut residual: f64 = 0.0;
    let mut norm: f64 = 0.0;
    for (i, b) in b.iter().enumerate() {
        residual = larger(residual, remainder(*b, a.row(i), x).abs());
        norm = norm.max(a.row(i).iter().map(|value| value.abs()).sum());
    }
    let relative_to = |scale: f64| if residual == 0.0 { 0.0 } else { residual / scale };
    let b = largest(b);
    Accuracy { residual: relative_to(b), backward_error: relative_to(norm * largest(x) + b) }
}

/// The larger one, NaN if either is: `f64::max` would hide it.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b <= a { a } else { b }
}

/// b minus the dot product of a row with x, as if in twice the precision (Ogita, Rump and Oishi,
/// "Accurate sum and dot product", 2005): in plain double precision its own rounding errors would
/// be as large as what it measures.
fn remainder(b: f64, row: &[f64], x: &[f64]) -> f64 {
    let (mut sum, mut lost) = (b, 0.0);
    for (a, x) in row.iter().zip(x) {
        let product = -a * x;
        let product_error = (-a).mul_add(*x, -product);
        let next = sum + product;
        let back = next - sum;
        let sum_error = (sum - (next - back)) + (product - back);
        lost += product_error + sum_error;
        sum = next;
    }
    sum + lost
}
