//! Every value squared (exercise A.2).

use amdahl::count::{Counted, Scalar};
use amdahl::{Bound, Cost, Kernel, Matrix, Rung, Sizes, Timed, Tolerance};
use faer::MatRef;
use multiversion::multiversion;
use nalgebra::DMatrixView;

use crate::support::lanes::values_to_line;
use crate::support::{by_rows, convert};

/// Each value of a matrix times itself.
///
/// The exercise pushes into nested lists, where each row is a growing allocation of its own; one
/// pass from a contiguous buffer to another does the same multiplications. There are so few of
/// them that memory alone sets the time.
///
/// A square is one rounding of the exact one: overflow gives inf, NaN stays NaN, and zeros of both
/// signs give 0. An empty matrix stays empty.
pub fn kernel() -> Kernel {
    Kernel::new("square", "each value of a matrix squared, f64")
        .exercise("A.2")
        .sizes(
            Sizes::smoke([(0, 3), (3, 0), (1, 1), (7, 5), (5, 67), (1_031, 257)])
                .measured([(100, 100), (1_000, 1_000)]),
        )
        .input(|&(n, d), rng| rng.matrix(n, d))
        .cost(|&(n, d)| {
            let values = (n * d) as f64;
            Cost { flops: values, bytes: 16.0 * values }
        })
        .bound_by(Bound::Copy)
        // Every variant rounds the same product once.
        .agree_within(|_| Tolerance::EXACT)
        .growing(|n| (n, 1_000))
        .reference("naive", naive::<f64>)
        .counted(Counted::matrix, naive::<Counted>)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("simd", simd)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

/// A list of lists, as the exercise has it.
fn naive<T: Scalar>(x: &Matrix<T>) -> Timed<'_, Matrix<T>> {
    Timed::returning(move || {
        let mut out = Vec::new();
        for i in 0..x.rows() {
            let mut row = Vec::new();
            for j in 0..x.cols() {
                row.push(x[(i, j)] * x[(i, j)]);
            }
            out.push(row);
        }
        out
    })
    .seen_as(|out| Matrix::from_vec(x.rows(), x.cols(), out.concat()))
}

fn with_ndarray(x: &Matrix) -> Timed<'_, Matrix> {
    let x = convert::ndarray_view(x);
    Timed::returning(move || &x * &x).seen_as(convert::from_ndarray)
}

/// A column of nalgebra's layout is a row of ours, so the same memory serves both.
fn with_nalgebra(x: &Matrix) -> Timed<'_, Matrix> {
    let view = DMatrixView::from_slice(x.as_slice(), x.cols(), x.rows());
    Timed::returning(move || view.component_mul(&view))
        .seen_as(|out| Matrix::from_vec(x.rows(), x.cols(), out.as_slice().to_vec()))
}

/// A column of faer's layout is a row of ours, so the same memory serves both.
fn with_faer(x: &Matrix) -> Timed<'_, Matrix> {
    let view = MatRef::from_column_major_slice(x.as_slice(), x.cols(), x.rows());
    Timed::returning(move || faer::zip!(view).map(|faer::unzip!(value)| value * value))
        .seen_as(|out| convert::from_faer_transposed(&out))
}

fn simd(x: &Matrix) -> Timed<'_, Matrix> {
    by_rows::returning(x, |x, out, _| squares(x, out))
}

fn preallocated(x: &Matrix) -> Timed<'_, Matrix> {
    by_rows::preallocated(x, |x, out, _| squares(x, out))
}

/// Values one task takes: enough to outweigh the hand-over, few enough to balance.
const VALUES_PER_TASK: usize = 256 * 1024;

fn with_rayon(x: &Matrix) -> Timed<'_, Matrix> {
    by_rows::parallel(x, VALUES_PER_TASK, |x, out, _| squares(x, out))
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn squares(x: &[f64], out: &mut [f64]) {
    let head = values_to_line(out);
    for (out, x) in out.iter_mut().zip(x).take(head) {
        *out = x * x;
    }
    for (out, x) in out[head..].iter_mut().zip(&x[head..]) {
        *out = x * x;
    }
}
