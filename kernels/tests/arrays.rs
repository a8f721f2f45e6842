//! Elementwise kernels, selections and sums along an axis, on inputs at which a plausible
//! implementation goes wrong, each on every variant; and their agreement on inputs nobody chose.

mod common;

use amdahl::{Array, Exchange, Exchanged, Kernel, Matrix, Tolerance, Value};
use amdahl_kernels::array::axis_sum::{self, AxisSum, AxisSumError, Order};
use amdahl_kernels::array::broadcast::{self, BroadcastError, Op, Operands};
use amdahl_kernels::array::{center, mask_select, select_where, square, view_or_copy};
use common::arrays::{array, axis_sums, integers, operands, vectors};
use common::values::{boxed, matrices, ordinary, with_extremes, with_odd};
use common::{all_agree, matrix, numbers, results};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// Holds the nameless result of every variant to `want` exactly, NaN being NaN.
fn expect(kernel: &Kernel, input: &Exchanged, want: &[f64]) {
    for (who, result) in results(kernel, input) {
        let got = numbers(&result, "");
        let equal = |(got, want): (&f64, &f64)| got == want || (got.is_nan() && want.is_nan());
        let equal = got.len() == want.len() && got.iter().zip(want).all(equal);
        assert!(equal, "{who}: got {got:?}, want {want:?}");
    }
}

/// The shape of every variant's nameless result.
fn expect_shape(kernel: &Kernel, input: &Exchanged, want: &[usize]) {
    for (who, result) in results(kernel, input) {
        let Ok(Value::F64(Array { shape, .. })) = result.clone().take("") else {
            panic!("{who}: {result:?}")
        };
        assert_eq!(shape, want, "{who}");
    }
}

fn expect_error(kernel: &Kernel, input: &Exchanged, words: &[&str]) {
    for (who, result) in results(kernel, input) {
        let Exchanged::Error(message) = result else { panic!("{who}: {result:?}") };
        assert!(words.iter().all(|word| message.contains(word)), "{who}: {message}");
    }
}

#[test]
fn squares_overflow_to_infinity_and_underflow_to_zero() {
    let data = [-0.0, -3.0, 1e200, -1e-200, NAN, -INF];
    let want = [0.0, 9.0, INF, 0.0, NAN, INF];
    expect(&square::kernel(), &matrix(2, 3, &data), &want);
}

#[test]
fn squares_of_nothing_keep_their_shape() {
    for (rows, cols) in [(0, 3), (3, 0), (0, 0)] {
        expect_shape(&square::kernel(), &matrix(rows, cols, &[]), &[rows, cols]);
    }
}

fn broadcast_of(op: Op, a: (&[usize], &[f64]), b: (&[usize], &[f64])) -> Exchanged {
    Operands { op, a: array(a.0, a.1), b: array(b.0, b.1) }.to_exchanged()
}

#[test]
fn shapes_that_do_not_fit_are_an_error_that_names_the_axis_and_both_extents() {
    let kernel = broadcast::kernel();
    let input = broadcast_of(Op::Add, (&[3, 4], &[0.0; 12]), (&[3], &[0.0; 3]));
    expect_error(&kernel, &input, &["axis 1", "extent 4 on the left", "3 on the right"]);
    let input = broadcast_of(Op::Mul, (&[2, 3], &[0.0; 6]), (&[5, 1, 2, 1], &[0.0; 10]));
    expect_shape(&kernel, &input, &[5, 1, 2, 3]);
    let input = broadcast_of(Op::Mul, (&[2, 3], &[0.0; 6]), (&[5, 0, 3], &[]));
    expect_error(&kernel, &input, &["axis 1", "extent 2 on the left", "0 on the right"]);
}

#[test]
fn a_row_is_added_to_each_row_and_a_column_to_each_column() {
    let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let row = broadcast_of(Op::Add, (&[2, 3], &a), (&[3], &[10.0, 20.0, 30.0]));
    expect(&broadcast::kernel(), &row, &[11.0, 22.0, 33.0, 14.0, 25.0, 36.0]);
    let column = broadcast_of(Op::Sub, (&[2, 1], &[10.0, 20.0]), (&[2, 3], &a));
    expect(&broadcast::kernel(), &column, &[9.0, 8.0, 7.0, 16.0, 15.0, 14.0]);
}

#[test]
fn both_operands_may_stretch_at_once() {
    let input = broadcast_of(Op::Mul, (&[3, 1], &[1.0, 2.0, 3.0]), (&[1, 2], &[5.0, 7.0]));
    expect(&broadcast::kernel(), &input, &[5.0, 7.0, 10.0, 14.0, 15.0, 21.0]);
}

#[test]
fn scalars_broadcast_to_anything_and_extent_one_to_zero() {
    let kernel = broadcast::kernel();
    let scalars = broadcast_of(Op::Sub, (&[], &[2.0]), (&[], &[5.0]));
    expect(&kernel, &scalars, &[-3.0]);
    expect_shape(&kernel, &scalars, &[]);
    let stretched = broadcast_of(Op::Sub, (&[], &[2.0]), (&[2, 1, 1], &[INF, NAN]));
    expect(&kernel, &stretched, &[-INF, NAN]);
    expect_shape(&kernel, &stretched, &[2, 1, 1]);
    let empty = broadcast_of(Op::Add, (&[4, 1], &[0.0; 4]), (&[1, 0], &[]));
    expect_shape(&kernel, &empty, &[4, 0]);
}

#[test]
fn an_unknown_operation_is_refused_by_name() {
    let one: Value = 1.0.into();
    let input = Exchanged::named([("op", "div".into()), ("a", one.clone()), ("b", one)]);
    let error = broadcast::kernel().evaluate("naive", input, 1).unwrap_err().to_string();
    assert!(error.contains("`add`, `sub` or `mul`") && error.contains("`div`"), "{error}");
}

#[test]
fn centring_survives_a_large_mean() {
    // Deviations are multiples of 2^-10 around 2^27, so that every sum of 1,001 rows is exact.
    let rows = 1_001;
    let deviation = |i: usize, j: usize| ((i * 37 + j * 11) % 1_001) as f64 - 500.0;
    let entry = |i, j| 134_217_728.0 + deviation(i, j) / 1_024.0;
    let x = Matrix::from_fn(rows, 3, entry);
    let want = Matrix::from_fn(rows, 3, |i, j| deviation(i, j) / 1_024.0);
    expect(&center::kernel(), &x.to_exchanged(), want.as_slice());
}

#[test]
fn centring_a_single_row_gives_zeros_and_no_row_nothing() {
    expect(&center::kernel(), &matrix(1, 3, &[1e300, -0.1, 5e-324]), &[0.0; 3]);
    expect_shape(&center::kernel(), &matrix(0, 3, &[]), &[0, 3]);
}

#[test]
fn nan_and_infinities_stay_in_their_column_when_centred() {
    let data = [NAN, 1.0, INF, INF, 2.0, 3.0, 1.0, -INF];
    let want = [NAN, -1.0, NAN, NAN, NAN, 1.0, -INF, NAN];
    expect(&center::kernel(), &matrix(2, 4, &data), &want);
}

fn expect_integers(kernel: &Kernel, input: &[i64], want: &[i64]) {
    for (who, result) in results(kernel, &input.to_vec().to_exchanged()) {
        let got = Vec::<i64>::from_exchanged(result).expect("integers");
        assert_eq!(got, want, "{who}");
    }
}

#[test]
fn multiples_of_three_are_kept_whatever_their_sign() {
    let input = [-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7];
    let want = [-1, -6, -1, -1, -3, -1, -1, 0, -1, -1, 3, -1, -1, 6, -1];
    expect_integers(&select_where::kernel(), &input, &want);
}

#[test]
fn the_ends_of_the_integers_are_divided_rightly() {
    // The digits of 2^63 add up to 89, so 2^63 = 3k + 2: Python says (-2**63) % 3 == 1.
    let (least, most) = (i64::MIN, i64::MAX);
    let input = [least, least + 1, least + 2, most, most - 1, most - 2, least + 3, most - 4];
    let want = [-1, -1, least + 2, -1, most - 1, -1, -1, most - 4];
    expect_integers(&select_where::kernel(), &input, &want);
}

#[test]
fn a_selection_may_be_of_none_or_of_all() {
    for n in [0, 1, 7, 8, 9, 8_192, 20_011] {
        let kernel = mask_select::kernel();
        expect(&kernel, &vec![0.5; n].to_exchanged(), &[]);
        expect(&kernel, &vec![0.75; n].to_exchanged(), &vec![0.75; n]);
    }
}

#[test]
fn the_threshold_itself_and_nan_are_not_selected_and_infinity_is() {
    let above = 0.5 + f64::EPSILON;
    let input = vec![0.5, above, NAN, INF, -INF, -NAN, 0.0, 5e-324, f64::MAX, -1.0];
    expect(&mask_select::kernel(), &input.to_exchanged(), &[above, INF, f64::MAX]);
}

#[test]
fn a_selection_keeps_the_order_over_many_chunks() {
    let input: Vec<f64> = (0..100_003_u32).map(|i| f64::from(i % 5) * f64::from(i)).collect();
    let want: Vec<f64> = input.iter().copied().filter(|value| *value > 0.5).collect();
    expect(&mask_select::kernel(), &input.to_exchanged(), &want);
}

#[test]
fn a_view_sums_the_even_places_alone() {
    for n in [0_u32, 1, 2, 3, 15, 16, 17, 64, 65, 300_001] {
        // At odd places stands what would show at once.
        let odd = [NAN, INF, -INF, 1e300];
        let value =
            |i: u32| if i.is_multiple_of(2) { f64::from(i) } else { odd[i as usize / 2 % 4] };
        let input: Vec<f64> = (0..n).map(value).collect();
        let want: f64 = (0..n).step_by(2).map(f64::from).sum();
        expect(&view_or_copy::kernel(), &input.to_exchanged(), &[want]);
    }
}

#[test]
fn nan_and_infinity_at_an_even_place_reach_the_sum() {
    for n in [1, 9, 70, 140_000] {
        for at in [0, n / 4 * 2, (n - 1) / 2 * 2] {
            for value in [NAN, INF, -INF] {
                let mut input = vec![1.0; n];
                input[at] = value;
                expect(&view_or_copy::kernel(), &input.to_exchanged(), &[value]);
            }
        }
    }
}

fn axis_of(axis: i64, shape: &[usize], data: &[f64]) -> Exchanged {
    AxisSum { axis, shape: shape.to_vec(), order: Order::C, data: data.to_vec() }.to_exchanged()
}

#[test]
fn each_axis_is_summed_away() {
    let data = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let sums = [
        (0, [6.0, 8.0, 10.0, 12.0]),
        (1, [4.0, 6.0, 12.0, 14.0]),
        (2, [3.0, 7.0, 11.0, 15.0]),
        (-1, [3.0, 7.0, 11.0, 15.0]),
        (-3, [6.0, 8.0, 10.0, 12.0]),
    ];
    for (axis, want) in sums {
        expect(&axis_sum::kernel(), &axis_of(axis, &[2, 2, 2], &data), &want);
    }
}

#[test]
fn an_axis_that_is_not_there_is_an_error() {
    for axis in [3, -4, i64::MAX, i64::MIN] {
        let words = ["rank 3", &axis.to_string()];
        expect_error(&axis_sum::kernel(), &axis_of(axis, &[1, 1, 1], &[0.0]), &words);
    }
    expect_error(&axis_sum::kernel(), &axis_of(0, &[], &[1.0]), &["rank 0"]);
}

#[test]
fn sums_of_no_values_are_zero_and_no_sums_keep_their_shape() {
    let kernel = axis_sum::kernel();
    expect(&kernel, &axis_of(1, &[2, 0, 3], &[]), &[0.0; 6]);
    expect(&kernel, &axis_of(0, &[0], &[]), &[0.0]);
    expect_shape(&kernel, &axis_of(0, &[0], &[]), &[]);
    expect_shape(&kernel, &axis_of(0, &[2, 0, 3], &[]), &[0, 3]);
}

#[test]
fn nan_and_infinities_stay_in_their_sum() {
    let data = [NAN, 1.0, INF, INF, 2.0, 3.0, 1.0, -INF];
    expect(&axis_sum::kernel(), &axis_of(0, &[2, 4], &data), &[NAN, 4.0, INF, NAN]);
    expect(&axis_sum::kernel(), &axis_of(1, &[4, 2], &data), &[NAN, INF, 5.0, -INF]);
}

#[test]
fn fortran_order_crosses_as_the_same_array() {
    // a[i, j, k] = 100 i + 10 j + k, laid out with i fastest.
    let shape = vec![3, 2, 4];
    let mut data = Vec::new();
    for k in 0..4_u8 {
        for j in 0..2_u8 {
            for i in 0..3_u8 {
                data.push(100.0 * f64::from(i) + 10.0 * f64::from(j) + f64::from(k));
            }
        }
    }
    let fortran = AxisSum { axis: 1, shape, order: Order::Fortran, data };
    let mut values = AxisSum::from_exchanged(fortran.to_exchanged()).expect("its own form");
    assert_eq!(values.order, Order::C);
    assert_eq!(values.data.drain(..6).collect::<Vec<_>>(), [0.0, 1.0, 2.0, 3.0, 10.0, 11.0]);
    assert_eq!(values.data[values.data.len() - 1], 213.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn squares_agree_on_any_values(x in matrices(boxed(with_extremes()))) {
        all_agree::<Matrix>(&square::kernel(), &x.to_exchanged(), &Tolerance::EXACT);
    }

    #[test]
    fn broadcasts_agree_on_any_values_and_shapes(operands in operands(boxed(with_extremes()))) {
        type Output = Result<Array<f64>, BroadcastError>;
        all_agree::<Output>(&broadcast::kernel(), &operands.to_exchanged(), &Tolerance::EXACT);
    }

    #[test]
    fn centred_matrices_agree_however_large_the_means(
        x in matrices(boxed(with_odd())),
        mean in prop::sample::select(vec![0.0, 1e8, -1e12]),
    ) {
        let data = x.as_slice().iter().map(|value| value + mean).collect();
        let x = Matrix::from_vec(x.rows(), x.cols(), data);
        // A mean of nine rows is off by at most ten roundings of itself.
        let tolerance = Tolerance::relative(1e-14).plus_absolute(1e-14 + 3e-15 * mean.abs());
        all_agree::<Matrix>(&center::kernel(), &x.to_exchanged(), &tolerance);
    }

    #[test]
    fn centred_columns_have_mean_zero(x in matrices(boxed(ordinary()))) {
        for (who, result) in results(&center::kernel(), &x.to_exchanged()) {
            let out = Matrix::<f64>::from_exchanged(result).expect("a matrix");
            for j in 0..out.cols() {
                let sum: f64 = (0..out.rows()).map(|i| out[(i, j)]).sum();
                prop_assert!(sum.abs() < 1e-12, "{who}: sum {sum:e} in column {j}");
            }
        }
    }

    #[test]
    fn integers_are_selected_alike(a in integers()) {
        all_agree::<Vec<i64>>(&select_where::kernel(), &a.to_exchanged(), &Tolerance::EXACT);
    }

    #[test]
    fn values_are_selected_alike(
        a in vectors(boxed(prop_oneof![with_extremes(), 0.0..1.0_f64, Just(0.5)])),
    ) {
        all_agree::<Vec<f64>>(&mask_select::kernel(), &a.to_exchanged(), &Tolerance::EXACT);
    }

    #[test]
    fn views_and_copies_have_the_same_sum(a in vectors(boxed(with_odd()))) {
        // Up to 100 values of magnitude 10, each addition rounded.
        let tolerance = Tolerance::relative(0.0).plus_absolute(100.0 * 1e3 * f64::EPSILON);
        all_agree::<f64>(&view_or_copy::kernel(), &a.to_exchanged(), &tolerance);
    }

    #[test]
    fn sums_along_any_axis_agree(input in axis_sums(boxed(with_odd()))) {
        type Output = Result<Array<f64>, AxisSumError>;
        let tolerance = Tolerance::relative(0.0).plus_absolute(100.0 * 1e3 * f64::EPSILON);
        all_agree::<Output>(&axis_sum::kernel(), &input.to_exchanged(), &tolerance);
    }
}
