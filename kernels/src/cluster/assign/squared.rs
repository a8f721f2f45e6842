//! The squared distances of all points from all centroids as one stored matrix, by definition and
//! by each library's matrix product, with what each may be off by.

use amdahl::Matrix;
use faer::{Accum, Par};
use nalgebra::{DMatrix, DVectorView};
use ndarray::{ArrayView1, Axis, Zip};

use super::label::label_of;
use super::nearest::{largest, nearest, slack, squared};
use crate::cluster::pairwise_distance::Points;
use crate::cluster::pairwise_distance::tiled::centre_of;
use crate::support::convert;

/// Squared distances, and by how much they may be off.
#[derive(Debug, Clone, PartialEq)]
pub struct Squared {
    /// Of each point, a row, from each centroid, a column.
    pub values: Matrix,
    /// For each point, by how much the difference of two of its values may be off.
    pub slack: Vec<f64>,
}

impl Squared {
    /// The nearest centroid of each point.
    pub fn nearest(&self, points: &Points) -> Vec<i64> {
        let rows = (0..points.x.rows()).zip(&self.slack);
        rows.map(|(i, slack)| {
            let again = |j| squared(points.x.row(i), points.c.row(j));
            label_of(nearest(self.values.row(i), *slack, again))
        })
        .collect()
    }
}

/// From the definition, by the exercise's loops; exact in that it is the reference.
pub fn naive(points: &Points) -> Squared {
    let Points { x, c } = points;
    let mut values = Matrix::zeros(x.rows(), c.rows());
    for i in 0..x.rows() {
        for j in 0..c.rows() {
            let mut sum = 0.0;
            for l in 0..x.cols() {
                let difference = x[(i, l)] - c[(j, l)];
                sum += difference * difference;
            }
            values[(i, j)] = sum;
        }
    }
    Squared { values, slack: vec![0.0; x.rows()] }
}

fn centre(c: &Matrix) -> Vec<f64> {
    let mut centre = vec![0.0; c.cols()];
    centre_of(c, &mut centre);
    centre
}

fn slacks(points: &Points, x_squares: &[f64], c_squares: &[f64]) -> Vec<f64> {
    let largest = largest(&points.c, |j| c_squares[j]);
    x_squares.iter().map(|x_square| slack(points.x.cols(), *x_square, largest)).collect()
}

/// With ndarray's matrix product.
pub fn with_ndarray(points: &Points) -> Squared {
    let (x, c) = (convert::ndarray_view(&points.x), convert::ndarray_view(&points.c));
    let centre = centre(&points.c);
    let centre = ArrayView1::from(&centre);
    let (x_centred, c_centred) = (&x - &centre, &c - &centre);
    let square = |row: ArrayView1<f64>| row.dot(&row);
    let x_squares = x_centred.map_axis(Axis(1), square).to_vec();
    let c_squares = c_centred.map_axis(Axis(1), square).to_vec();
    let mut values = x_centred.dot(&c_centred.t());
    Zip::from(values.rows_mut()).and(&x_squares).for_each(|row, x| {
        Zip::from(row).and(&c_squares).for_each(|value, c| *value = x + c - 2.0 * *value);
    });
    let slack = slacks(points, &x_squares, &c_squares);
    Squared { values: convert::from_ndarray(values), slack }
}

/// With nalgebra's; a column of its layout is a point.
pub fn with_nalgebra(points: &Points) -> Squared {
    let Points { x, c } = points;
    let centre = centre(c);
    let centre = DVectorView::from_slice(&centre, centre.len());
    let mut x_centred = DMatrix::from_column_slice(x.cols(), x.rows(), x.as_slice());
    let mut c_centred = DMatrix::from_column_slice(c.cols(), c.rows(), c.as_slice());
    for mut column in x_centred.column_iter_mut().chain(c_centred.column_iter_mut()) {
        column -= &centre;
    }
    let x_squares: Vec<f64> = x_centred.column_iter().map(|x| x.norm_squared()).collect();
    let c_squares: Vec<f64> = c_centred.column_iter().map(|c| c.norm_squared()).collect();
    let mut values = c_centred.transpose() * x_centred;
    for (mut column, x) in values.column_iter_mut().zip(&x_squares) {
        column.iter_mut().zip(&c_squares).for_each(|(value, c)| *value = x + c - 2.0 * *value);
    }
    let slack = slacks(points, &x_squares, &c_squares);
    Squared { values: Matrix::from_vec(x.rows(), c.rows(), values.data.into()), slack }
}

/// With faer's; a column of its layout is a point.
pub fn with_faer(points: &Points) -> Squared {
    let Points { x, c } = points;
    let centre = centre(c);
    let centre = faer::ColRef::from_slice(&centre);
    let view = |x: &Matrix| {
        faer::MatRef::from_column_major_slice(x.as_slice(), x.cols(), x.rows()).to_owned()
    };
    let (mut x_centred, mut c_centred) = (view(x), view(c));
    for mut column in x_centred.col_iter_mut().chain(c_centred.col_iter_mut()) {
        column -= centre;
    }
    let x_squares: Vec<f64> = x_centred.col_iter().map(|x| x.squared_norm_l2()).collect();
    let c_squares: Vec<f64> = c_centred.col_iter().map(|c| c.squared_norm_l2()).collect();
    let mut values = Matrix::zeros(x.rows(), c.rows());
    faer::linalg::matmul::matmul(
        faer::MatMut::from_column_major_slice_mut(values.as_mut_slice(), c.rows(), x.rows()),
        Accum::Replace,
        c_centred.transpose(),
        x_centred.as_ref(),
        1.0,
        Par::Seq,
    );
    for (row, x) in values.as_mut_slice().chunks_exact_mut(c.rows().max(1)).zip(&x_squares) {
        row.iter_mut().zip(&c_squares).for_each(|(value, c)| *value = x + c - 2.0 * *value);
    }
    let slack = slacks(points, &x_squares, &c_squares);
    Squared { values, slack }
}
