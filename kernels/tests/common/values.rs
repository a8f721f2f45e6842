//! Strategies for values and arrays that nobody chose.

use amdahl::Matrix;
use proptest::prelude::*;

/// What is neither ordinary nor out of a kernel's range.
pub const ODD: [f64; 5] = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

/// Values whose squares overflow, underflow, or are subnormal themselves.
pub const EXTREME: [f64; 8] =
    [1e300, -1e300, f64::MAX, 1e-160, -1e-170, f64::MIN_POSITIVE, 5e-324, 1e-310];

pub fn ordinary() -> impl Strategy<Value = f64> {
    -10.0..10.0_f64
}

/// Mostly ordinary values, and now and then an odd one.
pub fn with_odd() -> impl Strategy<Value = f64> {
    prop_oneof![8 => ordinary(), 1 => prop::sample::select(&ODD[..])]
}

/// The same with extreme values among them.
pub fn with_extremes() -> impl Strategy<Value = f64> {
    prop_oneof![4 => with_odd(), 1 => prop::sample::select(&EXTREME[..])]
}

/// Matrices of up to 9 rows and 20 columns, which leaves a rest beside any number of lanes.
pub fn matrices(value: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Matrix> {
    (0..10_usize, 0..21_usize).prop_flat_map(move |(rows, cols)| {
        prop::collection::vec(value.clone(), rows * cols)
            .prop_map(move |data| Matrix::from_vec(rows, cols, data))
    })
}

/// Shared by value, since strategies are not.
pub fn boxed(strategy: impl Strategy<Value = f64> + 'static) -> impl Strategy<Value = f64> + Clone {
    strategy.boxed()
}
