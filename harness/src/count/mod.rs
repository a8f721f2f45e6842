//! Counting what a reference does: a scalar that keeps a tally of its operations.
//!
//! A reference that is written over [`Scalar`] runs as it is on `f64` and once more on [`Counted`],
//! so the operations that a kernel declares are held to those that somebody counted. The tally is of
//! the thread that counts. Nothing here is timed: counting makes an operation many times as slow.

mod counted;
mod scalar;

use std::cell::Cell;

pub use amdahl_reports::Operations;
pub use counted::Counted;
pub use scalar::Scalar;

thread_local! {
    static TALLY: Cell<Operations> = const {
        Cell::new(Operations {
            additions: 0,
            multiplications: 0,
            divisions: 0,
            fused: 0,
            roots: 0,
            functions: 0,
            comparisons: 0,
        })
    };
}

/// Runs some work, and counts the operations that it does on [`Counted`] numbers of this thread.
///
/// ```
/// use amdahl::count::{Counted, Scalar, tally};
///
/// fn dot<T: Scalar>(x: &[T], y: &[T]) -> T {
///     x.iter().zip(y).fold(T::default(), |sum, (&x, &y)| sum + x * y)
/// }
///
/// assert_eq!(dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// let (x, y) = ([Counted(1.0), Counted(2.0)], [Counted(3.0), Counted(4.0)]);
/// let (sum, operations) = tally(|| dot(&x, &y));
/// assert_eq!(sum.0, 11.0);
/// assert_eq!(operations.flops(), 4);
/// ```
pub fn tally<R>(work: impl FnOnce() -> R) -> (R, Operations) {
    let before = TALLY.replace(Operations::default());
    let result = work();
    let counted = TALLY.get();
    TALLY.set(before.plus(counted));
    (result, counted)
}

/// Adds what `count` changes to this thread's tally.
fn note(count: impl FnOnce(&mut Operations)) {
    let mut operations = TALLY.get();
    count(&mut operations);
    TALLY.set(operations);
}
