//! Boxed sums, strides, softmax in f32, log-sum-exp, medians and sparse products: the inputs at
//! which a plausible implementation goes wrong, and inputs that nobody chose, on every variant.

mod common;

use amdahl::{Array, Exchange, Exchanged, Kernel, Matrix, Tolerance, Value};
use amdahl_kernels::array::strides::{Layout, StridesError};
use amdahl_kernels::array::{boxed_sum, log_sum_exp, softmax_f32, strides};
use amdahl_kernels::linalg::sparse_matvec::{self, Csr, Product};
use amdahl_kernels::stats::median;
use common::values::{EXTREME, ODD, boxed, matrices, ordinary, with_extremes, with_odd};
use common::{all_agree, matrix, numbers, results};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;
const MAX: f64 = f64::MAX;

fn is_close(got: f64, want: f64, absolute: f64) -> bool {
    got == want || (got.is_nan() && want.is_nan()) || (got - want).abs() <= absolute
}

/// Holds the nameless doubles of every variant to `want`.
fn expect(kernel: &Kernel, input: &Exchanged, want: &[f64], absolute: f64) {
    for (who, result) in results(kernel, input) {
        let got = numbers(&result, "");
        let close = got.len() == want.len()
            && got.iter().zip(want).all(|(got, want)| is_close(*got, *want, absolute));
        assert!(close, "{who}: got {got:?}, want {want:?}");
    }
}

fn expect_sum(values: &[f64], want: f64) {
    expect(&boxed_sum::kernel(), &values.to_vec().to_exchanged(), &[want], 0.0);
}

#[test]
fn the_sum_of_no_numbers_is_zero_and_of_one_that_number() {
    expect_sum(&[], 0.0);
    expect_sum(&[-2.5], -2.5);
    expect_sum(&[5e-324], 5e-324);
}

#[test]
fn every_number_is_summed_once_however_many_there_are() {
    // Whole numbers below 2^53 add without rounding, in any order.
    for n in [31, 32, 33, 1_000, 65_537, 200_003] {
        let values: Vec<f64> = (1..=n).map(f64::from).collect();
        expect_sum(&values, f64::from(n) * f64::from(n + 1) / 2.0);
    }
}

#[test]
fn a_sum_with_nan_or_with_infinities_of_both_signs_is_nan() {
    for at in [0, 40, 66] {
        let mut values = vec![1.0; 67];
        values[at] = INF;
        expect_sum(&values, INF);
        values[33] = -INF;
        expect_sum(&values, NAN);
        values[33] = 1.0;
        values[at] = NAN;
        expect_sum(&values, NAN);
    }
}

fn layout(shape: &[i64], itemsize: i64, order: &str) -> Exchanged {
    Layout { shape: shape.to_vec(), itemsize, order: order.to_owned() }.to_exchanged()
}

fn expect_strides(shape: &[i64], itemsize: i64, order: &str, want: &[i64]) {
    for (who, result) in results(&strides::kernel(), &layout(shape, itemsize, order)) {
        assert_eq!(result, want.to_vec().to_exchanged(), "{who} of {shape:?}");
    }
}

#[test]
fn strides_of_the_exercises_example_are_those_it_gives() {
    expect_strides(&[3, 4, 5], 4, "C", &[80, 20, 4]);
    expect_strides(&[3, 4, 5], 4, "F", &[4, 12, 48]);
}

#[test]
fn an_array_without_a_byte_has_strides_of_zero_and_a_scalar_has_none() {
    for order in ["C", "F"] {
        expect_strides(&[0], 8, order, &[0]);
        expect_strides(&[3, 0, 5], 8, order, &[0, 0, 0]);
        expect_strides(&[0, 7], 1, order, &[0, 0]);
        expect_strides(&[2, 3], 0, order, &[0, 0]);
        expect_strides(&[], 8, order, &[]);
    }
}

#[test]
fn the_largest_array_there_can_be_has_strides_and_one_larger_is_an_error() {
    let half = 1_i64 << 31;
    expect_strides(&[half, half, 1], 1, "C", &[half, 1, 1]);
    expect_strides(&[i64::MAX], 1, "F", &[1]);
    expect_error(&[half, half], 2, "C", "exceeds 2^63 - 1 bytes");
    expect_error(&[i64::MAX, 2], 1, "F", "exceeds 2^63 - 1 bytes");
    // NumPy refuses these too, though they hold nothing.
    expect_error(&[i64::MAX, 2, 0], 1, "C", "exceeds 2^63 - 1 bytes");
    expect_error(&[0, i64::MAX], 2, "F", "exceeds 2^63 - 1 bytes");
    // An item of no bytes fits any number of times.
    expect_strides(&[i64::MAX, i64::MAX], 0, "C", &[0, 0]);
}

fn expect_error(shape: &[i64], itemsize: i64, order: &str, part: &str) {
    for (who, result) in results(&strides::kernel(), &layout(shape, itemsize, order)) {
        let Exchanged::Error(message) = result else { panic!("{who}: {result:?}") };
        assert!(message.contains(part), "{who}: {message}");
    }
}

#[test]
fn a_layout_that_cannot_be_is_an_error_that_says_what_is_wrong() {
    expect_error(&[3, -1], 8, "C", "axis 1 has the extent -1");
    expect_error(&[0, -1], 8, "F", "axis 1 has the extent -1");
    expect_error(&[3], -8, "C", "an item of -8 bytes");
    expect_error(&[3], 8, "A", "the order is `A`: give `C`");
    expect_error(&[], 8, "", "the order is ``");
}

fn singles(rows: usize, cols: usize, data: &[f32]) -> Exchanged {
    Matrix::from_vec(rows, cols, data.to_vec()).to_exchanged()
}

fn expect_softmax(rows: usize, cols: usize, data: &[f32], want: &[f32]) {
    for (who, result) in results(&softmax_f32::kernel(), &singles(rows, cols, data)) {
        let Ok(Value::F32(Array { data: got, .. })) = result.clone().take("") else {
            panic!("{who}: {result:?}")
        };
        let close = got.len() == want.len()
            && got.iter().zip(want).all(|(&got, &want)| is_close(got.into(), want.into(), 1e-7));
        assert!(close, "{who}: got {got:?}, want {want:?}");
    }
}

#[test]
fn softmax_in_single_precision_has_the_edges_of_the_one_in_double() {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    expect_softmax(2, 3, &[1e4, 1e4, -1e4, 3e38, 3e38, -3e38], &[0.5, 0.5, 0.0, 0.5, 0.5, 0.0]);
    expect_softmax(1, 3, &[0.0, -inf, 0.0], &[0.5, 0.0, 0.5]);
    let data = [inf, 0.0, -inf, -inf, 3.0, 3.0, nan, 1.0];
    expect_softmax(4, 2, &data, &[nan, nan, nan, nan, 0.5, 0.5, nan, nan]);
    for cols in [15, 16, 17, 33] {
        let mut row = vec![-1.0; cols];
        row[cols - 1] = nan;
        expect_softmax(1, cols, &row, &vec![nan; cols]);
        row[cols - 1] = 200.0;
        let mut want = vec![0.0; cols];
        want[cols - 1] = 1.0;
        expect_softmax(1, cols, &row, &want);
    }
}

fn expect_log_sum_exp(rows: usize, cols: usize, data: &[f64], want: &[f64]) {
    expect(&log_sum_exp::kernel(), &matrix(rows, cols, data), want, 1e-14);
}

#[test]
fn log_sum_exp_of_large_and_of_very_negative_values_stays_in_range() {
    let ln_2 = std::f64::consts::LN_2;
    let data = [1_000.0, 1_000.0, -1_000.0, -1_000.0, MAX, MAX, -MAX, MAX, 5e-324, 0.0];
    let want = [1_000.0 + ln_2, -1_000.0 + ln_2, MAX, MAX, ln_2];
    expect(&log_sum_exp::kernel(), &matrix(5, 2, &data), &want, 1e-12);
}

#[test]
fn log_sum_exp_carries_infinities_through_and_skips_minus_infinity() {
    let data = [INF, 1.0, INF, -INF, INF, INF, -INF, -INF, -INF, 3.0];
    expect_log_sum_exp(5, 2, &data, &[INF, INF, INF, -INF, 3.0]);
    expect_log_sum_exp(1, 67, &[-INF; 67], &[-INF]);
    let mut row = [0.0; 67];
    row[66] = INF;
    expect_log_sum_exp(1, 67, &row, &[INF]);
}

#[test]
fn log_sum_exp_of_a_row_with_nan_is_nan_whatever_stands_beside_it() {
    for other in [0.0, INF, -INF, NAN] {
        for n in [2, 9, 67] {
            for at in [0, n / 2, n - 1] {
                let mut row = vec![other; n];
                row[at] = NAN;
                expect_log_sum_exp(1, n, &row, &[NAN]);
            }
        }
    }
}

#[test]
fn log_sum_exp_of_an_empty_row_is_the_logarithm_of_zero() {
    expect_log_sum_exp(3, 0, &[], &[-INF; 3]);
    expect_log_sum_exp(0, 3, &[], &[]);
}

fn expect_median(values: &[f64], want: f64) {
    expect(&median::kernel(), &values.to_vec().to_exchanged(), &[want], 0.0);
}

#[test]
fn the_median_of_an_even_count_is_the_mean_of_the_middle_two() {
    expect_median(&[4.0, 1.0, 3.0, 2.0], 2.5);
    expect_median(&[1.0, 3.0], 2.0);
    expect_median(&[3.0, 1.0, 2.0], 2.0);
    expect_median(&[7.0], 7.0);
    expect_median(&[MAX, MAX], MAX);
    for n in [1_023, 1_024, 1_025, 4_098, 70_000, 70_001] {
        // Every seventh value in turn: no order that a sample could profit from.
        let values: Vec<f64> = (0..n).map(|i| f64::from(i * 7_919 % n)).collect();
        expect_median(&values, f64::from(n - 1) / 2.0);
    }
}

#[test]
fn the_median_of_nothing_is_nan_and_nan_anywhere_makes_it_nan() {
    expect_median(&[], NAN);
    for n in [1, 2, 9, 2_000, 70_000] {
        for at in [0, n / 3, n - 1] {
            for nan in [NAN, -NAN] {
                let mut values: Vec<f64> = (0..n).map(|i| i as f64).collect();
                values[at] = nan;
                expect_median(&values, NAN);
            }
        }
    }
}

#[test]
fn infinities_and_signed_zeros_take_their_places_in_the_order() {
    expect_median(&[INF, 1.0, -INF], 1.0);
    expect_median(&[INF, INF, 2.0], INF);
    expect_median(&[-INF, INF], NAN);
    expect_median(&[-INF, -INF, INF, -INF], -INF);
    for n in [3, 3_000] {
        let repeated = |value: f64| vec![value; n];
        expect_median(&repeated(-INF), -INF);
        expect_median(&repeated(INF), INF);
        expect_median(&repeated(-0.0), 0.0);
        let zeros: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 0.0 } else { -0.0 }).collect();
        expect_median(&zeros, 0.0);
    }
}

#[test]
fn the_median_is_right_where_a_sample_or_a_histogram_would_mislead() {
    let n = 70_000_u32;
    // Every stride meets a spike; all values but the last share their leading bits.
    let spiked = (0..n).map(|i| if i % 7 == 0 { 1e3 } else { 1.0 }).collect::<Vec<_>>();
    let halves = (0..n).map(|i| f64::from(i < n / 2)).collect::<Vec<_>>();
    let close = (0..n).map(|i| 1.0 + f64::from(i) * f64::EPSILON).collect::<Vec<_>>();
    let signs = (0..n).map(|i| if i % 2 == 0 { -1e-300 } else { 1e-300 }).collect::<Vec<_>>();
    expect_median(&spiked, 1.0);
    expect_median(&halves, 0.5);
    expect_median(&close, 1.0 + 34_999.5 * f64::EPSILON);
    expect_median(&signs, 0.0);
}

fn product(rows: usize, cols: usize, dense: &[f64], v: &[f64]) -> Product {
    let dense = Matrix::from_vec(rows, cols, dense.to_vec());
    Product { matrix: Csr::from_dense(&dense), v: v.to_vec() }
}

#[test]
fn an_empty_row_gives_zero_wherever_it_stands() {
    let dense = [0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0, -1.0, 0.0, 0.0];
    let input = product(5, 2, &dense, &[10.0, 100.0]).to_exchanged();
    expect(&sparse_matvec::kernel(), &input, &[0.0, 20.0, 0.0, -70.0, 0.0], 0.0);
    let empty = product(3, 4, &[0.0; 12], &[1.0; 4]).to_exchanged();
    expect(&sparse_matvec::kernel(), &empty, &[0.0; 3], 0.0);
    let without_columns = product(2, 0, &[], &[]).to_exchanged();
    expect(&sparse_matvec::kernel(), &without_columns, &[0.0; 2], 0.0);
}

#[test]
fn nan_and_infinity_in_the_matrix_stay_in_their_rows() {
    let dense = [INF, 0.0, NAN, 1.0, 0.0, 1.0, -INF, INF];
    let input = product(4, 2, &dense, &[2.0, 3.0]).to_exchanged();
    expect(&sparse_matvec::kernel(), &input, &[INF, NAN, 3.0, NAN], 0.0);
}

#[test]
fn an_absent_entry_is_no_factor_of_an_infinite_value() {
    let dense = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 2.0];
    for (odd, want) in [(INF, [1.0, INF, 0.0, INF]), (NAN, [1.0, NAN, 0.0, NAN])] {
        let input = product(4, 2, &dense, &[1.0, odd]).to_exchanged();
        for (who, result) in results(&sparse_matvec::kernel(), &input) {
            let is_dense = ["/dense ", "/ndarray ", "/nalgebra "].iter().any(|d| who.contains(d));
            let got = numbers(&result, "");
            if is_dense {
                assert!(
                    got[0].is_nan() && got[2].is_nan(),
                    "{who}: it multiplied no zero: {got:?}"
                );
            } else {
                let same = got.iter().zip(want).all(|(got, want)| is_close(*got, want, 0.0));
                assert!(same, "{who}: got {got:?}, want {want:?}");
            }
        }
    }
}

#[test]
fn a_vector_that_does_not_fit_the_matrix_is_refused() {
    let input = Exchanged::named([
        ("dense", (&Matrix::from_vec(1, 2, vec![1.0, 2.0])).into()),
        ("v", Value::vector(&[1.0])),
    ]);
    let error = sparse_matvec::kernel().evaluate("naive", input, 1).unwrap_err();
    assert!(error.to_string().contains("as many values as `dense` has columns"), "{error}");
}

#[test]
fn rows_beyond_one_task_are_multiplied_too() {
    // Row i stores i mod 5 entries of i, one after the other.
    let (rows, cols) = (1_500, 7);
    let dense = Matrix::from_fn(rows, cols, |i, j| if j < i % 5 { i as f64 } else { 0.0 });
    let input = Product { matrix: Csr::from_dense(&dense), v: vec![2.0; cols] };
    let want: Vec<f64> = (0..rows).map(|i| (2 * i * (i % 5)) as f64).collect();
    expect(&sparse_matvec::kernel(), &input.to_exchanged(), &want, 0.0);
}

/// Vectors of up to 99 values, and of some thousands of few different ones.
fn vectors(value: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Vec<f64>> {
    let long = prop::collection::vec(value.clone(), 1..40)
        .prop_flat_map(|few| prop::collection::vec(prop::sample::select(few), 1_024..3_000));
    prop_oneof![3 => prop::collection::vec(value, 0..100), 1 => long]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn boxed_sums_agree_on_any_values(values in vectors(boxed(with_odd()))) {
        // Sums of up to 3,000 values of magnitude 10 at most.
        let tolerance = Tolerance::relative(0.0).plus_absolute(3_000.0 * 3e4 * f64::EPSILON);
        all_agree::<f64>(&boxed_sum::kernel(), &values.to_exchanged(), &tolerance);
    }

    #[test]
    fn strides_agree_on_any_shape(
        shape in prop::collection::vec(prop_oneof![8 => 0..9_i64, 1 => -2..2_i64, 1 => any::<i64>()], 0..9),
        itemsize in prop_oneof![8 => 0..17_i64, 1 => any::<i64>()],
        order in prop::sample::select(vec!["C", "F", "C", "F", "K"]),
    ) {
        let input = layout(&shape, itemsize, order);
        all_agree::<Result<Vec<i64>, StridesError>>(&strides::kernel(), &input, &Tolerance::EXACT);
    }

    #[test]
    fn softmax_in_single_precision_agrees_on_any_values(
        x in matrices(boxed(with_extremes())),
        factor in prop::sample::select(vec![1.0_f32, 10.0, 100.0]),
    ) {
        #[allow(clippy::cast_possible_truncation, reason = "beyond single precision is infinite")]
        let data = x.as_slice().iter().map(|&value| factor * value as f32).collect();
        let x = Matrix::from_vec(x.rows(), x.cols(), data);
        // The kernel's own bound at 20 columns.
        let tolerance = Tolerance::relative(48.0 * f64::from(f32::EPSILON));
        all_agree::<Matrix<f32>>(&softmax_f32::kernel(), &x.to_exchanged(), &tolerance);
    }

    #[test]
    fn log_sum_exp_agrees_on_any_values(
        x in matrices(boxed(with_extremes())),
        factor in prop::sample::select(vec![1.0, 100.0]),
    ) {
        let data = x.as_slice().iter().map(|value| factor * value).collect();
        let x = Matrix::from_vec(x.rows(), x.cols(), data);
        let tolerance = Tolerance::relative(4.0 * f64::EPSILON).plus_absolute(1e-14);
        all_agree::<Vec<f64>>(&log_sum_exp::kernel(), &x.to_exchanged(), &tolerance);
    }

    #[test]
    fn medians_agree_on_any_values_and_ties(values in vectors(boxed(prop_oneof![
        60 => ordinary(),
        4 => prop::sample::select(&EXTREME[..]),
        1 => prop::sample::select(&ODD[..]),
    ]))) {
        all_agree::<f64>(&median::kernel(), &values.to_exchanged(), &Tolerance::EXACT);
    }

    #[test]
    fn sparse_products_agree_for_finite_vectors(
        x in matrices(boxed(prop_oneof![4 => Just(0.0), 1 => Just(-0.0), 4 => with_odd()])),
        v in prop::collection::vec(prop_oneof![8 => ordinary(), 1 => Just(-0.0)], 20),
    ) {
        let input = Product { matrix: Csr::from_dense(&x), v: v[..x.cols()].to_vec() };
        // Twenty products of magnitude 100 at most.
        let tolerance = Tolerance::relative(0.0).plus_absolute(42.0 * 2_000.0 * f64::EPSILON);
        all_agree::<Vec<f64>>(&sparse_matvec::kernel(), &input.to_exchanged(), &tolerance);
    }
}
