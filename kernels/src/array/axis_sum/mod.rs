//! Sums along one axis of an array in either memory order (exercise D.3).

mod input;
mod layout;

use amdahl::count::{Counted, Scalar};
use amdahl::{Array, Bound, Cost, Kernel, Rung, Sizes, Timed, Tolerance};
use ndarray::{ArrayD, ArrayViewD, Axis, ShapeBuilder};

use input::row_major;
pub use input::{AxisSum, Order, Size};
use layout::{Layout, axis_of, result_shape};

/// The array with one axis summed away.
///
/// The exercise asks why the axis and the memory order decide the speed. They need not: with the
/// loops in memory's order each value is read once, in passing, and only the place of the running
/// sums differs, which fit into the first cache or into registers. Loops in the order of the
/// definition read one value of each line and come back for the next.
///
/// The sum of no values is 0; a NaN, or infinities of both signs, make their sum NaN. A negative
/// axis counts from the end, and one that the array does not have is an error.
pub fn kernel() -> Kernel {
    const fn size(shape: &'static [usize], order: Order, axis: i64) -> Size {
        Size { shape, order, axis }
    }
    const MEASURED: &[usize] = &[1_000, 100, 50];
    const GATE: Size = size(&[100, 100, 10], Order::C, 0);
    Kernel::new("axis_sum", "an array summed along one axis, in either memory order, f64")
        .exercise("D.3")
        .sizes(
            Sizes::smoke([
                size(&[0], Order::C, 0),
                size(&[7], Order::C, 0),
                size(&[67], Order::Fortran, -1),
                size(&[3, 0, 2], Order::C, 1),
                size(&[3, 0, 2], Order::Fortran, 0),
                size(&[1, 1, 1], Order::Fortran, 2),
                size(&[7, 5, 3], Order::C, 3),
                size(&[7, 5, 3], Order::Fortran, 1),
                size(&[11, 5, 37], Order::C, -1),
                size(&[5, 3, 2_053], Order::C, 0),
                size(&[2_053, 3, 5], Order::Fortran, 2),
                size(&[2, 524_309], Order::C, 1),
                size(&[80_021, 7], Order::C, 0),
                size(&[5, 40_009], Order::C, 0),
                GATE,
            ])
            .measured([
                size(MEASURED, Order::C, 0),
                size(MEASURED, Order::C, 2),
                size(MEASURED, Order::Fortran, 0),
                size(MEASURED, Order::Fortran, 2),
            ]),
        )
        .input(Size::array)
        .cost(|size| {
            let values = size.shape.iter().product::<usize>() as f64;
            let sums = values / extent_summed(size);
            Cost { flops: values - sums, bytes: 8.0 * (values + sums) }
        })
        .bound_by(Bound::Read)
        // A sum of n values of one sign is within n rounding errors in any order; both sides have
        // them.
        .agree_within(|size| Tolerance::relative(2.0 * (extent_summed(size) + 2.0) * f64::EPSILON))
        .gate(GATE)
        .reference("naive", naive::<f64>)
        .counted(AxisSum::counted, naive::<Counted>)
        .variant("ndarray", with_ndarray)
        .variant("simd", simd)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .without("nalgebra", "its matrices have two axes.")
        .without("faer", "its matrices have two axes.")
        .build()
}

/// The values in each sum; 1 where there is no such axis or none of its values.
fn extent_summed(size: &Size) -> f64 {
    let rank = size.shape.len();
    let axis = usize::try_from(size.axis).ok().or_else(|| rank.checked_sub(1));
    axis.and_then(|axis| size.shape.get(axis)).map_or(1.0, |extent| (*extent).max(1) as f64)
}

/// Why there are no sums.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AxisSumError {
    /// The axis is beyond the last or before the first.
    #[error("an array of rank {rank} has no axis {axis}: give one from -{rank} to {rank} - 1")]
    NoSuchAxis {
        /// The axis asked for.
        axis: i64,
        /// How many axes there are.
        rank: usize,
    },
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for AxisSumError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}

type Sums<A = Array<f64>> = Result<A, AxisSumError>;

/// Each sum in turn, as the definition says, whatever the order in memory.
fn naive<T: Scalar>(input: &AxisSum<T>) -> Timed<'_, Sums<Array<T>>> {
    Timed::returning(move || {
        let axis = axis_of(input)?;
        let shape = result_shape(input)?;
        let count: usize = shape.iter().product();
        let strides = input.strides();
        let mut data = Vec::new();
        for position in 0..count {
            let (mut rest, mut offset) = (position, 0);
            for at in (0..input.shape.len()).rev().filter(|at| *at != axis) {
                offset += rest % input.shape[at] * strides[at];
                rest /= input.shape[at];
            }
            let mut sum = T::default();
            for i in 0..input.shape[axis] {
                sum += input.data[offset + i * strides[axis]];
            }
            data.push(sum);
        }
        Ok(Array { shape, data })
    })
}

fn with_ndarray(input: &AxisSum) -> Timed<'_, Sums> {
    let shape = input.shape.as_slice().set_f(input.order == Order::Fortran);
    let a = ArrayViewD::from_shape(shape, &input.data)
        .expect("an array holds as many values as its shape says");
    Timed::returning(move || -> Sums<ArrayD<f64>> { Ok(a.sum_axis(Axis(axis_of(input)?))) })
        .seen_as(|result| {
            result.map(|out| Array {
                shape: out.shape().to_vec(),
                data: out.iter().copied().collect(),
            })
        })
}

/// Sums in the input's memory order, which become row-major off the clock, as `NumPy`'s do when
/// somebody asks for it.
struct InMemoryOrder {
    shape: Vec<usize>,
    order: Order,
    data: Vec<f64>,
}

impl InMemoryOrder {
    fn row_major(self) -> Array<f64> {
        row_major(self.shape, self.order, self.data)
    }
}

fn simd(input: &AxisSum) -> Timed<'_, Sums> {
    Timed::returning(move || -> Sums<InMemoryOrder> {
        let layout = Layout::of(input)?;
        let mut data = vec![0.0; layout.sums()];
        layout.sum(&input.data, &mut data);
        Ok(InMemoryOrder { shape: result_shape(input)?, order: input.order, data })
    })
    .seen_as(|result| result.map(InMemoryOrder::row_major))
}

fn preallocated(input: &AxisSum) -> Timed<'_, Sums> {
    planned(input, |layout, x, _, out| layout.sum(x, out))
}

fn with_rayon(input: &AxisSum) -> Timed<'_, Sums> {
    planned(input, Layout::sum_in_parallel)
}

/// The layout and the sums' memory made beforehand; where there is no such axis, no work is left.
fn planned<'a>(
    input: &'a AxisSum,
    sum: impl Fn(Layout, &[f64], &mut [f64], &mut [f64]) + 'a,
) -> Timed<'a, Sums> {
    let prepared = Layout::of(input)
        .map(|layout| (layout, vec![0.0; layout.partial_sums()], vec![0.0; layout.sums()]));
    Timed::in_place(
        prepared,
        move |prepared| {
            if let Ok((layout, partial, out)) = prepared {
                sum(*layout, &input.data, partial, out);
            }
        },
        |prepared| {
            let (_, _, data) = prepared.as_ref().map_err(Clone::clone)?;
            Ok(row_major(result_shape(input)?, input.order, data.clone()))
        },
    )
}
