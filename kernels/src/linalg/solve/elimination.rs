//! Gaussian elimination by loops.

use amdahl::Matrix;

use super::{SolveError, System};

/// The solution by elimination with partial pivoting and substitution backwards.
pub fn solve(system: &System) -> Result<Vec<f64>, SolveError> {
    let System { mut a, b: mut x } = system.clone();
    let n = a.rows();
    for column in 0..n {
        let mut pivot = column;
        for i in column + 1..n {
            if a[(i, column)].abs() > a[(pivot, column)].abs() {
                pivot = i;
            }
        }
        if a[(pivot, column)] == 0.0 {
            return Err(SolveError::Singular { column });
        }
        swap_rows(&mut a, column, pivot);
        x.swap(column, pivot);
        for i in column + 1..n {
            let factor = a[(i, column)] / a[(column, column)];
            for j in column + 1..n {
                a[(i, j)] -= factor * a[(column, j)];
            }
            x[i] -= factor * x[column];
        }
    }
    for i in (0..n).rev() {
        for j in i + 1..n {
            x[i] -= a[(i, j)] * x[j];
        }
        x[i] /= a[(i, i)];
    }
    Ok(x)
}

fn swap_rows(a: &mut Matrix, i: usize, j: usize) {
    if i != j {
        let cols = a.cols();
        let (upper, lower) = a.as_mut_slice().split_at_mut(i.max(j) * cols);
        upper[i.min(j) * cols..][..cols].swap_with_slice(&mut lower[..cols]);
    }
}
