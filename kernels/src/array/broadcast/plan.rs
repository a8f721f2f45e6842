//! The three rules of broadcasting, and the loop they come to.
//!
//! A [`Plan`] is made once: axes that lie one behind the other in both operands are merged, and
//! what is left is runs of the innermost axis, each a slice or a single value of either operand.

use multiversion::multiversion;

use super::{BroadcastError, Op};
use crate::support::lanes::values_to_line;

/// The shape that two operands broadcast to: extents are aligned at the last axis, missing ones
/// count as 1, and two extents are equal or one of them is 1, which the other replaces.
///
/// # Errors
/// The first axis of the result at which the extents do not fit.
pub fn result_shape(a: &[usize], b: &[usize]) -> Result<Vec<usize>, BroadcastError> {
    let rank = a.len().max(b.len());
    (0..rank)
        .map(|axis| match (extent(a, axis, rank), extent(b, axis, rank)) {
            (left, right) if left == right => Ok(left),
            (1, right) => Ok(right),
            (left, 1) => Ok(left),
            (left, right) => Err(BroadcastError::Mismatch { axis, left, right }),
        })
        .collect()
}

/// The extent of an operand at an axis of the result.
fn extent(shape: &[usize], axis: usize, rank: usize) -> usize {
    let missing = rank - shape.len();
    if axis < missing { 1 } else { shape[axis - missing] }
}

/// How far apart in each operand neighbours along an axis of the result lie: 0 where it repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Axis {
    extent: usize,
    a: usize,
    b: usize,
}

/// How to run over two operands and their result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The axes outside the runs, outermost first.
    outer: Vec<Axis>,
    /// The runs.
    run: Axis,
}

impl Plan {
    /// The plan for two shapes that broadcast to `shape`.
    pub fn new(a: &[usize], b: &[usize], shape: &[usize]) -> Self {
        let mut axes: Vec<Axis> = Vec::new();
        let mut strides = (1, 1);
        for axis in (0..shape.len()).rev() {
            let (left, right) = (extent(a, axis, shape.len()), extent(b, axis, shape.len()));
            let stride = |extent: usize, stride: usize| if extent == 1 { 0 } else { stride };
            let next = Axis {
                extent: shape[axis],
                a: stride(left, strides.0),
                b: stride(right, strides.1),
            };
            strides = (strides.0 * left, strides.1 * right);
            match axes.last_mut() {
                _ if next.extent == 1 => {}
                // Both operands go on, or both repeat, as if the two axes were one.
                Some(last) if next.a == last.a * last.extent && next.b == last.b * last.extent => {
                    last.extent *= next.extent;
                }
                _ => axes.push(next),
            }
        }
        axes.reverse();
        let run = axes.pop().unwrap_or(Axis { extent: 1, a: 0, b: 0 });
        Self { outer: axes, run }
    }

    /// Where run number `run` begins in either operand.
    fn begin(&self, mut run: usize) -> (usize, usize) {
        let (mut a, mut b) = (0, 0);
        for axis in self.outer.iter().rev() {
            let at = run % axis.extent;
            run /= axis.extent;
            a += at * axis.a;
            b += at * axis.b;
        }
        (a, b)
    }

    /// Computes the values of the result from number `first` on, as many as `out` has room for.
    pub fn compute(&self, op: Op, a: &[f64], b: &[f64], first: usize, out: &mut [f64]) {
        compute(self, op, a, b, first, out);
    }
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn compute(plan: &Plan, op: Op, a: &[f64], b: &[f64], first: usize, out: &mut [f64]) {
    match op {
        Op::Add => runs(plan, |a, b| a + b, a, b, first, out),
        Op::Sub => runs(plan, |a, b| a - b, a, b, first, out),
        Op::Mul => runs(plan, |a, b| a * b, a, b, first, out),
    }
}

#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn runs(
    plan: &Plan,
    op: impl Fn(f64, f64) -> f64,
    a: &[f64],
    b: &[f64],
    mut first: usize,
    mut out: &mut [f64],
) {
    let run = plan.run;
    while !out.is_empty() {
        let within = first % run.extent;
        let left = (run.extent - within).min(out.len());
        // What stands before a line's beginning is a run of its own.
        let now = match values_to_line(&out[..left]) {
            0 => left,
            head => head,
        };
        let (now, rest) = out.split_at_mut(now);
        let (a_begin, b_begin) = plan.begin(first / run.extent);
        let (a, b) = (&a[a_begin + within * run.a..], &b[b_begin + within * run.b..]);
        match (run.a, run.b) {
            (0, 0) => now.fill(op(a[0], b[0])),
            (0, _) => {
                let a = a[0];
                now.iter_mut().zip(b).for_each(|(out, b)| *out = op(a, *b));
            }
            (_, 0) => {
                let b = b[0];
                now.iter_mut().zip(a).for_each(|(out, a)| *out = op(*a, b));
            }
            _ => now.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = op(*a, *b)),
        }
        first += now.len();
        out = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(a: &[usize], b: &[usize]) -> Plan {
        Plan::new(a, b, &result_shape(a, b).expect("shapes that fit"))
    }

    #[test]
    fn axes_that_lie_one_behind_the_other_become_one_run() {
        let whole = plan(&[4, 3, 5], &[4, 3, 5]);
        assert_eq!(whole, Plan { outer: vec![], run: Axis { extent: 60, a: 1, b: 1 } });
        let rows = plan(&[4, 3, 5], &[3, 5]);
        let outer = vec![Axis { extent: 4, a: 15, b: 0 }];
        assert_eq!(rows, Plan { outer, run: Axis { extent: 15, a: 1, b: 1 } });
        let scalar = plan(&[], &[7, 1, 2]);
        assert_eq!(scalar, Plan { outer: vec![], run: Axis { extent: 14, a: 0, b: 1 } });
    }

    #[test]
    fn an_outer_product_repeats_one_value_along_each_run() {
        let outer = vec![Axis { extent: 4, a: 1, b: 0 }];
        assert_eq!(plan(&[4, 1], &[1, 6]), Plan { outer, run: Axis { extent: 6, a: 0, b: 1 } });
    }

    #[test]
    fn the_axis_that_does_not_fit_is_counted_in_the_result() {
        let error = result_shape(&[4, 1, 3], &[2, 2]).unwrap_err();
        assert_eq!(error, BroadcastError::Mismatch { axis: 2, left: 3, right: 2 });
    }
}
