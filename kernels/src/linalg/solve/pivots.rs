//! What the pivots of a decomposition say, the same for every library's.

use super::SolveError;

/// Whether factors with these pivots can be used. A library divides by a pivot by multiplying with
/// its reciprocal, which overflows for subnormal ones: where there is one, the factors are lost, and
/// the caller has to divide instead.
///
/// # Errors
/// Where a pivot is exactly zero: the matrix is singular.
pub fn are_usable(pivots: impl IntoIterator<Item = f64>) -> Result<bool, SolveError> {
    let mut usable = true;
    for (at, pivot) in pivots.into_iter().enumerate() {
        if pivot == 0.0 && usable {
            return Err(SolveError::Singular { column: at });
        }
        usable &= pivot.abs() >= f64::MIN_POSITIVE;
    }
    Ok(usable)
}
