//! Kernels that map each row of a matrix to a row: the three ways to run one over a whole matrix.
//!
//! The row function takes the values of some rows, room for as many results, and the number of
//! columns.

use amdahl::{Matrix, Timed};
use rayon::prelude::*;

/// Into a fresh matrix.
pub fn returning<'a, T: Clone + Default>(
    x: &'a Matrix<T>,
    rows: impl Fn(&[T], &mut [T], usize) + 'a,
) -> Timed<'a, Matrix<T>> {
    Timed::returning(move || {
        let mut out = Matrix::zeros(x.rows(), x.cols());
        rows(x.as_slice(), out.as_mut_slice(), x.cols());
        out
    })
}

/// Into a matrix allocated beforehand.
pub fn preallocated<'a, T: Clone + Default>(
    x: &'a Matrix<T>,
    rows: impl Fn(&[T], &mut [T], usize) + 'a,
) -> Timed<'a, Matrix<T>> {
    Timed::in_place(
        Matrix::zeros(x.rows(), x.cols()),
        move |out| rows(x.as_slice(), out.as_mut_slice(), x.cols()),
        Matrix::clone,
    )
}

/// Into a matrix allocated beforehand, by tasks of whole rows with about `values_per_task` values.
pub fn parallel<'a, T: Clone + Default + Send + Sync>(
    x: &'a Matrix<T>,
    values_per_task: usize,
    rows: impl Fn(&[T], &mut [T], usize) + Sync + 'a,
) -> Timed<'a, Matrix<T>> {
    let cols = x.cols().max(1);
    let values = values_per_task.div_ceil(cols) * cols;
    Timed::in_place(
        Matrix::zeros(x.rows(), x.cols()),
        move |out| {
            let tasks =
                x.as_slice().par_chunks(values).zip(out.as_mut_slice().par_chunks_mut(values));
            tasks.for_each(|(x, out)| rows(x, out, cols));
        },
        Matrix::clone,
    )
}
