//! Sparse matrices by compressed rows, and their crossing as dense ones.

use amdahl::{Exchange, ExchangeError, Exchanged, Matrix, Rng};

/// A sparse matrix and a vector to multiply it with.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// The matrix; it crosses as `dense`, with its zeros.
    pub matrix: Csr,
    /// As many values as the matrix has columns.
    pub v: Vec<f64>,
}

impl Exchange for Product {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([("dense", (&self.matrix.to_dense()).into()), ("v", (&self.v).into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let dense: Matrix = exchanged.take_as("dense")?;
        let v: Vec<f64> = exchanged.take_as("v")?;
        if v.len() != dense.cols() {
            return Err(ExchangeError::Mismatch {
                name: "v".to_owned(),
                want: "a vector of as many values as `dense` has columns",
                got: format!("{} values beside {} columns", v.len(), dense.cols()),
            });
        }
        Ok(Self { matrix: Csr::from_dense(&dense), v })
    }
}

/// A sparse matrix by compressed rows (CSR): what each row stores, one row after the other.
///
/// Indices take four bytes, as in `SciPy`: they are a third of what a product reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Csr {
    cols: usize,
    /// Where each row begins in the two below, and after the last row where they end.
    starts: Vec<u32>,
    /// The column of each stored entry, ascending within its row.
    columns: Vec<u32>,
    /// The stored entries.
    values: Vec<f64>,
}

impl Csr {
    /// The matrix with every entry of `dense` that is not 0 (of either sign).
    ///
    /// # Panics
    /// Where it has more than 2^32 - 1 columns or such entries.
    pub fn from_dense(dense: &Matrix) -> Self {
        let mut out = Self::without_rows(dense.cols());
        for i in 0..dense.rows() {
            for (j, &value) in dense.row(i).iter().enumerate() {
                if value != 0.0 {
                    out.push(j, value);
                }
            }
            out.end_row();
        }
        out
    }

    /// A matrix whose entries are stored with probability `density`, independently, as standard
    /// normal values.
    ///
    /// # Panics
    /// Where `density` is not above 0 and below 1, or the matrix too large (see
    /// [`Csr::from_dense`]).
    pub fn random(rows: usize, cols: usize, density: f64, rng: &mut Rng) -> Self {
        assert!(density > 0.0 && density < 1.0, "a density of {density}");
        let mut out = Self::without_rows(cols);
        // The gaps between stored entries are geometric: one draw an entry, not one a cell.
        let mut gap = || {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            let gap = (rng.uniform(f64::MIN_POSITIVE, 1.0).ln() / (-density).ln_1p()) as usize;
            (gap, rng.normal())
        };
        let (mut next, mut value) = gap();
        for _ in 0..rows {
            while next < cols {
                out.push(next, value);
                let skipped;
                (skipped, value) = gap();
                next += 1 + skipped;
            }
            next -= cols;
            out.end_row();
        }
        out
    }

    fn without_rows(cols: usize) -> Self {
        Self { cols, starts: vec![0], columns: Vec::new(), values: Vec::new() }
    }

    fn push(&mut self, column: usize, value: f64) {
        self.columns.push(index(column));
        self.values.push(value);
    }

    fn end_row(&mut self) {
        self.starts.push(index(self.values.len()));
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Where each row begins among the stored entries, and where the last one ends.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// The columns of all stored entries, row by row.
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// All stored entries, row by row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The columns and the stored entries of row `i`.
    ///
    /// # Panics
    /// Where there is no such row.
    #[inline]
    pub fn row(&self, i: usize) -> (&[u32], &[f64]) {
        let range = self.starts[i] as usize..self.starts[i + 1] as usize;
        (&self.columns[range.clone()], &self.values[range])
    }

    /// The same with every zero written out.
    pub fn to_dense(&self) -> Matrix {
        let mut out = Matrix::zeros(self.rows(), self.cols);
        for i in 0..self.rows() {
            let (columns, values) = self.row(i);
            for (&column, &value) in columns.iter().zip(values) {
                out[(i, column as usize)] = value;
            }
        }
        out
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("indices of four bytes reach 2^32 - 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_survives_being_dense_for_a_while() {
        for (rows, cols) in [(0, 3), (3, 0), (40, 70)] {
            let matrix = Csr::random(rows, cols, 0.1, &mut Rng::new(1));
            assert_eq!(Csr::from_dense(&matrix.to_dense()), matrix);
        }
    }

    #[test]
    fn a_random_matrix_stores_the_share_it_should() {
        let matrix = Csr::random(1_000, 1_000, 0.01, &mut Rng::new(1));
        // Ten thousand entries are expected, with a deviation of a hundred.
        assert!(matrix.values().len().abs_diff(10_000) < 500, "{}", matrix.values().len());
        assert!(matrix.columns().iter().all(|&column| (column as usize) < matrix.cols()));
    }
}
