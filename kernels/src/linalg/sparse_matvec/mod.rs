//! A sparse matrix times a vector (the chapter's decision table).

mod csr;

use amdahl::{Bound, Cost, Kernel, Matrix, Rung, SizeLabel, Sizes, Timed, Tolerance};
use faer::sparse::linalg::matmul::sparse_dense_matmul;
use faer::sparse::{SparseRowMatRef, SymbolicSparseRowMatRef};
use faer::{Accum, ColRef, Par};
use multiversion::multiversion;
use multiversion::target::match_target;
use nalgebra::{DMatrix, DVector};
use ndarray::ArrayView1;
use rayon::prelude::*;

use crate::support::convert;
use crate::support::lanes::{LANES, Lanes, mul_add};
pub use csr::{Csr, Product};

/// A sparse matrix, stored by compressed rows, times a vector.
///
/// The decision table says to store a matrix of mostly zeros sparsely. A product reads every stored
/// entry once and nothing else, so it is bound by memory, and at 1 % the dense form reads 67 times as
/// much: `dense`, `ndarray` and `nalgebra` multiply the zeros too, and show what that costs.
///
/// An empty row gives 0. NaN and the infinities in the matrix spread to their row. An absent entry
/// is no factor, so those in `v` spread to the rows that store an entry there; the three dense
/// variants multiply zeros with them, and promise the same results for finite `v` only.
pub fn kernel() -> Kernel {
    Kernel::new("sparse_matvec", "a sparse matrix (CSR) times a vector, f64")
        .exercise("decision table")
        .sizes(
            Sizes::smoke([
                Extent { rows: 0, cols: 3, percent: 20 },
                Extent { rows: 3, cols: 0, percent: 20 },
                Extent { rows: 1, cols: 1, percent: 50 },
                Extent { rows: 9, cols: 7, percent: 20 },
                Extent { rows: 131, cols: 67, percent: 30 },
            ])
            .measured([
                Extent { rows: 1_000, cols: 1_000, percent: 1 },
                Extent { rows: 10_000, cols: 10_000, percent: 1 },
            ]),
        )
        .input(|size, rng| Product {
            matrix: Csr::random(size.rows, size.cols, size.density(), rng),
            v: rng.vector(size.cols),
        })
        .cost(|size| {
            let (stored, rows, cols) = (size.stored(), size.rows as f64, size.cols as f64);
            // A value and its column an entry, a start and a result a row, and the vector.
            Cost { flops: 2.0 * stored, bytes: 12.0 * stored + 12.0 * rows + 8.0 * cols }
        })
        .bound_by(Bound::Read)
        // A sum of k products is within k + 1 roundings of the sum of their magnitudes, which is
        // near k, on either side; 32 entries more than expected is beyond any row here.
        .agree_within(|size| {
            let k = size.cols as f64 * size.density();
            let most = k + 8.0 * k.sqrt() + 32.0;
            Tolerance::relative(0.0).plus_absolute(2.0 * most * most * f64::EPSILON)
        })
        .growing_over(312..=10_000, |n| Extent { rows: n, cols: n, percent: 1 })
        .reference("naive", naive)
        .variant("ndarray", with_ndarray)
        .only_where(is_small, ONE_IS_ENOUGH)
        .variant("nalgebra", with_nalgebra)
        .only_where(is_small, ONE_IS_ENOUGH)
        .variant("dense", dense)
        .variant("faer", with_faer)
        .variant("strands", strands)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

const ONE_IS_ENOUGH: &str =
    "The dense matrix takes 800 MB there: `dense` alone shows what that costs.";

fn is_small(size: &Extent) -> bool {
    size.rows * size.cols <= 4_000_000
}

/// The extents of a matrix, and how much of it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extent {
    rows: usize,
    cols: usize,
    percent: u8,
}

impl Extent {
    fn density(&self) -> f64 {
        f64::from(self.percent) / 100.0
    }

    /// The entries stored, as expected.
    fn stored(&self) -> f64 {
        (self.rows * self.cols) as f64 * self.density()
    }
}

impl SizeLabel for Extent {
    fn label(&self) -> String {
        format!("{}x{}_{}percent", self.rows, self.cols, self.percent)
    }
}

fn naive(product: &Product) -> Timed<'_, Vec<f64>> {
    let Product { matrix, v } = product;
    Timed::returning(move || {
        // Pushing the sums instead takes several times as long: the compiler then keeps each sum in
        // memory while it grows.
        let mut out = vec![0.0; matrix.rows()];
        for (i, out) in out.iter_mut().enumerate() {
            let mut sum = 0.0;
            for k in matrix.starts()[i] as usize..matrix.starts()[i + 1] as usize {
                sum += matrix.values()[k] * v[matrix.columns()[k] as usize];
            }
            *out = sum;
        }
        out
    })
}

fn with_ndarray(product: &Product) -> Timed<'_, Vec<f64>> {
    let matrix = product.matrix.to_dense();
    let v = ArrayView1::from(&product.v);
    Timed::returning(move || convert::ndarray_view(&matrix).dot(&v)).seen_as(|out| out.to_vec())
}

fn with_nalgebra(product: &Product) -> Timed<'_, Vec<f64>> {
    let matrix: DMatrix<f64> = convert::to_nalgebra(&product.matrix.to_dense());
    let v = DVector::from_column_slice(&product.v);
    Timed::returning(move || &matrix * &v).seen_as(|out| out.as_slice().to_vec())
}

fn with_faer(product: &Product) -> Timed<'_, Vec<f64>> {
    let Product { matrix, v } = product;
    let structure = SymbolicSparseRowMatRef::new_checked(
        matrix.rows(),
        matrix.cols(),
        matrix.starts(),
        None,
        matrix.columns(),
    );
    let sparse = SparseRowMatRef::new(structure, matrix.values());
    let v = ColRef::from_slice(v).as_mat();
    Timed::returning(move || {
        let mut out = faer::Col::<f64>::zeros(sparse.nrows());
        sparse_dense_matmul(out.as_mat_mut(), Accum::Replace, sparse, v, 1.0, Par::Seq);
        out
    })
    .seen_as(|out| out.iter().copied().collect())
}

fn dense(product: &Product) -> Timed<'_, Vec<f64>> {
    let matrix = product.matrix.to_dense();
    let v = &product.v;
    Timed::returning(move || {
        let mut out = vec![0.0; matrix.rows()];
        dense_rows(&matrix, v, &mut out);
        out
    })
}

fn strands(product: &Product) -> Timed<'_, Vec<f64>> {
    Timed::returning(move || {
        let mut out = vec![0.0; product.matrix.rows()];
        sparse_rows(product, 0, &mut out);
        out
    })
}

fn preallocated(product: &Product) -> Timed<'_, Vec<f64>> {
    Timed::in_place(
        vec![0.0; product.matrix.rows()],
        move |out| sparse_rows(product, 0, out),
        Vec::clone,
    )
}

/// Rows one task multiplies: enough to outweigh the hand-over, few enough to balance.
const ROWS_PER_TASK: usize = 256;

fn with_rayon(product: &Product) -> Timed<'_, Vec<f64>> {
    Timed::in_place(
        vec![0.0; product.matrix.rows()],
        move |out| {
            let tasks = out.par_chunks_mut(ROWS_PER_TASK).enumerate();
            tasks.for_each(|(task, out)| sparse_rows(product, task * ROWS_PER_TASK, out));
        },
        Vec::clone,
    )
}

/// The products of the rows from `first` on, as many as `out` has room for.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
fn sparse_rows(product: &Product, first: usize, out: &mut [f64]) {
    let Product { matrix, v } = product;
    for (i, out) in (first..).zip(out) {
        let (columns, values) = matrix.row(i);
        *out = match_target! {
            "x86_64+avx512f" => sparse_row::<true>(columns, values, v),
            "x86_64+avx2+fma" => sparse_row::<true>(columns, values, v),
            "aarch64+neon" => sparse_row::<true>(columns, values, v),
            _ => sparse_row::<false>(columns, values, v),
        };
    }
}

/// One row in eight sums, so that no addition waits for the one before it.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn sparse_row<const FUSED: bool>(columns: &[u32], values: &[f64], v: &[f64]) -> f64 {
    let (columns, rest_columns) = columns.as_chunks::<LANES>();
    let (values, rest_values) = values.as_chunks::<LANES>();
    let mut sums: Lanes = [0.0; LANES];
    for (columns, values) in columns.iter().zip(values) {
        for l in 0..LANES {
            sums[l] = mul_add::<FUSED>(values[l], v[columns[l] as usize], sums[l]);
        }
    }
    let mut sum: f64 = sums.iter().sum();
    for (&column, value) in rest_columns.iter().zip(rest_values) {
        sum += value * v[column as usize];
    }
    sum
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
fn dense_rows(matrix: &Matrix, v: &[f64], out: &mut [f64]) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = match_target! {
            "x86_64+avx512f" => dense_row::<true>(matrix.row(i), v),
            "x86_64+avx2+fma" => dense_row::<true>(matrix.row(i), v),
            "aarch64+neon" => dense_row::<true>(matrix.row(i), v),
            _ => dense_row::<false>(matrix.row(i), v),
        };
    }
}

/// One row with its zeros, in four times eight sums.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn dense_row<const FUSED: bool>(row: &[f64], v: &[f64]) -> f64 {
    const STRANDS: usize = 4 * LANES;
    let (row, rest_row) = row.as_chunks::<STRANDS>();
    let (v, rest_v) = v.as_chunks::<STRANDS>();
    let mut sums = [0.0; STRANDS];
    for (row, v) in row.iter().zip(v) {
        for s in 0..STRANDS {
            sums[s] = mul_add::<FUSED>(row[s], v[s], sums[s]);
        }
    }
    let rest: f64 = rest_row.iter().zip(rest_v).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_without_fused_operations_gives_the_same_sums() {
        let mut rng = amdahl::Rng::new(1);
        let (row, v) = (rng.vector(67), rng.vector(67));
        let columns: Vec<u32> = (0..67).collect();
        let want: f64 = row.iter().zip(&v).map(|(a, b)| a * b).sum();
        let sums = [
            sparse_row::<true>(&columns, &row, &v),
            sparse_row::<false>(&columns, &row, &v),
            dense_row::<true>(&row, &v),
            dense_row::<false>(&row, &v),
        ];
        for sum in sums {
            assert!((sum - want).abs() < 1e-13, "{sum} and {want}");
        }
    }
}
