//! Products and gradients: known answers at the inputs where a plausible implementation goes wrong,
//! and agreement of all variants on inputs that nobody chose.

mod common;

use amdahl::{Array, Exchange, Exchanged, Kernel, Matrix, Rng, Tolerance, Value};
use amdahl_kernels::linalg::batched_matmul::{self, Batches};
use amdahl_kernels::linalg::gradient_step::{self, Samples};
use amdahl_kernels::linalg::matmul::{self, Factors};
use amdahl_kernels::linalg::matmul_f32;
use common::values::{boxed, matrices, ordinary, with_odd};
use common::{all_agree, numbers, results};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn of(rows: usize, cols: usize, data: &[f64]) -> Matrix {
    Matrix::from_vec(rows, cols, data.to_vec())
}

fn single(x: &Matrix) -> Matrix<f32> {
    #[allow(clippy::cast_possible_truncation, reason = "single precision is what is asked for")]
    let data = x.as_slice().iter().map(|&value| value as f32).collect();
    Matrix::from_vec(x.rows(), x.cols(), data)
}

/// Equal, NaN to NaN.
#[track_caller]
fn assert_same(who: &str, got: &[f64], want: &[f64]) {
    let same = |(got, want): (&f64, &f64)| got == want || (got.is_nan() && want.is_nan());
    let all = got.len() == want.len() && got.iter().zip(want).all(same);
    assert!(all, "{who}: got {got:?}, want {want:?}");
}

/// Holds the product of every variant, in both precisions, to an exact one.
#[track_caller]
fn expect_product(a: &Matrix, b: &Matrix, want: &[f64]) {
    let double = Factors { a: a.clone(), b: b.clone() }.to_exchanged();
    for (who, result) in results(&matmul::kernel(), &double) {
        assert_same(&who, &numbers(&result, ""), want);
    }
    let factors = Factors { a: single(a), b: single(b) }.to_exchanged();
    for (who, result) in results(&matmul_f32::kernel(), &factors) {
        let product = Matrix::<f32>::from_exchanged(result).expect("single precision");
        let product: Vec<f64> = product.as_slice().iter().map(|&value| f64::from(value)).collect();
        assert_same(&who, &product, want);
    }
}

#[test]
fn a_product_of_odd_extents_is_the_one_of_the_definition() {
    let a = of(3, 2, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let b = of(2, 1, &[7.0, -8.0]);
    expect_product(&a, &b, &[-9.0, -11.0, -13.0]);
    expect_product(&of(1, 1, &[3.0]), &of(1, 1, &[-0.5]), &[-1.5]);
}

#[test]
fn a_product_without_inner_extent_is_zero_and_one_without_outer_extent_is_empty() {
    expect_product(&of(2, 0, &[]), &of(0, 3, &[]), &[0.0; 6]);
    expect_product(&of(0, 2, &[]), &of(2, 3, &[0.0; 6]), &[]);
    expect_product(&of(2, 2, &[0.0; 4]), &of(2, 0, &[]), &[]);
}

#[test]
fn a_zero_times_nan_or_infinity_is_nan_in_a_product() {
    let a = of(2, 2, &[0.0, 1.0, 1.0, 0.0]);
    let b = of(2, 3, &[NAN, 1.0, 5.0, 2.0, INF, 7.0]);
    expect_product(&a, &b, &[NAN, INF, 7.0, NAN, NAN, 5.0]);
}

#[test]
fn nan_and_infinity_stay_in_their_row_of_a_large_product() {
    let (m, k, n) = (141, 270, 19);
    let mut a = Matrix::from_fn(m, k, |_, _| 1.0);
    a[(77, 261)] = NAN;
    a[(139, 3)] = -INF;
    let row = |i| match i {
        77 => NAN,
        139 => -INF,
        _ => 270.0,
    };
    let want: Vec<f64> = (0..m).flat_map(|i| [row(i); 19]).collect();
    expect_product(&a, &Matrix::from_fn(k, n, |_, _| 1.0), &want);
}

#[test]
fn multiplying_by_a_permutation_moves_every_column_exactly() {
    // Extents beyond those of a block in every direction, and divisible by no tile.
    let (m, k) = (259, 301);
    let a = Matrix::from_fn(m, k, |i, j| (i * k + j) as f64);
    let mut order: Vec<usize> = (0..k).collect();
    Rng::new(5).shuffle(&mut order);
    let b = Matrix::from_fn(k, k, |i, j| f64::from(u8::from(order[j] == i)));
    let want: Vec<f64> =
        (0..m).flat_map(|i| order.iter().map(move |&j| (i, j))).map(|at| a[at]).collect();
    expect_product(&a, &b, &want);
}

#[test]
fn a_single_precision_product_overflows_where_single_precision_does() {
    let large = Matrix::from_vec(1, 1, vec![1e30_f32]);
    let factors = Factors { a: large.clone(), b: large }.to_exchanged();
    for (who, result) in results(&matmul_f32::kernel(), &factors) {
        let product = Matrix::<f32>::from_exchanged(result).expect("single precision");
        assert_eq!(product.as_slice(), [f32::INFINITY], "{who}");
    }
}

#[track_caller]
fn expect_refusal(kernel: &Kernel, input: &[(&str, Value)], word: &str) {
    let error = kernel.evaluate("naive", Exchanged::named(input.iter().cloned()), 1).unwrap_err();
    assert!(error.to_string().contains(word), "{error}");
}

#[test]
fn inputs_that_do_not_fit_one_another_are_refused() {
    let zeros = |shape: &[usize]| {
        Value::F64(Array { shape: shape.to_vec(), data: vec![0.0; shape.iter().product()] })
    };
    let (a, b) = (zeros(&[2, 3]), zeros(&[2, 3]));
    expect_refusal(&matmul::kernel(), &[("a", a), ("b", b)], "as many rows as `a` has columns");

    let batched = batched_matmul::kernel();
    let a = zeros(&[2, 3, 4]);
    let refuse = |b: &[usize], word| {
        expect_refusal(&batched, &[("a", a.clone()), ("b", zeros(b))], word);
    };
    refuse(&[3, 4, 5], "as many matrices as `a`");
    refuse(&[2, 3, 5], "as many rows as those of `a` have columns");
    refuse(&[2, 4], "an array of three axes");

    let gradient = gradient_step::kernel();
    let samples =
        |w: usize, y: usize| [("x", zeros(&[4, 2])), ("w", zeros(&[w])), ("y", zeros(&[y]))];
    expect_refusal(&gradient, &samples(3, 4), "as many values as `x` has columns");
    expect_refusal(&gradient, &samples(2, 2), "as many values as `x` has rows");
}

#[test]
fn nan_and_infinity_stay_within_their_pair_of_a_batch() {
    let a = Array { shape: vec![3, 1, 2], data: vec![1.0, 2.0, NAN, 0.0, 0.0, INF] };
    let b = Array { shape: vec![3, 2, 1], data: vec![3.0, 4.0, 1.0, 1.0, 1.0, 1.0] };
    for (who, result) in results(&batched_matmul::kernel(), &Batches { a, b }.to_exchanged()) {
        assert_same(&who, &numbers(&result, ""), &[11.0, NAN, INF]);
    }
}

#[test]
fn pairs_so_large_that_tasks_take_few_of_them_keep_their_places() {
    let (batch, n) = (5, 65);
    let value = |at: usize| (at / (n * n) + 1) as f64;
    let a = Array { shape: vec![batch, n, n], data: (0..batch * n * n).map(value).collect() };
    let b = Array { shape: vec![batch, n, n], data: vec![2.0; batch * n * n] };
    let want: Vec<f64> = (0..batch * n * n).map(|at| 130.0 * value(at)).collect();
    for (who, result) in results(&batched_matmul::kernel(), &Batches { a, b }.to_exchanged()) {
        assert_same(&who, &numbers(&result, ""), &want);
    }
}

/// Holds the gradient of every variant to `want`.
#[track_caller]
fn expect_gradient(x: &Matrix, w: &[f64], y: &[f64], want: &[f64]) {
    let samples = Samples { x: x.clone(), w: w.to_vec(), y: y.to_vec() };
    for (who, result) in results(&gradient_step::kernel(), &samples.to_exchanged()) {
        assert_same(&who, &numbers(&result, ""), want);
    }
}

#[test]
fn the_gradient_is_zero_where_the_model_fits_and_the_mean_otherwise() {
    let x = of(2, 2, &[1.0, 2.0, 3.0, 4.0]);
    expect_gradient(&x, &[1.0, 1.0], &[3.0, 7.0], &[0.0, 0.0]);
    expect_gradient(&x, &[1.0, 1.0], &[1.0, 6.0], &[2.5, 4.0]);
    expect_gradient(&of(1, 1, &[2.0]), &[3.0], &[1.0], &[10.0]);
}

#[test]
fn every_sample_counts_once_in_a_gradient_of_many() {
    let n = 5_003;
    let x = Matrix::from_fn(n, 9, |i, j| if (i + j) % 2 == 0 { 1.0 } else { 0.0 });
    let y: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 4.0 } else { 2.0 }).collect();
    // Even rows have five ones and a residual of 1, odd ones four and 2.
    let (even, odd) = (2_502.0 / n as f64, 2.0 * 2_501.0 / n as f64);
    let want: Vec<f64> = (0..9).map(|j| if j % 2 == 0 { even } else { odd }).collect();
    expect_gradient(&x, &[1.0; 9], &y, &want);
}

#[test]
fn the_gradient_of_no_samples_is_nan_and_of_no_columns_empty() {
    expect_gradient(&of(0, 3, &[]), &[1.0; 3], &[], &[NAN; 3]);
    expect_gradient(&of(3, 0, &[]), &[], &[1.0; 3], &[]);
    expect_gradient(&of(0, 0, &[]), &[], &[], &[]);
}

#[test]
fn nan_in_a_sample_reaches_every_component_and_an_infinity_does_too() {
    let x = |odd| of(3, 2, &[1.0, odd, 1.0, 2.0, 0.0, 1.0]);
    expect_gradient(&x(NAN), &[0.0, 0.0], &[0.0; 3], &[NAN, NAN]);
    expect_gradient(&x(0.0), &[0.0, 0.0], &[0.0, NAN, 0.0], &[NAN, NAN]);
    expect_gradient(&x(0.0), &[NAN, 0.0], &[0.0; 3], &[NAN, NAN]);
    expect_gradient(&x(INF), &[0.0, 1.0], &[0.0; 3], &[INF, INF]);
    expect_gradient(&x(0.0), &[0.0, 0.0], &[0.0, 0.0, INF], &[NAN, -INF]);
}

/// Pairs of matrices whose inner extents are equal.
fn factors(value: impl Strategy<Value = f64> + Clone + 'static) -> impl Strategy<Value = Factors> {
    (matrices(value.clone()), 0..37_usize).prop_flat_map(move |(a, n)| {
        let k = a.cols();
        prop::collection::vec(value.clone(), k * n)
            .prop_map(move |b| Factors { a: a.clone(), b: Matrix::from_vec(k, n, b) })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn products_agree_on_any_values(factors in factors(boxed(with_odd()))) {
        // Sums of 20 products of at most 100 each.
        let within = |epsilon: f64| Tolerance::EXACT.plus_absolute(20.0 * 2_000.0 * epsilon);
        let kernel = matmul::kernel();
        all_agree::<Matrix>(&kernel, &factors.to_exchanged(), &within(f64::EPSILON));
        let single = Factors { a: single(&factors.a), b: single(&factors.b) };
        let kernel = matmul_f32::kernel();
        all_agree::<Matrix<f32>>(&kernel, &single.to_exchanged(), &within(f32::EPSILON.into()));
    }

    #[test]
    fn a_batch_holds_the_products_of_its_pairs(
        pairs in prop::collection::vec(factors(boxed(ordinary())), 1..2),
        copies in 0..7_usize,
        odd in with_odd(),
    ) {
        let Factors { a, b } = &pairs[0];
        // Pairs that differ, the last one in a value that is anything.
        let repeat = |x: &Matrix, odd: f64| -> Vec<f64> {
            let scaled = |copy: usize| x.as_slice().iter().map(move |x| x * (copy as f64 + 1.0));
            let mut data: Vec<f64> = (0..copies).flat_map(scaled).collect();
            if let Some(last) = data.last_mut() {
                *last = odd;
            }
            data
        };
        let batches = Batches {
            a: Array { shape: vec![copies, a.rows(), a.cols()], data: repeat(a, odd) },
            b: Array { shape: vec![copies, b.rows(), b.cols()], data: repeat(b, 1.0) },
        };
        let tolerance = Tolerance::EXACT.plus_absolute(1e-9);
        all_agree::<Array<f64>>(&batched_matmul::kernel(), &batches.to_exchanged(), &tolerance);
    }

    #[test]
    fn gradients_agree_on_any_values(
        x in matrices(boxed(with_odd())),
        w in prop::collection::vec(with_odd(), 20),
        y in prop::collection::vec(with_odd(), 9),
    ) {
        let samples =
            Samples { w: w[..x.cols()].to_vec(), y: y[..x.rows()].to_vec(), x };
        // Residuals up to 2,010, components up to 20,100, some 40 roundings of each.
        let tolerance = Tolerance::EXACT.plus_absolute(40.0 * 20_100.0 * f64::EPSILON);
        all_agree::<Vec<f64>>(&gradient_step::kernel(), &samples.to_exchanged(), &tolerance);
    }
}
