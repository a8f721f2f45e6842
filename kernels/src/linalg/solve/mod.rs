//! Systems of linear equations (exercise A.9).

mod accuracy;
mod elimination;
mod lu;
mod pivots;
mod system;

use amdahl::{Bound, Cost, Kernel, Sizes, Timed, Tolerance};
use faer::Par;
use nalgebra::DVector;

use crate::support::convert;
pub use accuracy::{Accuracy, accuracy};
use lu::Lu;
use system::WELL_CONDITIONED;
pub use system::{System, Unknowns};

/// The solution x of Ax = b by LU decomposition with partial pivoting.
///
/// The exercise sets the decomposition against the explicit inverse. The inverse costs three times
/// the operations, and with an ill-conditioned matrix its solution no longer solves the system:
/// the decomposition's residual stays near the rounding error whatever the condition number, the
/// inverse's grows with it.
///
/// A matrix that is not square is an error; so is a singular one, as LAPACK and `NumPy` define it:
/// elimination meets a pivot of exactly zero. Rounding can turn the last pivot of a matrix that is
/// singular on paper into a tiny number, in one order of operations and not in another; its
/// solution is then large and worthless, which `accuracy` does not tell but the condition number
/// does. NaN and infinities are refused, as `scipy.linalg.solve` does. No equations have the empty
/// solution.
pub fn kernel() -> Kernel {
    let well = |n| Unknowns { n, condition: WELL_CONDITIONED };
    let ill = |n| Unknowns { n, condition: 1e12 };
    let smoke = [0, 1, 2, 3, 7, 37, 131].map(well).into_iter().chain([ill(33)]);
    Kernel::new("solve", "the solution of Ax = b, f64")
        .exercise("A.9")
        .sizes(Sizes::smoke(smoke).measured([well(500), well(1_000), ill(1_000)]))
        .input(|&unknowns, rng| System::random(unknowns, rng))
        .cost(|&Unknowns { n, .. }| {
            let n = n as f64;
            // LU takes two thirds of n³, each of the two substitutions n².
            Cost { flops: n * n * (2.0 / 3.0 * n + 2.0), bytes: 8.0 * n * (n + 2.0) }
        })
        .bound_by(Bound::Arithmetic)
        // A backward error of 4 epsilons on either side, which partial pivoting keeps in practice
        // (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 9.4), grows by
        // the condition number into an error relative to |x| in the Euclidean norm, √n times the
        // largest value at most.
        .agree_within(|&Unknowns { n, condition }| {
            Tolerance::relative(8.0 * f64::EPSILON * condition * (n as f64).sqrt())
        })
        .quality("residual", |system, x| measure_of(system, x).residual)
        .quality("backward error", |system, x| measure_of(system, x).backward_error)
        .growing(well)
        .gate(well(300))
        .reference("naive", naive)
        .variant("inverse", by_inverse)
        .variant("nalgebra", with_nalgebra)
        .variant("faer", with_faer)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .without("ndarray", "ndarray has no decompositions; ndarray-linalg binds LAPACK for them.")
        .build()
}

/// Why there is no solution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SolveError {
    /// There are more unknowns than equations, or fewer.
    #[error("a matrix of {rows} x {cols} is not square: give as many equations as unknowns")]
    NotSquare {
        /// Equations.
        rows: usize,
        /// Unknowns.
        cols: usize,
    },
    /// The equations depend on one another.
    #[error("the matrix is singular, its pivot {column} is zero: give independent equations")]
    Singular {
        /// The step of the elimination, from 0.
        column: usize,
    },
    /// A value is no number to calculate with.
    #[error("the system holds NaN or an infinity: give finite values")]
    NotFinite,
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for SolveError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}

type Solution = Result<Vec<f64>, SolveError>;

/// The accuracy of a solution; NaN where there is none.
fn measure_of(system: &System, x: &Solution) -> Accuracy {
    match x {
        Ok(x) => accuracy(system, x),
        Err(_) => Accuracy { residual: f64::NAN, backward_error: f64::NAN },
    }
}

/// The number of unknowns of a system that can be solved, singular or not.
fn checked(system: &System) -> Result<usize, SolveError> {
    let (rows, cols) = (system.a.rows(), system.a.cols());
    if rows != cols {
        return Err(SolveError::NotSquare { rows, cols });
    }
    // No early end: so it vectorises.
    let are_finite =
        |values: &[f64]| values.iter().fold(true, |all, value| all & value.is_finite());
    if are_finite(system.a.as_slice()) && are_finite(&system.b) {
        Ok(rows)
    } else {
        Err(SolveError::NotFinite)
    }
}

fn naive(system: &System) -> Timed<'_, Solution> {
    Timed::returning(move || {
        checked(system)?;
        elimination::solve(system)
    })
}

fn by_inverse(system: &System) -> Timed<'_, Solution> {
    Timed::returning(move || {
        let mut lu = Lu::new(checked(system)?, Par::Seq);
        lu.solve_by_inverse(system)?;
        Ok(lu.x)
    })
}

fn with_nalgebra(system: &System) -> Timed<'_, Solution> {
    let (a, b) = (convert::to_nalgebra(&system.a), DVector::from_column_slice(&system.b));
    Timed::returning(move || {
        if checked(system)? == 0 {
            // nalgebra's substitution counts down from the last of at least one column.
            return Ok(b.clone());
        }
        let lu = a.clone().lu();
        if !pivots::are_usable(lu.lu_internal().diagonal().iter().copied())? {
            return elimination::solve(system).map(DVector::from_vec);
        }
        Ok(lu.solve(&b).expect("no pivot is zero"))
    })
    .seen_as(|solution: Result<DVector<f64>, SolveError>| Ok(solution?.as_slice().to_vec()))
}

fn with_faer(system: &System) -> Timed<'_, Solution> {
    Timed::returning(move || {
        let mut lu = Lu::new(checked(system)?, Par::Seq);
        lu.solve(system)?;
        Ok(lu.x)
    })
}

fn preallocated(system: &System) -> Timed<'_, Solution> {
    in_place(system, Par::Seq)
}

fn with_rayon(system: &System) -> Timed<'_, Solution> {
    in_place(system, Par::rayon(0))
}

fn in_place(system: &System, par: Par) -> Timed<'_, Solution> {
    Timed::in_place(
        (Lu::new(system.b.len(), par), Ok(())),
        move |(lu, outcome)| *outcome = checked(system).and_then(|_| lu.solve(system)),
        |(lu, outcome)| outcome.clone().map(|()| lu.x.clone()),
    )
}
