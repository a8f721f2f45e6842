//! Rows scaled to unit Euclidean norm (exercise B.3).

use amdahl::{Bound, Cost, Kernel, Matrix, Rung, Sizes, Timed, Tolerance};
use faer::MatRef;
use multiversion::multiversion;
use multiversion::target::match_target;
use nalgebra::DMatrixView;
use ndarray::{Axis, Zip};

use crate::support::lanes::{LANES, Lanes, mul_add};
use crate::support::sums::lanes_sum;
use crate::support::{by_rows, convert};

/// Each row divided by its Euclidean norm.
///
/// The exercise broadcasts a column of norms over the rows; written so it takes three passes over
/// memory, and one pass that keeps each row in the cache is bound by memory alone.
///
/// An all-zero row stays zero. Every other finite row comes out with norm 1, even where squares
/// would overflow or underflow: such a row is divided by its largest magnitude first. A row that
/// holds an infinity and no NaN has 0 for its finite values and NaN for the infinite ones (as
/// x / inf and inf / inf); a NaN makes its whole row NaN.
pub fn kernel() -> Kernel {
    Kernel::new("row_normalize", "rows scaled to unit Euclidean norm, f64")
        .exercise("B.3")
        .sizes(
            Sizes::smoke([(0, 3), (3, 0), (1, 1), (7, 5), (5, 67)])
                .measured([(1_000, 100), (10_000, 100)]),
        )
        .input(|&(n, d), rng| rng.matrix(n, d))
        .cost(|&(n, d)| {
            let values = (n * d) as f64;
            Cost { flops: 3.0 * values, bytes: 16.0 * values }
        })
        .bound_by(Bound::Copy)
        // A sum of d squares has no cancellation: d roundings, halved by the root, and three more.
        .agree_within(|&(_, d)| Tolerance::relative((d as f64 + 8.0) * f64::EPSILON))
        .reference("naive", naive)
        .variant("ndarray", with_ndarray)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("fused", fused)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

/// Sums of squares that neither overflowed nor lost digits to underflow, and whose roots have
/// normal reciprocals: 2^-900 to 2^1000.
fn is_safe(sum_of_squares: f64) -> bool {
    const LOW: f64 = 1.183_052_186_166_774_7e-271;
    const HIGH: f64 = 1.071_508_607_186_267_3e301;
    (LOW..=HIGH).contains(&sum_of_squares)
}

/// Normalizes a row in place whatever its values are, the slow way.
#[cold]
fn normalize_with_care<'r>(row: impl Iterator<Item = &'r mut f64>) {
    let row: Vec<&mut f64> = row.collect();
    let max = row.iter().map(|value| value.abs()).fold(0.0, f64::max);
    if row.iter().any(|value| value.is_nan()) {
        for value in row {
            *value = f64::NAN;
        }
    } else if max == f64::INFINITY {
        for value in row {
            *value /= max;
        }
    } else if max > 0.0 {
        let norm = row.iter().map(|value| (**value / max).powi(2)).sum::<f64>().sqrt();
        for value in row {
            *value = *value / max / norm;
        }
    }
}

fn naive(x: &Matrix) -> Timed<'_, Matrix> {
    Timed::returning(move || {
        let mut out = x.clone();
        for i in 0..x.rows() {
            let mut sum = 0.0;
            for j in 0..x.cols() {
                sum += x[(i, j)] * x[(i, j)];
            }
            if is_safe(sum) {
                for j in 0..x.cols() {
                    out[(i, j)] = x[(i, j)] / sum.sqrt();
                }
            } else {
                normalize_with_care(out.row_mut(i).iter_mut());
            }
        }
        out
    })
}

fn with_ndarray(x: &Matrix) -> Timed<'_, Matrix> {
    let x = convert::ndarray_view(x);
    Timed::returning(move || {
        let sums = Zip::from(x.rows()).map_collect(|row| row.dot(&row));
        let mut out = &x / &sums.mapv(f64::sqrt).insert_axis(Axis(1));
        for (i, _) in sums.iter().enumerate().filter(|(_, sum)| !is_safe(**sum)) {
            out.row_mut(i).assign(&x.row(i));
            normalize_with_care(out.row_mut(i).iter_mut());
        }
        out
    })
    .seen_as(convert::from_ndarray)
}

/// A column of nalgebra's layout is a row of ours, so the same memory serves both.
fn with_nalgebra(x: &Matrix) -> Timed<'_, Matrix> {
    let view = DMatrixView::from_slice(x.as_slice(), x.cols(), x.rows());
    Timed::returning(move || {
        let mut out = view.into_owned();
        for mut row in out.column_iter_mut() {
            let sum = row.norm_squared();
            if is_safe(sum) {
                row /= sum.sqrt();
            } else {
                normalize_with_care(row.iter_mut());
            }
        }
        out
    })
    .seen_as(|out| Matrix::from_vec(x.rows(), x.cols(), out.as_slice().to_vec()))
}

/// A column of faer's layout is a row of ours, so the same memory serves both.
fn with_faer(x: &Matrix) -> Timed<'_, Matrix> {
    let view = MatRef::from_column_major_slice(x.as_slice(), x.cols(), x.rows());
    Timed::returning(move || {
        let mut out = view.to_owned();
        for row in out.col_iter_mut() {
            let norm = row.as_ref().norm_l2();
            if is_safe(norm * norm) {
                faer::zip!(row).for_each(|faer::unzip!(value)| *value /= norm);
            } else {
                normalize_with_care(row.iter_mut());
            }
        }
        out
    })
    .seen_as(|out| convert::from_faer_transposed(&out))
}

fn fused(x: &Matrix) -> Timed<'_, Matrix> {
    by_rows::returning(x, normalize_rows)
}

fn preallocated(x: &Matrix) -> Timed<'_, Matrix> {
    by_rows::preallocated(x, normalize_rows)
}

/// Values one task takes: enough to outweigh the hand-over, few enough to balance.
const VALUES_PER_TASK: usize = 64 * 1024;

fn with_rayon(x: &Matrix) -> Timed<'_, Matrix> {
    by_rows::parallel(x, VALUES_PER_TASK, normalize_rows)
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2+fma", "aarch64+neon"))]
fn normalize_rows(x: &[f64], out: &mut [f64], cols: usize) {
    let rows = x.chunks_exact(cols.max(1)).zip(out.chunks_exact_mut(cols.max(1)));
    for (x, out) in rows {
        let sum = match_target! {
            "x86_64+avx512f" => sum_of_squares::<true>(x),
            "x86_64+avx2+fma" => sum_of_squares::<true>(x),
            "aarch64+neon" => sum_of_squares::<true>(x),
            _ => sum_of_squares::<false>(x),
        };
        if is_safe(sum) {
            let scale = 1.0 / sum.sqrt();
            for (out, x) in out.iter_mut().zip(x) {
                *out = x * scale;
            }
        } else {
            out.copy_from_slice(x);
            normalize_with_care(out.iter_mut());
        }
    }
}

/// The sum of squares in two times eight strands, so that no addition waits for the one before, and
/// the strands' own sum by halves: a short row is over before a chain of sixteen additions is.
#[allow(clippy::inline_always, reason = "it must become part of a caller with wider registers")]
#[inline(always)]
fn sum_of_squares<const FUSED: bool>(x: &[f64]) -> f64 {
    let (pairs, rest) = x.as_chunks::<{ 2 * LANES }>();
    let mut sums: [Lanes; 2] = [[0.0; LANES]; 2];
    for x in pairs {
        for (strand, sums) in sums.iter_mut().enumerate() {
            for l in 0..LANES {
                let value = x[strand * LANES + l];
                sums[l] = mul_add::<FUSED>(value, value, sums[l]);
            }
        }
    }
    let [first, second] = sums;
    let mut together: Lanes = std::array::from_fn(|l| first[l] + second[l]);
    let (halves, rest) = rest.as_chunks::<{ LANES / 2 }>();
    for x in halves {
        for l in 0..LANES / 2 {
            together[l] = mul_add::<FUSED>(x[l], x[l], together[l]);
        }
    }
    lanes_sum(together) + rest.iter().map(|value| value * value).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_without_fused_operations_gives_the_same_sum() {
        let x = amdahl::Rng::new(1).vector(67);
        let (fused, plain) = (sum_of_squares::<true>(&x), sum_of_squares::<false>(&x));
        assert!((fused - plain).abs() < 1e-13 * fused, "{fused} and {plain}");
    }
}
