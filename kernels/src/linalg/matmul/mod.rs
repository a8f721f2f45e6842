//! The product of two matrices (exercises A.6 and E.2), in either precision.

mod blocked;

use amdahl::count::{Counted, Scalar};
use amdahl::{
    Agree, Cost, Exchange, ExchangeError, Exchanged, Kernel, Matrix, Rung, SizeLabel, Sizes, Timed,
    Tolerance,
};
use faer::{Accum, MatMut, MatRef, Par};

use crate::support::convert;
use crate::support::real::Real;

/// The product of an m x k and a k x n matrix.
///
/// Three loops as the definition has them stride through the second matrix and use a cache line
/// for one number; the same loops in another order run along it and vectorise. What is left is
/// reuse: libraries copy blocks into the order in which they are read and keep a tile of sums in
/// registers.
///
/// An inner extent of 0 gives zeros. A NaN in a row of the left matrix, or a column of the right
/// one, makes all it takes part in NaN, and an infinity gives an infinity, or NaN against a zero or
/// an opposite infinity: no variant skips a zero. Sums near the overflow threshold overflow in some
/// orders of summation and not in others. Matrices whose inner extents differ are refused.
pub fn kernel() -> Kernel {
    of_precision::<f64>("matmul", "the product of two matrices, f64")
}

/// The kernel in the precision of `T`.
pub(super) fn of_precision<T: Real + Scalar>(id: &str, about: &str) -> Kernel
where
    Matrix<T>: Agree,
{
    let square = |n| Extents { m: n, k: n, n };
    let of = |m, k, n| Extents { m, k, n };
    let smoke = [of(0, 3, 2), of(3, 0, 2), of(3, 2, 0), square(1), of(7, 5, 3), of(67, 130, 41)];
    Kernel::new(id, about)
        .exercise("A.6 E.2")
        .sizes(Sizes::smoke(smoke).measured([square(256), square(512), square(1024)]))
        .input(|&Extents { m, k, n }, rng| Factors {
            a: in_precision(&rng.matrix(m, k)),
            b: in_precision(&rng.matrix(k, n)),
        })
        .cost(|&Extents { m, k, n }| {
            let (m, k, n) = (m as f64, k as f64, n as f64);
            let bytes = size_of::<T>() as f64;
            Cost { flops: 2.0 * m * k * n, bytes: bytes * (m * k + k * n + m * n) }
        })
        .bound_by(T::ARITHMETIC)
        .agree_within(|&Extents { k, .. }| tolerance::<T>(k))
        .growing(square)
        // Small enough for the loops; no power of two, where the rows of a matrix share a cache's sets.
        .gate(square(144))
        .reference("naive", naive::<T>)
        .counted(counted::<T>, naive::<Counted>)
        .only_where(
            |size| size.n <= 512,
            "A second and more for one product: 512 shows what the loops cost.",
        )
        .variant("interchanged", interchanged::<T>)
        .rung(Rung::Algorithm)
        .variant("blocked", blocked::<T>)
        .rung(Rung::Vectorize)
        .variant("ndarray", with_ndarray::<T>)
        .variant("nalgebra", with_nalgebra::<T>)
        .variant("faer", with_faer::<T>)
        .variant("preallocated", preallocated::<T>)
        .parallel_variant("rayon", with_rayon::<T>)
        .build()
}

/// How far two products of standard normal values may differ, whose sums have `k` terms.
///
/// A sum of k terms is off by at most k/2 epsilons of the sum of their magnitudes in the worst
/// case, and by λ√k/2 of them with rounding errors of random sign, λ = 8 being all but certain
/// (Higham and Mary, "A new approach to probabilistic rounding error analysis", 2019). Magnitudes
/// of products of such values add up to 0.64 k; both sides have the error.
pub(super) fn tolerance<T: Real>(k: usize) -> Tolerance {
    Tolerance::EXACT.plus_absolute(8.0 * (k as f64).powf(1.5) * T::EPSILON)
}

/// The extents of a product: m x k times k x n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extents {
    m: usize,
    k: usize,
    n: usize,
}

impl SizeLabel for Extents {
    fn label(&self) -> String {
        let Self { m, k, n } = self;
        if m == k && k == n { n.to_string() } else { format!("{m}x{k}x{n}") }
    }
}

/// The matrices to multiply; the rows of the second are as many as the columns of the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Factors<T = f64> {
    /// The left matrix.
    pub a: Matrix<T>,
    /// The right one.
    pub b: Matrix<T>,
}

impl<T> Exchange for Factors<T>
where
    Matrix<T>: Exchange,
{
    fn to_exchanged(&self) -> Exchanged {
        let value = |matrix: &Matrix<T>| {
            matrix.to_exchanged().take("").expect("a matrix crosses as one nameless value")
        };
        Exchanged::named([("a", value(&self.a)), ("b", value(&self.b))])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let a: Matrix<T> = exchanged.take_as("a")?;
        let b: Matrix<T> = exchanged.take_as("b")?;
        if a.cols() != b.rows() {
            return Err(ExchangeError::Mismatch {
                name: "b".to_owned(),
                want: "a matrix of as many rows as `a` has columns",
                got: format!("{} rows beside {} columns", b.rows(), a.cols()),
            });
        }
        Ok(Self { a, b })
    }
}

fn in_precision<T: Real>(x: &Matrix) -> Matrix<T> {
    Matrix::from_vec(x.rows(), x.cols(), x.as_slice().iter().map(|&x| T::nearest(x)).collect())
}

/// The same factors in doubles that count what is done with them.
fn counted<T: Real>(factors: &Factors<T>) -> Factors<Counted> {
    let matrix = |x: &Matrix<T>| {
        let values = x.as_slice().iter().map(|&value| Counted(value.to_f64()));
        Matrix::from_vec(x.rows(), x.cols(), values.collect())
    };
    Factors { a: matrix(&factors.a), b: matrix(&factors.b) }
}

fn naive<T: Scalar>(factors: &Factors<T>) -> Timed<'_, Matrix<T>> {
    let Factors { a, b } = factors;
    Timed::returning(move || {
        let mut out = Matrix::zeros(a.rows(), b.cols());
        for i in 0..a.rows() {
            for j in 0..b.cols() {
                let mut sum = T::default();
                for l in 0..a.cols() {
                    sum += a[(i, l)] * b[(l, j)];
                }
                out[(i, j)] = sum;
            }
        }
        out
    })
}

/// The naive loops with the inner two exchanged: both matrices are read along their rows.
fn interchanged<T: Real>(factors: &Factors<T>) -> Timed<'_, Matrix<T>> {
    let Factors { a, b } = factors;
    Timed::returning(move || {
        let mut out = Matrix::zeros(a.rows(), b.cols());
        for i in 0..a.rows() {
            for l in 0..a.cols() {
                let factor = a[(i, l)];
                for (out, b) in out.row_mut(i).iter_mut().zip(b.row(l)) {
                    *out += factor * *b;
                }
            }
        }
        out
    })
}

fn blocked<T: Real>(factors: &Factors<T>) -> Timed<'_, Matrix<T>> {
    let Factors { a, b } = factors;
    Timed::returning(move || {
        let mut out = Matrix::zeros(a.rows(), b.cols());
        blocked::add_product(a, b, &mut out);
        out
    })
}

fn with_ndarray<T: Real>(factors: &Factors<T>) -> Timed<'_, Matrix<T>> {
    let (a, b) = (convert::ndarray_view(&factors.a), convert::ndarray_view(&factors.b));
    Timed::returning(move || a.dot(&b)).seen_as(convert::from_ndarray)
}

fn with_nalgebra<T: Real>(factors: &Factors<T>) -> Timed<'_, Matrix<T>> {
    let (a, b) = (convert::to_nalgebra(&factors.a), convert::to_nalgebra(&factors.b));
    Timed::returning(move || &a * &b).seen_as(|out| convert::from_nalgebra(&out))
}

fn view<T: Real>(x: &Matrix<T>) -> MatRef<'_, T> {
    MatRef::from_row_major_slice(x.as_slice(), x.rows(), x.cols())
}

/// The product is in the order of the factors, as the transpose of faer's own: a product in columns
/// of factors in rows takes a fifth to a half longer.
fn with_faer<T: Real>(factors: &Factors<T>) -> Timed<'_, Matrix<T>> {
    let (a, b) = (view(&factors.a), view(&factors.b));
    Timed::returning(move || {
        let mut out = faer::Mat::zeros(b.ncols(), a.nrows());
        multiply(out.as_mut().transpose_mut(), a, b, Par::Seq);
        out
    })
    .seen_as(|out| convert::from_faer_transposed(&out))
}

fn preallocated<T: Real>(factors: &Factors<T>) -> Timed<'_, Matrix<T>> {
    in_place(factors, || Par::Seq)
}

fn with_rayon<T: Real>(factors: &Factors<T>) -> Timed<'_, Matrix<T>> {
    in_place(factors, || Par::rayon(0))
}

fn in_place<T: Real>(factors: &Factors<T>, par: impl Fn() -> Par) -> Timed<'_, Matrix<T>> {
    let (a, b, par) = (view(&factors.a), view(&factors.b), par());
    Timed::in_place(
        Matrix::zeros(factors.a.rows(), factors.b.cols()),
        move |out| {
            let (rows, cols) = (out.rows(), out.cols());
            let out = MatMut::from_row_major_slice_mut(out.as_mut_slice(), rows, cols);
            multiply(out, a, b, par);
        },
        Matrix::clone,
    )
}

fn multiply<T: Real>(out: MatMut<'_, T>, a: MatRef<'_, T>, b: MatRef<'_, T>, par: Par) {
    faer::linalg::matmul::matmul(out, Accum::Replace, a, b, T::nearest(1.0), par);
}
