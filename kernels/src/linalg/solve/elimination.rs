//! Gaussian elimination by loops.

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
        for j in 0..n {
            a.as_mut_slice().swap(column * n + j, pivot * n + j);
        }
        x.swap(column, pivot);
        let (upper, lower) = a.as_mut_slice().split_at_mut((column + 1) * n);
        let above = &upper[column * n..];
        for (i, row) in (column + 1..n).zip(lower.chunks_exact_mut(n)) {
            let factor = row[column] / above[column];
            for j in column + 1..n {
                row[j] -= factor * above[j];
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
