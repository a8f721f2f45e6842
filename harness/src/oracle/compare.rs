//! `numpy.allclose` over named values.

use crate::data::{Exchanged, Value};

/// Whether numbers are within atol + rtol |want|, NaN equal to NaN, and everything else exact.
pub(super) fn all_close(
    got: &Exchanged,
    want: &Exchanged,
    rtol: f64,
    atol: f64,
) -> Result<(), String> {
    let (got, want) = match (got, want) {
        (Exchanged::Error(_), Exchanged::Error(_)) => return Ok(()),
        (Exchanged::Values(got), Exchanged::Values(want)) => (got, want),
        (got, want) => return Err(format!("got {got:?}, want {want:?}")),
    };
    if got.len() != want.len() {
        return Err(format!("{} values, want {}", got.len(), want.len()));
    }
    for (name, want) in want {
        let got = got.iter().find(|(own, _)| own == name);
        let (_, got) = got.ok_or_else(|| format!("no value named `{name}`"))?;
        close(got, want, rtol, atol).map_err(|difference| format!("`{name}`: {difference}"))?;
    }
    Ok(())
}

fn close(got: &Value, want: &Value, rtol: f64, atol: f64) -> Result<(), String> {
    if let (Value::Text(got), Value::Text(want)) = (got, want) {
        return if got == want { Ok(()) } else { Err(format!("got {got:?}, want {want:?}")) };
    }
    if let (Value::I64(got), Value::I64(want)) = (got, want) {
        return if got == want { Ok(()) } else { Err(format!("got {got:?}, want {want:?}")) };
    }
    let (got_shape, got) = numbers(got).ok_or("text where numbers belong")?;
    let (want_shape, want) = numbers(want).ok_or("numbers where text belongs")?;
    if got_shape != want_shape {
        return Err(format!("shape {got_shape:?}, want {want_shape:?}"));
    }
    for (at, (got, want)) in got.iter().zip(&want).enumerate() {
        let equal = got == want || (got.is_nan() && want.is_nan());
        let near = want.is_finite() && (got - want).abs() <= atol + rtol * want.abs();
        if !(equal || near) {
            return Err(format!("at {at}: got {got:e}, want {want:e}"));
        }
    }
    Ok(())
}

fn numbers(value: &Value) -> Option<(&[usize], Vec<f64>)> {
    Some(match value {
        Value::F64(array) => (&array.shape, array.data.clone()),
        Value::F32(array) => (&array.shape, array.data.iter().map(|&v| f64::from(v)).collect()),
        Value::I64(array) => (&array.shape, array.data.iter().map(|&v| v as f64).collect()),
        Value::Text(_) => return None,
    })
}

#[cfg(test)]
#[test]
fn it_tells_close_from_far() {
    let single = |value| Exchanged::single(Value::vector(&[value]));
    let close = |got, want| all_close(&single(got), &single(want), 1e-6, 1e-9).is_ok();
    assert!(close(1.0, 1.0 + 5e-7));
    assert!(!close(1.0, 1.0 + 5e-6));
    assert!(close(f64::NAN, f64::NAN));
    assert!(close(f64::INFINITY, f64::INFINITY));
    assert!(!close(f64::INFINITY, f64::NEG_INFINITY));
    assert!(!close(f64::NAN, 1.0));
    assert!(!close(1.0, f64::INFINITY));
}
