//! Euclidean distances between points and centroids (exercise C.6a).

pub(super) mod expand;
pub(super) mod tiled;

use amdahl::count::{Counted, Scalar};
use amdahl::{
    Bound, Cost, Exchange, ExchangeError, Exchanged, Kernel, Matrix, Rung, Sizes, Timed, Tolerance,
};
use faer::{Accum, Par};
use nalgebra::DMatrix;
use ndarray::{Axis, Zip};
use rayon::prelude::*;

use crate::support::convert;
use expand::{Expansion, NEAR, direct};
use tiled::{ROWS_PER_TASK, Workspace, distances_of_rows};

/// Euclidean distance of each row of `x` from each row of `c`.
///
/// The exercise's broadcast makes an array of n x k x d differences; the expansion
/// |x|² + |c|² - 2x·c makes the same numbers with one matrix product and no such array. It pays
/// with cancellation where x and c are near each other, so all points are centred first, and the
/// few pairs that still lose more than ten bits are computed from their differences.
///
/// So coincident points have distance 0 exactly, an infinity gives inf, NaN gives NaN. Squares
/// are not scaled: they overflow to inf beyond 1e154 and vanish below 1e-162.
pub fn kernel() -> Kernel {
    Kernel::new("pairwise_distance", "Euclidean distance of n points from k centroids, f64")
        .exercise("C.6a")
        .sizes(
            Sizes::smoke([(0, 3, 2), (3, 2, 0), (2, 0, 3), (1, 1, 1), (7, 5, 3), (67, 13, 19)])
                .measured([(1_000, 64, 32), (10_000, 64, 256)]),
        )
        .input(|&(n, d, k), rng| Points { x: rng.matrix(n, d), c: rng.matrix(k, d) })
        .cost(|&(n, d, k)| {
            let (n, d, k) = (n as f64, d as f64, k as f64);
            // A fused multiply-add a coordinate, an addition and a multiply-add a pair; with few
            // coordinates their differences, squared and added, are less. Roots are not counted.
            Cost {
                flops: n * k * (2.0 * d + 3.0).min(3.0 * d),
                bytes: 8.0 * (n * d + k * d + n * k),
            }
        })
        .bound_by(Bound::Arithmetic)
        // Squares carry (d + 4) roundings of |x|² + |c|², which is at most 1/NEAR of the result;
        // the root halves that, and both sides may have it.
        .agree_within(|&(_, d, _)| Tolerance::relative((d as f64 + 8.0) * f64::EPSILON / NEAR))
        .growing(|n| (n, 64, 32))
        .gate((1_000, 64, 32))
        .reference("naive", naive::<f64>)
        .counted(Points::counted, naive::<Counted>)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("tiled", tiled)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

/// Points and centroids, a row each, with as many columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Points<T = f64> {
    /// The points.
    pub x: Matrix<T>,
    /// The centroids.
    pub c: Matrix<T>,
}

impl Points {
    /// The same points over a scalar that counts.
    fn counted(&self) -> Points<Counted> {
        Points { x: Counted::matrix(&self.x), c: Counted::matrix(&self.c) }
    }
}

impl Exchange for Points {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([("x", (&self.x).into()), ("c", (&self.c).into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let x: Matrix = exchanged.take_as("x")?;
        let c: Matrix = exchanged.take_as("c")?;
        if x.cols() != c.cols() {
            return Err(ExchangeError::Mismatch {
                name: "c".to_owned(),
                want: "a matrix of as many columns as `x`",
                got: format!("{} columns beside {}", c.cols(), x.cols()),
            });
        }
        Ok(Self { x, c })
    }
}

fn naive<T: Scalar>(points: &Points<T>) -> Timed<'_, Matrix<T>> {
    let Points { x, c } = points;
    Timed::returning(move || {
        let mut out = Matrix::zeros(x.rows(), c.rows());
        for i in 0..x.rows() {
            for j in 0..c.rows() {
                let mut sum = T::default();
                for l in 0..x.cols() {
                    let difference = x[(i, l)] - c[(j, l)];
                    sum += difference * difference;
                }
                out[(i, j)] = sum.sqrt();
            }
        }
        out
    })
}

fn with_ndarray(points: &Points) -> Timed<'_, Matrix> {
    let (x, c) = (convert::ndarray_view(&points.x), convert::ndarray_view(&points.c));
    Timed::returning(move || {
        let centre = c.sum_axis(Axis(0)) / c.nrows() as f64;
        let (x_centred, c_centred) = (&x - &centre, &c - &centre);
        let square = |row: ndarray::ArrayView1<f64>| row.dot(&row);
        let x_squares = x_centred.map_axis(Axis(1), square);
        let c_squares = c_centred.map_axis(Axis(1), square);
        let mut out = x_centred.dot(&c_centred.t());
        Zip::indexed(&mut out).for_each(|(i, j), out| {
            let expansion = Expansion { x: x_squares[i], c: c_squares[j], dot: *out };
            *out = expansion.distance(|| direct(points.x.row(i), points.c.row(j)));
        });
        out
    })
    .seen_as(convert::from_ndarray)
}

fn with_nalgebra(points: &Points) -> Timed<'_, Matrix> {
    // A column of nalgebra's layout is a point.
    let x = DMatrix::from_column_slice(points.x.cols(), points.x.rows(), points.x.as_slice());
    let c = DMatrix::from_column_slice(points.c.cols(), points.c.rows(), points.c.as_slice());
    Timed::returning(move || {
        let centre = c.column_sum() / c.ncols() as f64;
        let (mut x_centred, mut c_centred) = (x.clone(), c.clone());
        for mut column in x_centred.column_iter_mut().chain(c_centred.column_iter_mut()) {
            column -= &centre;
        }
        let x_squares: Vec<f64> = x_centred.column_iter().map(|x| x.norm_squared()).collect();
        let mut out = x_centred.transpose() * &c_centred;
        for (j, (mut column, c)) in out.column_iter_mut().zip(c_centred.column_iter()).enumerate() {
            let c = c.norm_squared();
            for (i, (out, &x)) in column.iter_mut().zip(&x_squares).enumerate() {
                let expansion = Expansion { x, c, dot: *out };
                *out = expansion.distance(|| direct(points.x.row(i), points.c.row(j)));
            }
        }
        out
    })
    .seen_as(|out| convert::from_nalgebra(&out))
}

fn with_faer(points: &Points) -> Timed<'_, Matrix> {
    let (x, c) = (&points.x, &points.c);
    // A column of faer's layout is a point.
    let x_view = faer::MatRef::from_column_major_slice(x.as_slice(), x.cols(), x.rows());
    let c_view = faer::MatRef::from_column_major_slice(c.as_slice(), c.cols(), c.rows());
    Timed::returning(move || {
        let mut centre = faer::Col::<f64>::zeros(c.cols());
        c_view.col_iter().for_each(|c| centre += c);
        centre /= faer::Scale(c.rows() as f64);
        let (mut x_centred, mut c_centred) = (x_view.to_owned(), c_view.to_owned());
        for mut column in x_centred.col_iter_mut().chain(c_centred.col_iter_mut()) {
            column -= &centre;
        }
        let x_squares: Vec<f64> = x_centred.col_iter().map(|x| x.squared_norm_l2()).collect();
        let mut out = faer::Mat::zeros(x.rows(), c.rows());
        faer::linalg::matmul::matmul(
            out.as_mut(),
            Accum::Replace,
            x_centred.transpose(),
            c_centred.as_ref(),
            1.0,
            Par::Seq,
        );
        for (j, (column, c_column)) in out.col_iter_mut().zip(c_centred.col_iter()).enumerate() {
            let c_square = c_column.squared_norm_l2();
            for (i, (out, &x_square)) in column.iter_mut().zip(&x_squares).enumerate() {
                let expansion = Expansion { x: x_square, c: c_square, dot: *out };
                *out = expansion.distance(|| direct(x.row(i), c.row(j)));
            }
        }
        out
    })
    .seen_as(|out| convert::from_faer(&out))
}

fn tiled(points: &Points) -> Timed<'_, Matrix> {
    Timed::returning(move || {
        let mut workspace = Workspace::new(points);
        let mut out = Matrix::zeros(points.x.rows(), points.c.rows());
        workspace.pack(&points.c);
        let mut scratch = workspace.scratch();
        distances_of_rows(&workspace, points, 0, out.as_mut_slice(), &mut scratch);
        out
    })
}

fn preallocated(points: &Points) -> Timed<'_, Matrix> {
    let workspace = Workspace::new(points);
    let scratch = workspace.scratch();
    let out = Matrix::zeros(points.x.rows(), points.c.rows());
    Timed::in_place(
        (workspace, scratch, out),
        move |(workspace, scratch, out)| {
            workspace.pack(&points.c);
            distances_of_rows(workspace, points, 0, out.as_mut_slice(), scratch);
        },
        |(_, _, out)| out.clone(),
    )
}

fn with_rayon(points: &Points) -> Timed<'_, Matrix> {
    let workspace = Workspace::new(points);
    let out = Matrix::zeros(points.x.rows(), points.c.rows());
    let values = (ROWS_PER_TASK * points.c.rows()).max(1);
    Timed::in_place(
        (workspace, out),
        move |(workspace, out)| {
            workspace.pack(&points.c);
            let workspace = &*workspace;
            out.as_mut_slice().par_chunks_mut(values).enumerate().for_each_init(
                || workspace.scratch(),
                |scratch, (task, out)| {
                    distances_of_rows(workspace, points, task * ROWS_PER_TASK, out, scratch);
                },
            );
        },
        |(_, out)| out.clone(),
    )
}
