//! Two arrays of different shapes combined by the rules of broadcasting (exercises A.3 and B.1).

mod input;
mod plan;

use amdahl::{Array, Bound, Cost, Kernel, Rung, Sizes, Timed, Tolerance};
use ndarray::{ArrayD, ArrayViewD};
use rayon::prelude::*;

pub use input::{Op, Operands, Shapes};
use plan::{Plan, result_shape};

/// Sum, difference or product of two arrays, each stretched to the shape of the result.
///
/// The exercise has its reader apply the three rules by hand: align the shapes at the last axis,
/// add axes of extent 1 in front of the shorter, stretch what is 1. A stretched axis is a stride of
/// zero and copies nothing, so what remains is a loop over contiguous runs.
///
/// Arrays of rank 0 and extents of 0 take part like any other; extents that differ and are not 1
/// are an error that names the axis. Values follow IEEE 754: NaN passes on, inf - inf is NaN.
pub fn kernel() -> Kernel {
    const fn shapes(op: Op, a: &'static [usize], b: &'static [usize]) -> Shapes {
        Shapes { op, a, b }
    }
    Kernel::new("broadcast", "sum, difference or product of two arrays, broadcast, f64")
        .exercise("A.3 B.1")
        .sizes(
            Sizes::smoke([
                shapes(Op::Add, &[], &[]),
                shapes(Op::Sub, &[], &[3]),
                shapes(Op::Add, &[0, 4], &[4]),
                shapes(Op::Mul, &[5, 1], &[1, 0]),
                shapes(Op::Add, &[3, 4], &[3]),
                shapes(Op::Sub, &[7, 5], &[5]),
                shapes(Op::Mul, &[7, 1], &[1, 11]),
                shapes(Op::Sub, &[2, 1, 4], &[3, 1]),
                shapes(Op::Mul, &[2, 3, 1, 5], &[3, 67, 1]),
                shapes(Op::Add, &[1_031, 257], &[257]),
            ])
            .measured([
                shapes(Op::Add, &[1_000, 1_000], &[1_000]),
                shapes(Op::Mul, &[1_000, 1], &[1, 1_000]),
            ]),
        )
        .input(Shapes::operands)
        .cost(|shapes| {
            let values = |shape: &[usize]| shape.iter().product::<usize>() as f64;
            let out = result_shape(shapes.a, shapes.b).map_or(0.0, |shape| values(&shape));
            Cost { flops: out, bytes: 8.0 * (values(shapes.a) + values(shapes.b) + out) }
        })
        .bound_by(Bound::Copy)
        // Every variant rounds the same operation once.
        .agree_within(|_| Tolerance::EXACT)
        .gate(shapes(Op::Add, &[1_031, 257], &[257]))
        .reference("naive", naive)
        .variant("ndarray", with_ndarray)
        .variant("simd", simd)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .without("nalgebra", "its matrices have two axes, and it does not stretch operands.")
        .without("faer", "its matrices have two axes, and it does not stretch operands.")
        .build()
}

/// Why two arrays do not combine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BroadcastError {
    /// Extents at an axis are neither equal nor 1.
    #[error(
        "axis {axis} of the result has extent {left} on the left and {right} on the right: make \
         them equal or one of them 1, as by adding an axis of extent 1 at the end"
    )]
    Mismatch {
        /// The axis, counted from 0 in the shape of the result.
        axis: usize,
        /// The left operand's extent.
        left: usize,
        /// The right operand's extent.
        right: usize,
    },
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for BroadcastError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}

type Broadcast<A = Array<f64>> = Result<A, BroadcastError>;

/// The index of each value of the result becomes one of each operand, by the rules.
fn naive(operands: &Operands) -> Timed<'_, Broadcast> {
    let Operands { op, a, b } = operands;
    Timed::returning(move || {
        let shape = result_shape(&a.shape, &b.shape)?;
        let mut data = Vec::new();
        for position in 0..shape.iter().product() {
            let (a, b) = (value_at(a, &shape, position), value_at(b, &shape, position));
            data.push(match op {
                Op::Add => a + b,
                Op::Sub => a - b,
                Op::Mul => a * b,
            });
        }
        Ok(Array { shape, data })
    })
}

/// The value that stands at a row-major position of the result once `array` is stretched to it.
fn value_at(array: &Array<f64>, shape: &[usize], position: usize) -> f64 {
    let (mut rest, mut stride, mut offset) = (position, 1, 0);
    for (axis, extent) in shape.iter().enumerate().rev() {
        let index = rest % extent;
        rest /= extent;
        let missing = shape.len() - array.shape.len();
        if axis >= missing {
            let own = array.shape[axis - missing];
            offset += if own == 1 { 0 } else { index * stride };
            stride *= own;
        }
    }
    array.data[offset]
}

fn with_ndarray(operands: &Operands) -> Timed<'_, Broadcast> {
    fn view(array: &Array<f64>) -> ArrayViewD<'_, f64> {
        ArrayViewD::from_shape(array.shape.as_slice(), &array.data)
            .expect("an array holds as many values as its shape says")
    }
    let (a, b) = (view(&operands.a), view(&operands.b));
    Timed::returning(move || -> Broadcast<ArrayD<f64>> {
        // ndarray panics where shapes do not fit.
        result_shape(a.shape(), b.shape())?;
        Ok(match operands.op {
            Op::Add => &a + &b,
            Op::Sub => &a - &b,
            Op::Mul => &a * &b,
        })
    })
    .seen_as(|result| {
        result.map(|out| Array { shape: out.shape().to_vec(), data: out.iter().copied().collect() })
    })
}

fn simd(operands: &Operands) -> Timed<'_, Broadcast> {
    let Operands { op, a, b } = operands;
    Timed::returning(move || {
        let shape = result_shape(&a.shape, &b.shape)?;
        let mut data = vec![0.0; shape.iter().product()];
        Plan::new(&a.shape, &b.shape, &shape).compute(*op, &a.data, &b.data, 0, &mut data);
        Ok(Array { shape, data })
    })
}

fn preallocated(operands: &Operands) -> Timed<'_, Broadcast> {
    planned(operands, |plan, Operands { op, a, b }, out| {
        plan.compute(*op, &a.data, &b.data, 0, out);
    })
}

/// Values one task computes: enough to outweigh the hand-over, few enough to balance.
const VALUES_PER_TASK: usize = 256 * 1024;

fn with_rayon(operands: &Operands) -> Timed<'_, Broadcast> {
    planned(operands, |plan, Operands { op, a, b }, out| {
        out.par_chunks_mut(VALUES_PER_TASK).enumerate().for_each(|(task, out)| {
            plan.compute(*op, &a.data, &b.data, task * VALUES_PER_TASK, out);
        });
    })
}

/// Shape, plan and the result's memory made beforehand; operands that do not fit leave no work.
fn planned<'a>(
    operands: &'a Operands,
    compute: impl Fn(&Plan, &Operands, &mut [f64]) + 'a,
) -> Timed<'a, Broadcast> {
    let prepared = result_shape(&operands.a.shape, &operands.b.shape).map(|shape| {
        let plan = Plan::new(&operands.a.shape, &operands.b.shape, &shape);
        let data = vec![0.0; shape.iter().product()];
        (plan, Array { shape, data })
    });
    Timed::in_place(
        prepared,
        move |prepared| {
            if let Ok((plan, out)) = prepared {
                compute(plan, operands, &mut out.data);
            }
        },
        |prepared| prepared.as_ref().map(|(_, out)| out.clone()).map_err(Clone::clone),
    )
}
