//! Strategies for vectors, arrays of any rank, and integers up to their ends.

use amdahl::Array;
use amdahl_kernels::array::axis_sum::{AxisSum, Order};
use amdahl_kernels::array::broadcast::{Op, Operands};
use proptest::prelude::*;

/// An array of this shape and these values.
pub fn array(shape: &[usize], data: &[f64]) -> Array<f64> {
    Array { shape: shape.to_vec(), data: data.to_vec() }
}

/// Vectors of up to 100 values.
pub fn vectors(value: impl Strategy<Value = f64>) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(value, 0..100)
}

/// Vectors of up to 100 integers, small ones and those near the ends among any.
pub fn integers() -> impl Strategy<Value = Vec<i64>> {
    let value = prop_oneof![
        any::<i64>(),
        -9..9_i64,
        (0..9_i64).prop_map(|step| i64::MIN + step),
        (0..9_i64).prop_map(|step| i64::MAX - step),
    ];
    prop::collection::vec(value, 0..100)
}

fn filled(
    shape: Vec<usize>,
    value: impl Strategy<Value = f64>,
) -> impl Strategy<Value = Array<f64>> {
    prop::collection::vec(value, shape.iter().product::<usize>())
        .prop_map(move |data| Array { shape: shape.clone(), data })
}

/// Two shapes of up to four axes, of which most fit: each axis is an extent, or 1 in either of
/// them; leading axes of the second are cut; now and then an extent is one more.
pub fn operands(value: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Operands> {
    let axis = (0..6_usize, 0..4_u8, 0..40_u8);
    let axes = (prop::collection::vec(axis, 0..5), 0..5_usize);
    let op = prop::sample::select(vec![Op::Add, Op::Sub, Op::Mul]);
    (op, axes, any::<bool>()).prop_flat_map(move |(op, (axes, cut), swapped)| {
        let left = axes.iter().map(|&(extent, ones, _)| if ones == 1 { 1 } else { extent });
        let right = axes.iter().skip(cut).map(|&(extent, ones, wrong)| match (ones, wrong) {
            (2, _) => 1,
            (_, 0) => extent + 1,
            _ => extent,
        });
        let (left, right): (Vec<usize>, Vec<usize>) = (left.collect(), right.collect());
        let (left, right) = if swapped { (right, left) } else { (left, right) };
        (filled(left, value.clone()), filled(right, value.clone()))
            .prop_map(move |(a, b)| Operands { op, a, b })
    })
}

/// Arrays of up to four axes in either order, and an axis that most of them have.
pub fn axis_sums(value: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = AxisSum> {
    let order = prop::sample::select(vec![Order::C, Order::Fortran]);
    let shape = prop::collection::vec(0..7_usize, 0..5);
    (shape, order, -5..5_i64).prop_flat_map(move |(shape, order, axis)| {
        filled(shape, value.clone()).prop_map(move |Array { shape, data }| AxisSum {
            axis,
            shape,
            order,
            data,
        })
    })
}
