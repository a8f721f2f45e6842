//! The steps of clustering at the inputs where a plausible implementation goes wrong, and on
//! inputs that nobody chose.

mod common;

use std::sync::Arc;

use amdahl::{Exchange, Exchanged, Kernel, Matrix, Tolerance, Value};
use amdahl_kernels::cluster::assign::{self, AssignError};
use amdahl_kernels::cluster::centroids::{self, CentroidsError, Labelled};
use amdahl_kernels::cluster::kmeans_step::{self, Shared, Step};
use amdahl_kernels::cluster::pairwise_distance::{self, Points};
use common::values::{boxed, with_extremes, with_odd};
use common::{all_agree, numbers, results};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn points(d: usize, x: &[f64], c: &[f64]) -> Points {
    let matrix = |data: &[f64]| Matrix::from_vec(data.len() / d, d, data.to_vec());
    Points { x: matrix(x), c: matrix(c) }
}

fn labels(result: &Exchanged, name: &str) -> Vec<i64> {
    match result.clone().take(name) {
        Ok(Value::I64(array)) => array.data,
        other => panic!("no integers named `{name}` but {other:?}"),
    }
}

fn expect_labels(points: &Points, want: &[i64]) {
    for (who, result) in results(&assign::kernel(), &points.to_exchanged()) {
        assert_eq!(labels(&result, ""), want, "{who}");
    }
    for (who, result) in results(&kmeans_step::kernel(), &points.to_exchanged()) {
        assert_eq!(labels(&result, "labels"), want, "{who}");
    }
}

fn expect_error(kernel: &Kernel, input: &Exchanged, says: &str) {
    for (who, result) in results(kernel, input) {
        let Exchanged::Error(message) = result else { panic!("{who}: {result:?}") };
        assert!(message.contains(says), "{who}: {message}");
    }
}

#[test]
fn of_centroids_as_near_the_first_is_taken() {
    expect_labels(&points(1, &[0.0, 5.0], &[1.0, -1.0]), &[0, 0]);
    // On a lattice, with each centroid twice: every point has at least two as near.
    let lattice: Vec<f64> = (0..40).flat_map(|i| [f64::from(i % 8), f64::from(i / 8)]).collect();
    let twice: Vec<f64> = lattice.iter().chain(&lattice).copied().collect();
    let own: Vec<i64> = (0..40).collect();
    expect_labels(&points(2, &lattice, &twice), &own);
    // A midpoint of four is as near to each; beyond the last row or column, to two or to one.
    let x: Vec<f64> = lattice.iter().map(|value| value + 0.5).collect();
    expect_labels(&points(2, &x, &twice), &own);
}

#[test]
fn ties_far_from_the_origin_are_ties_still() {
    // Tenths are rounded differently at each offset; the reference decides, and all must follow it.
    for offset in [0.0, 1e6, 1e9] {
        let x: Vec<f64> = (0..60).map(|i| offset + 0.1 * f64::from(i)).collect();
        let c: Vec<f64> = (0..30).rev().map(|i| offset + 0.2 * f64::from(i)).collect();
        let input = points(3, &x, &c).to_exchanged();
        let kernel = assign::kernel();
        all_agree::<Result<Vec<i64>, AssignError>>(&kernel, &input, &Tolerance::EXACT);
    }
}

#[test]
fn a_nan_centroid_attracts_no_point() {
    expect_labels(&points(1, &[0.0, 9.0, 4.0], &[NAN, 10.0, 1.0]), &[2, 1, 2]);
    expect_labels(&points(2, &[0.0, 1.0, 8.0, 8.0], &[NAN, 1.0, 7.0, 7.0, INF, 0.0]), &[1, 1]);
}

#[test]
fn a_point_with_no_distance_that_is_a_number_gets_the_first_centroid() {
    expect_labels(&points(1, &[NAN, 1.0], &[3.0, 2.0]), &[0, 1]);
    expect_labels(&points(1, &[1.0], &[NAN, NAN]), &[0]);
}

#[test]
fn infinite_distances_are_equal_and_nearer_than_nan() {
    expect_labels(&points(1, &[INF], &[INF, 1.0, 2.0]), &[1]);
    expect_labels(&points(1, &[1e200, -1e200], &[1.0, 2.0, 1e200]), &[2, 0]);
    expect_labels(&points(1, &[0.0], &[NAN, -INF, INF]), &[1]);
}

#[test]
fn distances_whose_squares_vanish_are_ties() {
    expect_labels(&points(1, &[1e-200], &[3e-200, 2e-200, 1e-150]), &[0]);
}

#[test]
fn without_coordinates_all_points_are_at_the_first_centroid() {
    let input = Points { x: Matrix::zeros(11, 0), c: Matrix::zeros(3, 0) };
    expect_labels(&input, &[0; 11]);
}

#[test]
fn no_centroid_is_an_error_that_says_what_to_do() {
    for n in [0, 3] {
        let input = Points { x: Matrix::zeros(n, 2), c: Matrix::zeros(0, 2) }.to_exchanged();
        expect_error(&assign::kernel(), &input, "at least one row of `c`");
        expect_error(&kmeans_step::kernel(), &input, "at least one row of `c`");
    }
}

fn labelled(d: usize, x: &[f64], labels: &[i64], k: i64) -> Exchanged {
    let x = Matrix::from_vec(labels.len(), d, x.to_vec());
    Labelled { x, labels: labels.to_vec(), k }.to_exchanged()
}

fn expect_means(input: &Exchanged, want: &[f64]) {
    for (who, result) in results(&centroids::kernel(), input) {
        let got = numbers(&result, "");
        let same = |(got, want): (&f64, &f64)| got == want || (got.is_nan() && want.is_nan());
        let agree = got.len() == want.len() && got.iter().zip(want).all(same);
        assert!(agree, "{who}: got {got:?}, want {want:?}");
    }
}

#[test]
fn a_cluster_without_points_is_a_row_of_nan() {
    let input = labelled(2, &[1.0, 2.0, 3.0, 6.0, 5.0, 5.0], &[2, 2, 0], 4);
    expect_means(&input, &[5.0, 5.0, NAN, NAN, 2.0, 4.0, NAN, NAN]);
    expect_means(&labelled(2, &[], &[], 2), &[NAN; 4]);
    expect_means(&labelled(2, &[], &[], 0), &[]);
}

#[test]
fn nan_and_infinity_stay_in_their_cluster_and_column() {
    let x = [NAN, 1.0, 3.0, INF, 2.0, 4.0, 4.0, -INF];
    expect_means(&labelled(2, &x, &[0, 0, 1, 0], 2), &[NAN, NAN, 2.0, 4.0]);
}

#[test]
fn a_label_that_is_no_clusters_is_an_error_that_names_it() {
    let kernel = centroids::kernel();
    expect_error(&kernel, &labelled(1, &[1.0, 2.0], &[0, 2], 2), "label 2 of row 1");
    expect_error(&kernel, &labelled(1, &[1.0], &[-1], 2), "label -1 of row 0");
    expect_error(&kernel, &labelled(0, &[], &[0], 0), "label 0 of row 0");
    expect_error(&kernel, &labelled(1, &[], &[], -3), "there cannot be -3 clusters");
}

#[test]
fn labels_that_are_not_one_for_each_row_are_refused() {
    let input = Exchanged::named([
        ("x", (&Matrix::<f64>::zeros(3, 2)).into()),
        ("labels", (&vec![0_i64; 2]).into()),
        ("k", 1_i64.into()),
    ]);
    let error = centroids::kernel().evaluate("naive", input, 1).unwrap_err();
    assert!(error.to_string().contains("a label for each row of `x`"), "{error}");
}

#[test]
fn a_step_moves_each_centroid_to_the_mean_of_its_points() {
    let input = points(1, &[0.0, 1.0, 10.0, 14.0], &[1.0, 11.0, -50.0]).to_exchanged();
    for (who, result) in results(&kmeans_step::kernel(), &input) {
        assert_eq!(labels(&result, "labels"), [0, 0, 1, 1], "{who}");
        let got = numbers(&result, "centroids");
        assert_eq!(got[..2], [0.5, 12.0], "{who}");
        assert!(got[2].is_nan(), "{who}: {got:?}");
    }
}

#[test]
fn steps_repeated_leave_an_emptied_cluster_empty() {
    let x = Matrix::from_vec(4, 1, vec![0.0, 1.0, 10.0, 14.0]);
    let mut c = Matrix::from_vec(3, 1, vec![1.0, 11.0, -50.0]);
    for _ in 0..3 {
        let input = Shared(Arc::new(Points { x: x.clone(), c })).to_exchanged();
        let result = kmeans_step::kernel().evaluate("fused", input, 1).expect("the input fits");
        let step = Result::<Step, AssignError>::from_exchanged(result).expect("a step");
        c = step.expect("there are centroids").centroids;
    }
    assert_eq!(c.as_slice()[..2], [0.5, 12.0]);
    assert!(c.as_slice()[2].is_nan());
}

#[test]
fn a_nan_centroid_is_at_distance_nan_and_leaves_the_others_theirs() {
    let input = points(1, &[3.0, 1e8], &[NAN, 1e8 + 1.0, INF]).to_exchanged();
    for (who, result) in results(&pairwise_distance::kernel(), &input) {
        let got = numbers(&result, "");
        assert!(got[0].is_nan() && got[3].is_nan(), "{who}: {got:?}");
        assert_eq!([got[1], got[2], got[4], got[5]], [99_999_998.0, INF, 1.0, INF], "{who}");
    }
}

/// Points of up to 20 coordinates, and centroids that are points, their doubles or their shifted
/// copies, so that ties and near ties are common.
fn any_points(value: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Points> {
    let shift = prop::sample::select(vec![0.0, 1.0, 1e6]);
    let factor = prop::sample::select(vec![1.0, 2.0, -1.0, 1.0 + f64::EPSILON]);
    let some = common::values::matrices(value);
    (some, 1..28_usize, factor, shift).prop_map(|(x, k, factor, shift)| {
        let k = if x.rows() == 0 { 1 } else { k };
        let c = |i: usize, j: usize| {
            if x.rows() == 0 { 1.0 } else { factor * x[(i % x.rows(), j)] + shift }
        };
        let c = Matrix::from_fn(k, x.cols(), c);
        let x = Matrix::from_fn(x.rows(), x.cols(), |i, j| x[(i, j)] + shift);
        Points { x, c }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_nearest_centroid_is_the_same_in_every_variant_on_any_values(
        points in any_points(boxed(with_extremes())),
    ) {
        let (kernel, input) = (assign::kernel(), points.to_exchanged());
        all_agree::<Result<Vec<i64>, AssignError>>(&kernel, &input, &Tolerance::EXACT);
    }

    #[test]
    fn the_nearest_centroid_is_the_same_on_small_whole_numbers_full_of_ties(
        points in any_points(boxed((-2..3_i32).prop_map(f64::from))),
    ) {
        let (kernel, input) = (assign::kernel(), points.to_exchanged());
        all_agree::<Result<Vec<i64>, AssignError>>(&kernel, &input, &Tolerance::EXACT);
    }

    #[test]
    fn a_step_of_k_means_is_the_same_in_every_variant(
        points in any_points(boxed(with_odd())),
    ) {
        let (kernel, input) = (kmeans_step::kernel(), points.to_exchanged());
        all_agree::<Result<Step, AssignError>>(&kernel, &input, &Tolerance::EXACT);
    }

    #[test]
    fn means_are_the_same_to_the_last_bit_on_any_values(
        x in common::values::matrices(boxed(with_extremes())),
        spread in 1..6_i64,
        beyond in 0..3_i64,
    ) {
        let labels: Vec<i64> = (0..).map(|i| (i * 7) % spread).take(x.rows()).collect();
        let input = Labelled { x, labels, k: spread + beyond }.to_exchanged();
        all_agree::<Result<Matrix, CentroidsError>>(&centroids::kernel(), &input, &Tolerance::EXACT);
    }
}
