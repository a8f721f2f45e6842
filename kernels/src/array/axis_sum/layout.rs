//! An axis as memory has it, and the sums along it.
//!
//! Whatever the rank, an axis splits memory into three: blocks outside it, its own extent, and
//! contiguous values inside it. Fortran order is C order with the axes reversed, so both are one
//! case, and the result keeps the order of the input. Several threads share out the blocks, where
//! these are many, or the contiguous values, or the axis itself.

use multiversion::multiversion;
use rayon::prelude::*;

use super::AxisSumError;
use super::input::{AxisSum, Order};
use crate::support::sums;

/// The three extents that an axis makes of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Blocks, each with sums of its own.
    pub outer: usize,
    /// Values in each sum.
    pub extent: usize,
    /// Contiguous sums in each block.
    pub inner: usize,
}

/// The array's axes but the one summed along: the shape of the result.
pub fn result_shape(input: &AxisSum) -> Result<Vec<usize>, AxisSumError> {
    let mut shape = input.shape.clone();
    shape.remove(axis_of(input)?);
    Ok(shape)
}

/// The axis counted from 0.
///
/// # Errors
/// Where the array has no such axis.
pub fn axis_of(input: &AxisSum) -> Result<usize, AxisSumError> {
    let rank = input.shape.len();
    let (from_end, count) = (input.axis < 0, input.axis.unsigned_abs());
    let axis = usize::try_from(count).ok().and_then(|count| {
        if from_end { rank.checked_sub(count) } else { Some(count).filter(|axis| *axis < rank) }
    });
    axis.ok_or(AxisSumError::NoSuchAxis { axis: input.axis, rank })
}

impl Layout {
    /// The layout of an array and its axis.
    ///
    /// # Errors
    /// Where the array has no such axis.
    pub fn of(input: &AxisSum) -> Result<Self, AxisSumError> {
        let axis = axis_of(input)?;
        let before = input.shape[..axis].iter().product();
        let behind = input.shape[axis + 1..].iter().product();
        let (outer, inner) = match input.order {
            Order::C => (before, behind),
            Order::Fortran => (behind, before),
        };
        Ok(Self { outer, extent: input.shape[axis], inner })
    }

    /// How many sums there are.
    pub fn sums(self) -> usize {
        self.outer * self.inner
    }

    /// Sums on one thread, one for each place of `out`.
    pub fn sum(self, x: &[f64], out: &mut [f64]) {
        sum_blocks(x, self, out);
    }

    /// The same on the threads of the pool; which values a task sums depends on the layout alone.
    ///
    /// `partial` is of the length that [`Layout::partial_sums`] says.
    pub fn sum_in_parallel(self, x: &[f64], partial: &mut [f64], out: &mut [f64]) {
        let block = self.extent * self.inner;
        if self.inner >= WIDE {
            for (at, out) in out.chunks_mut(self.inner).enumerate() {
                let x = &x[at * block..][..block];
                out.par_chunks_mut(STRIP_OF_TASK).enumerate().for_each(|(strip, out)| {
                    sum_columns(x.get(strip * STRIP_OF_TASK..).unwrap_or(&[]), self.inner, out);
                });
            }
        } else if partial.is_empty() {
            let blocks = VALUES_PER_TASK.div_ceil(block.max(1));
            out.par_chunks_mut((blocks * self.inner).max(1)).enumerate().for_each(|(task, out)| {
                let x = &x[task * blocks * block..][..out.len() * self.extent];
                sum_blocks(x, self, out);
            });
        } else {
            let values = self.extent_of_task() * self.inner;
            for (at, out) in out.chunks_mut(self.inner).enumerate() {
                let x = x[at * block..][..block].par_chunks(values);
                x.zip(partial.par_chunks_mut(self.inner)).for_each(|(x, out)| {
                    let extent = x.len() / self.inner;
                    sum_blocks(x, Self { extent, ..self }, out);
                });
                sum_columns(partial, self.inner, out);
            }
        }
    }

    /// How many partial sums the tasks of one block make; none where a task takes whole blocks or
    /// columns.
    pub fn partial_sums(self) -> usize {
        if self.inner < WIDE && self.extent * self.inner > 2 * VALUES_PER_TASK {
            self.extent.div_ceil(self.extent_of_task()) * self.inner
        } else {
            0
        }
    }

    fn extent_of_task(self) -> usize {
        VALUES_PER_TASK.div_ceil(self.inner.max(1))
    }
}

/// Sums that one pass over a block makes. They stay in the second cache, where four rows at a time
/// meet them; a strip that the first cache holds reads each row in pieces so short that fetching
/// ahead does not get going.
const STRIP: usize = 16 * 1_024;

/// Sums that one task makes: fewer, so that the tasks balance.
const STRIP_OF_TASK: usize = STRIP / 2;

/// Sums enough to share out a block by its columns.
const WIDE: usize = 4 * STRIP_OF_TASK;

/// Values one task takes: enough to outweigh the hand-over and the partial sums.
const VALUES_PER_TASK: usize = 256 * 1024;

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn sum_blocks(x: &[f64], layout: Layout, out: &mut [f64]) {
    let Layout { extent, inner, .. } = layout;
    if inner == 1 {
        for (at, out) in out.iter_mut().enumerate() {
            *out = sums::sum(&x[at * extent..][..extent]);
        }
        return;
    }
    for (at, out) in out.chunks_mut(inner.max(1)).enumerate() {
        let x = &x[at * extent * inner..][..extent * inner];
        for (strip, out) in out.chunks_mut(STRIP).enumerate() {
            out.fill(0.0);
            sums::add_columns(x.get(strip * STRIP..).unwrap_or(&[]), inner, out);
        }
    }
}

/// Sums of columns that begin with `x`, whose rows begin every `stride` values.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn sum_columns(x: &[f64], stride: usize, out: &mut [f64]) {
    out.fill(0.0);
    sums::add_columns(x, stride, out);
}
