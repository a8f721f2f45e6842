//! Holding a result that crossed from another program to one of our own.

use amdahl_reports::{Agreement, Tolerance};

use crate::data::{Agree, Closeness, Disagreement, Exchanged};

/// How closely a result that crossed agrees with our own, that of the variant `against`; `qualities`
/// judges it as the kernel's type.
///
/// Two errors agree; they need not have the same words, so there is no result to judge then.
pub(super) fn to_own<O: Agree>(
    result: Exchanged,
    own: &O,
    tolerance: &Tolerance,
    against: &str,
    qualities: impl FnOnce(Option<&O>) -> Vec<f64>,
) -> Result<Agreement, Disagreement> {
    let wanted = own.to_exchanged();
    let (result, closeness) = compared(result, own, &wanted, tolerance)?;
    Ok(Agreement {
        against: against.to_owned(),
        error: closeness.error,
        allowed: closeness.allowed,
        used: closeness.used,
        qualities: qualities(result.as_ref()),
        values: closeness.values,
        in_place: false,
        output_bytes: wanted.bytes(),
        seeds_differ: None,
    })
}

fn compared<O: Agree>(
    result: Exchanged,
    own: &O,
    wanted: &Exchanged,
    tolerance: &Tolerance,
) -> Result<(Option<O>, Closeness), Disagreement> {
    match (&result, wanted) {
        (Exchanged::Error(_), Exchanged::Error(_)) => return Ok((None, Closeness::default())),
        (Exchanged::Error(error), Exchanged::Values(_)) => {
            return Err(Disagreement::new(format!(
                "an error (`{error}`) where the reference has a result"
            )));
        }
        (Exchanged::Values(_), Exchanged::Error(error)) => {
            return Err(Disagreement::new(format!(
                "a result where the reference has an error (`{error}`)"
            )));
        }
        (Exchanged::Values(_), Exchanged::Values(_)) => {}
    }
    let result = O::from_exchanged(result).map_err(|error| Disagreement::new(error.to_string()))?;
    let closeness = result.agree(own, tolerance)?;
    Ok((Some(result), closeness))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Value;

    #[test]
    fn a_result_agrees_an_error_or_another_type_where_there_is_a_result_does_not() {
        let own = vec![1.0, 2.0];
        let held = |result| {
            to_own(result, &own, &Tolerance::relative(1e-9), "naive", |result| {
                vec![result.map_or(f64::NAN, |own| own[0])]
            })
        };
        let values = |data: &[f64]| Exchanged::single(Value::vector(data));
        let agreement = held(values(&[1.0, 2.0])).expect("the same values");
        assert_eq!((agreement.values, agreement.output_bytes), (2, 16));
        assert_eq!((agreement.against.as_str(), agreement.qualities), ("naive", vec![1.0]));
        assert!(held(values(&[1.0, 2.1])).unwrap_err().to_string().contains("at [1]"));
        assert!(held(values(&[1.0])).unwrap_err().to_string().contains("shape [1]"));
        let said = held(Exchanged::Error("no".to_owned())).unwrap_err().to_string();
        assert!(said.contains("an error (`no`)"), "{said}");
        let single = held(Exchanged::single(Value::from(3_i64))).unwrap_err().to_string();
        assert!(single.contains("i64"), "{single}");
    }
}
