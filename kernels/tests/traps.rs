//! The inputs at which a plausible implementation goes wrong, each on every variant.

mod common;

use amdahl::{Exchange, Exchanged, Matrix, Value};
use amdahl_kernels::array::{row_normalize, softmax};
use amdahl_kernels::cluster::pairwise_distance::{self, Points};
use amdahl_kernels::linalg::covariance;
use amdahl_kernels::stats::column_statistics;
use common::{matrix, numbers, results};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn is_close(got: f64, want: f64, relative: f64) -> bool {
    got == want || (got.is_nan() && want.is_nan()) || (got - want).abs() <= relative * want.abs()
}

fn assert_close(who: &str, got: &[f64], want: &[f64], relative: f64) {
    let close = got.len() == want.len()
        && got.iter().zip(want).all(|(got, want)| is_close(*got, *want, relative));
    assert!(close, "{who}: got {got:?}, want {want:?}");
}

/// Holds the nameless result of every variant to `want`.
fn expect(kernel: &amdahl::Kernel, input: &Exchanged, want: &[f64], relative: f64) {
    for (who, result) in results(kernel, input) {
        assert_close(&who, &numbers(&result, ""), want, relative);
    }
}

#[test]
fn covariance_survives_a_mean_a_billion_times_the_deviation() {
    // Deviations of 2^-10 around 2^20 are exact, so the covariance is known: ±2^-20 · 4/3.
    let rows = [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)];
    let (mean, deviation) = (1_048_576.0, 1.0 / 1_024.0);
    let data: Vec<f64> = rows
        .iter()
        .flat_map(|(a, b)| [mean + a * deviation, mean - a * deviation, mean + b * deviation])
        .collect();
    let v = deviation * deviation * 4.0 / 3.0;
    let want = [v, -v, 0.0, -v, v, 0.0, 0.0, 0.0, v];
    expect(&covariance::kernel(), &matrix(4, 3, &data), &want, 1e-12);
}

#[test]
fn covariance_survives_a_large_mean_over_many_blocks_of_rows() {
    let n = 4_001;
    let mut rng = amdahl::Rng::new(7);
    let data: Vec<f64> = (0..n * 3).map(|_| 1e6 + 1e-3 * rng.normal()).collect();
    let results = results(&covariance::kernel(), &matrix(n, 3, &data));
    for (who, result) in results {
        for (at, value) in numbers(&result, "").into_iter().enumerate() {
            let want = if at % 4 == 0 { 1e-6 } else { 0.0 };
            assert!((value - want).abs() < 1e-7, "{who}: {value:e} at {at}");
        }
    }
}

#[test]
fn covariance_of_one_row_is_nan_and_of_two_is_half_the_product_of_differences() {
    expect(&covariance::kernel(), &matrix(1, 2, &[1.0, 2.0]), &[NAN; 4], 0.0);
    let two = matrix(2, 2, &[1.0, 2.0, 3.0, 8.0]);
    expect(&covariance::kernel(), &two, &[2.0, 6.0, 6.0, 18.0], 1e-15);
}

#[test]
fn covariance_of_no_rows_is_an_error_that_says_what_to_do() {
    for (who, result) in results(&covariance::kernel(), &matrix(0, 3, &[])) {
        let Exchanged::Error(message) = result else { panic!("{who}: {result:?}") };
        assert!(message.contains("at least one row"), "{who}: {message}");
    }
}

#[test]
fn covariance_of_a_column_with_nan_or_infinity_is_nan_there_and_only_there() {
    for value in [NAN, INF, -INF] {
        let data = [1.0, 2.0, value, 4.0, 3.0, 7.0];
        let want = [NAN, NAN, NAN, 19.0 / 3.0];
        expect(&covariance::kernel(), &matrix(3, 2, &data), &want, 1e-14);
    }
}

#[test]
fn softmax_of_large_values_does_not_overflow() {
    let data = [1e4, 1e4, -1e4, 1e308, 1e308, -1e308];
    let want = [0.5, 0.5, 0.0, 0.5, 0.5, 0.0];
    expect(&softmax::kernel(), &matrix(2, 3, &data), &want, 1e-15);
}

#[test]
fn softmax_gives_zero_for_minus_infinity() {
    expect(&softmax::kernel(), &matrix(1, 3, &[0.0, -INF, 0.0]), &[0.5, 0.0, 0.5], 1e-15);
}

#[test]
fn softmax_of_a_row_with_infinity_or_only_minus_infinity_is_nan_and_spares_the_other_rows() {
    let data = [INF, 0.0, -INF, -INF, 3.0, 3.0, NAN, 1.0];
    let want = [NAN, NAN, NAN, NAN, 0.5, 0.5, NAN, NAN];
    expect(&softmax::kernel(), &matrix(4, 2, &data), &want, 1e-15);
}

#[test]
fn a_zero_row_stays_zero() {
    let data = [3.0, 4.0, 0.0, 0.0, 0.0, -2.0];
    let want = [0.6, 0.8, 0.0, 0.0, 0.0, -1.0];
    expect(&row_normalize::kernel(), &matrix(3, 2, &data), &want, 1e-15);
}

#[test]
fn rows_whose_squares_overflow_or_underflow_have_norm_one_too() {
    let data = [3e300, 4e300, 3e-200, 4e-200, 5e-324, 0.0, f64::MAX, f64::MAX];
    let half = 0.5_f64.sqrt();
    let want = [0.6, 0.8, 0.6, 0.8, 1.0, 0.0, half, half];
    expect(&row_normalize::kernel(), &matrix(4, 2, &data), &want, 1e-15);
}

#[test]
fn a_row_with_an_infinity_has_zeros_and_nan_and_one_with_nan_is_nan() {
    let data = [INF, 1.0, NAN, 1.0, -INF, INF, NAN, INF];
    let want = [NAN, 0.0, NAN, NAN, NAN, NAN, NAN, NAN];
    expect(&row_normalize::kernel(), &matrix(4, 2, &data), &want, 0.0);
}

fn points(x: (usize, &[f64]), c: (usize, &[f64]), d: usize) -> Exchanged {
    let matrix = |(rows, data): (usize, &[f64])| Matrix::from_vec(rows, d, data.to_vec());
    Points { x: matrix(x), c: matrix(c) }.to_exchanged()
}

#[test]
fn coincident_points_have_distance_zero_however_far_from_the_origin() {
    let x = [0.1, 0.2, 0.3, 1e8 + 0.1, 1e8 + 0.7, -1e8];
    let input = points((2, &x), (2, &x), 3);
    for (who, result) in results(&pairwise_distance::kernel(), &input) {
        let got = numbers(&result, "");
        assert_eq!((got[0], got[3]), (0.0, 0.0), "{who}");
        assert!(got.iter().all(|distance| distance.is_finite()), "{who}: {got:?}");
    }
}

#[test]
fn near_points_far_from_the_origin_keep_their_distance() {
    // 2^-20 apart at 2^20: the expansion alone would lose all of it.
    let (base, step) = (1_048_576.0, 1.0 / 1_048_576.0);
    let input = points((1, &[base, base]), (2, &[base + step, base, 0.0, base]), 2);
    expect(&pairwise_distance::kernel(), &input, &[step, base], 1e-12);
}

#[test]
fn distances_of_infinite_points_are_infinite_and_of_nan_nan() {
    let input = points((3, &[1.0, INF, NAN]), (3, &[4.0, INF, -INF]), 1);
    let want = [3.0, INF, INF, INF, NAN, INF, NAN, NAN, NAN];
    expect(&pairwise_distance::kernel(), &input, &want, 0.0);
}

#[test]
fn points_and_centroids_of_different_dimensions_are_refused() {
    let input = Exchanged::named([
        ("x", Value::F64(amdahl::Array { shape: vec![1, 2], data: vec![0.0; 2] })),
        ("c", Value::F64(amdahl::Array { shape: vec![1, 3], data: vec![0.0; 3] })),
    ]);
    let error = pairwise_distance::kernel().evaluate("naive", input, 1).unwrap_err();
    assert!(error.to_string().contains("as many columns as `x`"), "{error}");
}

/// Mean, median, std, skewness, kurtosis of a single column.
fn expect_statistics(column: &[f64], want: [f64; 5]) {
    let input = matrix(column.len(), 1, column);
    for (who, result) in results(&column_statistics::kernel(), &input) {
        let names = ["mean", "median", "std", "skewness", "kurtosis"];
        let got: Vec<f64> = names.iter().flat_map(|name| numbers(&result, name)).collect();
        assert_close(&who, &got, &want, 1e-14);
    }
}

#[test]
fn a_constant_column_has_no_skewness_and_no_kurtosis() {
    for value in [0.0, 2.5, 0.1, -1e300] {
        for n in [2, 9, 1_500] {
            expect_statistics(&vec![value; n], [value, value, 0.0, NAN, NAN]);
        }
    }
}

#[test]
fn nan_anywhere_in_a_column_makes_all_five_nan() {
    for n in [1, 2, 2_000] {
        for at in [0, n / 2, n - 1] {
            let mut column: Vec<f64> = (0..n).map(|i| i as f64).collect();
            column[at] = NAN;
            expect_statistics(&column, [NAN; 5]);
        }
    }
}

#[test]
fn an_infinity_leaves_the_mean_and_the_median() {
    expect_statistics(&[1.0, INF, 2.0], [INF, 2.0, NAN, NAN, NAN]);
    expect_statistics(&[-INF, 1.0, 2.0], [-INF, 1.0, NAN, NAN, NAN]);
    expect_statistics(&[-INF, 1.0, INF], [NAN, 1.0, NAN, NAN, NAN]);
}

#[test]
fn statistics_of_one_two_and_no_rows_follow_numpy() {
    expect_statistics(&[3.0], [3.0, 3.0, 0.0, NAN, NAN]);
    expect_statistics(&[1.0, 3.0], [2.0, 2.0, 1.0, 0.0, -2.0]);
    for (who, result) in results(&column_statistics::kernel(), &matrix(0, 2, &[])) {
        for name in ["mean", "median", "std", "skewness", "kurtosis"] {
            assert_close(&who, &numbers(&result, name), &[NAN, NAN], 0.0);
        }
    }
}

#[test]
fn the_median_is_right_where_a_sample_would_mislead() {
    // Every stride meets a spike: the bracket of the sample misses the median.
    let n = 10_000;
    let spiked: Vec<f64> = (0..n).map(|i| if i % 7 == 0 { 1e3 } else { 1.0 }).collect();
    let sorted: Vec<f64> = (0..n).map(f64::from).collect();
    let halves: Vec<f64> = (0..n).map(|i| f64::from(i < n / 2)).collect();
    for (column, want) in [(spiked, 1.0), (sorted, 4_999.5), (halves, 0.5)] {
        let input = matrix(column.len(), 1, &column);
        for (who, result) in results(&column_statistics::kernel(), &input) {
            assert_eq!(numbers(&result, "median"), [want], "{who}");
        }
    }
}
