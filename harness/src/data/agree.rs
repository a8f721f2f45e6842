//! Agreement: whether two results are the same within a tolerance, and how close they are.
//!
//! Results are compared in their neutral form, so the rules stand here once: shapes are equal, NaN
//! agrees with NaN, -0 with 0, infinities by sign, text exactly, an error with an error, and
//! numbers within `absolute + relative * max(|want|, scale)`, `scale` being the largest finite
//! magnitude of the reference's array.

use std::fmt;

use amdahl_reports::Tolerance;

use super::exchange::{Array, Exchange, Exchanged, Value};

/// How close two results that agree are.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Closeness {
    /// The largest absolute difference.
    pub error: f64,
    /// The difference allowed where the largest share of it was used.
    pub allowed: f64,
    /// The largest share of what is allowed that any difference used, 0 to 1.
    pub used: f64,
    /// How many values were compared.
    pub values: u64,
}

impl Closeness {
    /// The looser of two, over the values of both.
    fn and(self, other: Self) -> Self {
        let (used, allowed) = if other.used > self.used {
            (other.used, other.allowed)
        } else {
            (self.used, self.allowed.max(other.allowed))
        };
        Self {
            error: self.error.max(other.error),
            allowed,
            used,
            values: self.values + other.values,
        }
    }
}

/// Where and how two results differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    place: String,
    message: String,
}

impl Disagreement {
    /// A disagreement with a sentence on what differs.
    pub fn new(message: impl Into<String>) -> Self {
        Self { place: String::new(), message: message.into() }
    }

    /// The same, within an outer place.
    pub fn within(mut self, place: &str) -> Self {
        self.place = if self.place.is_empty() {
            place.to_owned()
        } else {
            format!("{place}, {}", self.place)
        };
        self
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.place, self.message)
        }
    }
}

/// A result that can be held to a reference's.
pub trait Agree: Exchange {
    /// Compares `self` with the reference's result.
    ///
    /// # Errors
    /// The first place at which the two differ by more than the tolerance allows.
    fn agree(&self, reference: &Self, tolerance: &Tolerance) -> Result<Closeness, Disagreement> {
        agree(&self.to_exchanged(), &reference.to_exchanged(), tolerance)
    }
}

/// Compares two results in their neutral form.
fn agree(
    got: &Exchanged,
    want: &Exchanged,
    tolerance: &Tolerance,
) -> Result<Closeness, Disagreement> {
    match (got, want) {
        (Exchanged::Error(_), Exchanged::Error(_)) => Ok(Closeness::default()),
        (Exchanged::Error(error), Exchanged::Values(_)) => {
            Err(Disagreement::new(format!("an error (`{error}`) where the reference has a result")))
        }
        (Exchanged::Values(_), Exchanged::Error(error)) => {
            Err(Disagreement::new(format!("a result where the reference has an error (`{error}`)")))
        }
        (Exchanged::Values(got), Exchanged::Values(want)) => {
            let names = |values: &[(String, Value)]| -> Vec<String> {
                values.iter().map(|(name, _)| name.clone()).collect()
            };
            if names(got) != names(want) {
                return Err(Disagreement::new(format!(
                    "values named {:?} where the reference has {:?}",
                    names(got),
                    names(want)
                )));
            }
            let mut closeness = Closeness::default();
            for ((name, got), (_, want)) in got.iter().zip(want) {
                let one = agree_value(got, want, tolerance).map_err(|disagreement| {
                    if name.is_empty() {
                        disagreement
                    } else {
                        disagreement.within(&format!("`{name}`"))
                    }
                })?;
                closeness = closeness.and(one);
            }
            Ok(closeness)
        }
    }
}

fn agree_value(
    got: &Value,
    want: &Value,
    tolerance: &Tolerance,
) -> Result<Closeness, Disagreement> {
    match (got, want) {
        (Value::F64(got), Value::F64(want)) => agree_numbers(got, want, tolerance),
        (Value::F32(got), Value::F32(want)) => agree_numbers(got, want, tolerance),
        (Value::I64(got), Value::I64(want)) => {
            agree_exactly(&got.shape, &got.data, &want.shape, &want.data)
        }
        (Value::Text(got), Value::Text(want)) => {
            agree_exactly(&[got.len()], got, &[want.len()], want)
        }
        _ => Err(Disagreement::new("another type of values than the reference's")),
    }
}

fn agree_exactly<T: PartialEq + fmt::Debug>(
    got_shape: &[usize],
    got: &[T],
    want_shape: &[usize],
    want: &[T],
) -> Result<Closeness, Disagreement> {
    same_shape(got_shape, want_shape)?;
    match got.iter().zip(want).position(|(got, want)| got != want) {
        Some(at) => Err(Disagreement::new(format!(
            "{}got {:?}, the reference has {:?}",
            position(want_shape, at),
            got[at],
            want[at]
        ))),
        None => Ok(Closeness { values: got.len() as u64, ..Closeness::default() }),
    }
}

fn agree_numbers<T: Copy + Into<f64>>(
    got: &Array<T>,
    want: &Array<T>,
    tolerance: &Tolerance,
) -> Result<Closeness, Disagreement> {
    same_shape(&got.shape, &want.shape)?;
    let magnitudes = want.data.iter().map(|&value| value.into().abs());
    let scale = magnitudes.filter(|value| value.is_finite()).fold(0.0, f64::max);
    let allowed = tolerance.absolute + tolerance.relative * scale;
    let mut closeness =
        Closeness { allowed, values: got.data.len() as u64, ..Closeness::default() };
    for (at, (&got_at, &want_at)) in got.data.iter().zip(&want.data).enumerate() {
        let (g, w): (f64, f64) = (got_at.into(), want_at.into());
        if g == w || (g.is_nan() && w.is_nan()) {
            continue;
        }
        let error = (g - w).abs();
        // A NaN or an infinite difference fails this comparison, as it must.
        if error.is_nan() || error > allowed {
            return Err(Disagreement::new(format!(
                "{}got {g:e}, the reference has {w:e}, allowed difference {allowed:.1e}",
                position(&want.shape, at)
            )));
        }
        closeness.error = closeness.error.max(error);
        closeness.used = closeness.used.max(error / allowed);
    }
    Ok(closeness)
}

fn same_shape(got: &[usize], want: &[usize]) -> Result<(), Disagreement> {
    if got == want {
        return Ok(());
    }
    Err(Disagreement::new(format!("shape {got:?} where the reference has {want:?}")))
}

/// Where a row-major offset lies, printed as `at [i, j]: `; nothing for a scalar.
fn position(shape: &[usize], offset: usize) -> String {
    if shape.is_empty() {
        return String::new();
    }
    let mut rest = offset;
    let mut index = vec![0; shape.len()];
    for (place, &extent) in index.iter_mut().zip(shape).rev() {
        *place = rest % extent.max(1);
        rest /= extent.max(1);
    }
    format!("at {index:?}: ")
}
