//! Agreement of all variants on small inputs that nobody chose: ordinary values, zeros of both
//! signs, huge and subnormal ones, infinities and NaN, large means.

mod common;

use amdahl::{Exchange, Matrix, Tolerance};
use amdahl_kernels::array::{row_normalize, softmax};
use amdahl_kernels::cluster::pairwise_distance::{self, Points};
use amdahl_kernels::linalg::covariance::{self, CovarianceError};
use amdahl_kernels::stats::column_statistics::{self, ColumnStatistics};
use common::all_agree;
use common::values::{ODD, boxed, matrices, ordinary, with_extremes, with_odd};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn softmax_agrees_on_any_values(x in matrices(boxed(with_extremes()))) {
        all_agree::<Matrix>(&softmax::kernel(), &x.to_exchanged(), &Tolerance::relative(1e-14));
    }

    #[test]
    fn row_normalize_agrees_on_any_values(x in matrices(boxed(with_extremes()))) {
        let tolerance = Tolerance::relative(1e-14);
        all_agree::<Matrix>(&row_normalize::kernel(), &x.to_exchanged(), &tolerance);
    }

    #[test]
    fn row_normalize_gives_finite_rows_norm_one(x in matrices(boxed(ordinary()))) {
        for (who, result) in common::results(&row_normalize::kernel(), &x.to_exchanged()) {
            let out = Matrix::<f64>::from_exchanged(result).expect("a matrix");
            for i in 0..out.rows() {
                let norm = out.row(i).iter().map(|value| value * value).sum::<f64>().sqrt();
                let zero = x.row(i).iter().all(|value| *value == 0.0);
                let want = if zero { 0.0 } else { 1.0 };
                prop_assert!((norm - want).abs() < 1e-14, "{who}: norm {norm} in row {i}");
            }
        }
    }

    #[test]
    fn covariance_agrees_however_large_the_means(
        x in matrices(boxed(with_odd())),
        mean in prop::sample::select(vec![0.0, 1e6, -1e8]),
    ) {
        let data = x.as_slice().iter().map(|value| value + mean).collect();
        let x = Matrix::from_vec(x.rows(), x.cols(), data);
        // A mean is off by some roundings of itself, 1e-7 at most here, and only its square stays.
        let tolerance = Tolerance::relative(1e-13).plus_absolute(1e-12);
        let kernel = covariance::kernel();
        all_agree::<Result<Matrix, CovarianceError>>(&kernel, &x.to_exchanged(), &tolerance);
    }

    #[test]
    fn distances_agree_on_any_values_and_coincident_points(
        x in matrices(boxed(with_extremes())),
        k in 0..12_usize,
        copied in any::<bool>(),
        shift in prop::sample::select(vec![0.0, 1e6]),
    ) {
        let row = |i: usize| (0..x.cols()).map(move |j| (i, j));
        let value = |(i, j)| x[(i, j)] + shift;
        let k = if x.rows() == 0 { 0 } else { k };
        // Centroids are points themselves, or their doubles.
        let factor = if copied { 1.0 } else { 2.0 };
        let c = (0..k).flat_map(|i| row(i % x.rows().max(1))).map(|at| factor * value(at)).collect();
        let data = (0..x.rows()).flat_map(row).map(value).collect();
        let points = Points {
            x: Matrix::from_vec(x.rows(), x.cols(), data),
            c: Matrix::from_vec(k, x.cols(), c),
        };
        // The kernel's own bound at 20 columns.
        let tolerance = Tolerance::relative(28.0 * f64::EPSILON * 1_024.0);
        all_agree::<Matrix>(&pairwise_distance::kernel(), &points.to_exchanged(), &tolerance);
    }

    #[test]
    fn column_statistics_agree_on_odd_values_and_repeated_ones(
        x in matrices(boxed(prop_oneof![
            6 => ordinary(),
            2 => prop::sample::select(vec![1.0, 2.0]),
            1 => prop::sample::select(&ODD[..]),
        ])),
    ) {
        // Columns may be nearly constant: higher powers over the variance's own lose some digits.
        let tolerance = Tolerance::relative(1e-10).plus_absolute(1e-10);
        let kernel = column_statistics::kernel();
        all_agree::<ColumnStatistics>(&kernel, &x.to_exchanged(), &tolerance);
    }
}
