//! Systems to solve: made with a known condition number, and crossing to files.

use amdahl::{Exchange, ExchangeError, Exchanged, Matrix, Rng, SizeLabel};

/// A size: the number of unknowns and the condition number of the matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unknowns {
    /// How many.
    pub n: usize,
    /// The largest singular value over the smallest.
    pub condition: f64,
}

/// The condition number of a matrix that is called well conditioned here.
pub const WELL_CONDITIONED: f64 = 1e2;

impl SizeLabel for Unknowns {
    fn label(&self) -> String {
        let Self { n, condition } = self;
        if *condition == WELL_CONDITIONED {
            n.to_string()
        } else {
            format!("{n}-cond{condition:e}")
        }
    }
}

/// A matrix and a right-hand side of as many values as it has rows.
#[derive(Debug, Clone, PartialEq)]
pub struct System {
    /// The matrix.
    pub a: Matrix,
    /// The right-hand side.
    pub b: Vec<f64>,
}

impl System {
    /// A system whose solution has standard normal values, with a matrix of this condition number.
    ///
    /// The right-hand side is the matrix times that solution. A random one would have a solution
    /// as large as the inverse, beside which every residual is small.
    pub fn random(unknowns: Unknowns, rng: &mut Rng) -> Self {
        let a = matrix_of_condition(unknowns, rng);
        let x = rng.vector(unknowns.n);
        let dot = |row: &[f64]| row.iter().zip(&x).map(|(a, x)| a * x).sum();
        let b = (0..unknowns.n).map(|i| dot(a.row(i))).collect();
        Self { a, b }
    }
}

/// Reflections on each side of the singular values: enough to make every entry count.
const REFLECTIONS: usize = 3;

/// A matrix with singular values from 1 down to the reciprocal of its condition number, at equal
/// ratios.
///
/// Householder reflections on both sides, and rows in random order, which pivoting has to find
/// again: all of them orthogonal, so the singular values stay (Higham, "Accuracy and Stability of
/// Numerical Algorithms", 2002, section 28.3).
fn matrix_of_condition(unknowns: Unknowns, rng: &mut Rng) -> Matrix {
    let Unknowns { n, condition } = unknowns;
    let mut a = Matrix::zeros(n, n);
    for i in 0..n {
        let share = i as f64 / (n - 1).max(1) as f64;
        a[(i, i)] = condition.powf(-share);
    }
    for _ in 0..REFLECTIONS {
        reflect_columns(&mut a, &rng.vector(n));
        reflect_rows(&mut a, &rng.vector(n));
    }
    let mut order: Vec<usize> = (0..n).collect();
    rng.shuffle(&mut order);
    Matrix::from_vec(n, n, order.iter().flat_map(|&i| a.row(i)).copied().collect())
}

/// a - 2 v (vᵀa) / (vᵀv)
fn reflect_columns(a: &mut Matrix, v: &[f64]) {
    let scale = 2.0 / v.iter().map(|v| v * v).sum::<f64>();
    let mut sums = vec![0.0; a.cols()];
    for (i, v) in v.iter().enumerate() {
        sums.iter_mut().zip(a.row(i)).for_each(|(sum, a)| *sum += v * a);
    }
    for (i, v) in v.iter().enumerate() {
        a.row_mut(i).iter_mut().zip(&sums).for_each(|(a, sum)| *a -= scale * v * sum);
    }
}

/// a - 2 (a v) vᵀ / (vᵀv)
fn reflect_rows(a: &mut Matrix, v: &[f64]) {
    let scale = 2.0 / v.iter().map(|v| v * v).sum::<f64>();
    for i in 0..a.rows() {
        let row = a.row_mut(i);
        let sum: f64 = row.iter().zip(v).map(|(a, v)| a * v).sum();
        row.iter_mut().zip(v).for_each(|(a, v)| *a -= scale * sum * v);
    }
}

impl Exchange for System {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([("a", (&self.a).into()), ("b", (&self.b).into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let a: Matrix = exchanged.take_as("a")?;
        let b: Vec<f64> = exchanged.take_as("b")?;
        if b.len() != a.rows() {
            return Err(ExchangeError::Mismatch {
                name: "b".to_owned(),
                want: "a vector of as many values as `a` has rows",
                got: format!("{} values beside {} rows", b.len(), a.rows()),
            });
        }
        Ok(Self { a, b })
    }
}
