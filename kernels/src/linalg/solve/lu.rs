//! LU decomposition by faer, with the parallelism as an argument and the buffers kept.
//!
//! A row-major matrix is the transpose of faer's column-major one, so Aᵀ is what gets decomposed,
//! and the transposed system what gets solved: nothing is copied into another order.

use amdahl::Matrix;
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::lu::partial_pivoting::{factor, inverse, solve};
use faer::perm::PermRef;
use faer::{Accum, MatMut, MatRef, Par};

use super::{SolveError, System, elimination, pivots};

/// The decomposition of one matrix, and room for all that solving takes.
pub struct Lu {
    n: usize,
    par: Par,
    factors: Vec<f64>,
    order: Vec<usize>,
    order_inverse: Vec<usize>,
    scratch: MemBuffer,
    /// The solution.
    pub x: Vec<f64>,
}

impl Lu {
    /// Buffers for matrices of `n` rows.
    pub fn new(n: usize, par: Par) -> Self {
        let scratch = StackReq::any_of(&[
            factor::lu_in_place_scratch::<usize, f64>(n, n, par, faer::Spec::default()),
            solve::solve_transpose_in_place_scratch::<usize, f64>(n, 1, par),
        ]);
        Self {
            n,
            par,
            factors: vec![0.0; n * n],
            order: vec![0; n],
            order_inverse: vec![0; n],
            scratch: MemBuffer::new(scratch),
            x: vec![0.0; n],
        }
    }

    /// Solves a system of `n` finite equations; the solution is in `x`.
    pub fn solve(&mut self, system: &System) -> Result<(), SolveError> {
        if !self.decompose(&system.a)? {
            self.x = elimination::solve(system)?;
            return Ok(());
        }
        self.x.copy_from_slice(&system.b);
        let lu = MatRef::from_column_major_slice(&self.factors, self.n, self.n);
        solve::solve_transpose_in_place(
            lu,
            lu,
            PermRef::new_checked(&self.order, &self.order_inverse, self.n),
            MatMut::from_column_major_slice_mut(&mut self.x, self.n, 1),
            self.par,
            MemStack::new(&mut self.scratch),
        );
        Ok(())
    }

    /// Solves by the explicit inverse and a product with it.
    pub fn solve_by_inverse(&mut self, system: &System) -> Result<(), SolveError> {
        let n = self.n;
        if !self.decompose(&system.a)? {
            self.x = elimination::solve(system)?;
            return Ok(());
        }
        let mut inverse_transposed = faer::Mat::zeros(n, n);
        let lu = MatRef::from_column_major_slice(&self.factors, n, n);
        inverse::inverse(
            inverse_transposed.as_mut(),
            lu,
            lu,
            PermRef::new_checked(&self.order, &self.order_inverse, n),
            self.par,
            MemStack::new(&mut MemBuffer::new(inverse::inverse_scratch::<usize, f64>(n, self.par))),
        );
        faer::linalg::matmul::matmul(
            MatMut::from_column_major_slice_mut(&mut self.x, n, 1),
            Accum::Replace,
            inverse_transposed.transpose(),
            MatRef::from_column_major_slice(&system.b, n, 1),
            1.0,
            self.par,
        );
        Ok(())
    }

    /// Whether the factors can be used; see [`pivots::are_usable`].
    fn decompose(&mut self, a: &Matrix) -> Result<bool, SolveError> {
        let n = self.n;
        self.factors.copy_from_slice(a.as_slice());
        factor::lu_in_place(
            MatMut::from_column_major_slice_mut(&mut self.factors, n, n),
            &mut self.order,
            &mut self.order_inverse,
            self.par,
            MemStack::new(&mut self.scratch),
            faer::Spec::default(),
        );
        pivots::are_usable(self.factors.iter().step_by(n + 1).copied())
    }
}
