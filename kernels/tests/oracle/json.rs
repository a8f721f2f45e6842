//! Oracle files: their JSON as named values. The format stands in `tests/reference/README.md`.

use amdahl::{Array, Exchanged, Value};
use serde_json::Value as Json;

use super::compare;

/// The width of floating-point numbers, which JSON does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// f32.
    Single,
    /// f64.
    Double,
}

/// One input with the result expected.
pub struct Case {
    pub name: String,
    input: Json,
    output: Json,
    rtol: f64,
    atol: f64,
}

impl Case {
    pub fn input(&self, width: Width) -> Result<Exchanged, String> {
        exchanged(&self.input, width)
    }

    pub fn compare(&self, got: &Exchanged) -> Result<(), String> {
        let want = exchanged(&self.output, Width::Double)?;
        compare::all_close(got, &want, self.rtol, self.atol)
    }
}

/// The kernel's id and the cases of a file.
pub fn parse(text: &str) -> Result<(String, Vec<Case>), String> {
    let file: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let field = |json: &Json, name: &str| {
        json.get(name).cloned().ok_or_else(|| format!("there is no `{name}`"))
    };
    let string = |json: &Json, name: &str| {
        field(json, name)?.as_str().map(str::to_owned).ok_or(format!("`{name}` is no string"))
    };
    let number = |json: &Json, name: &str| {
        field(json, name)?.as_f64().ok_or(format!("`{name}` is no number"))
    };
    let cases = field(&file, "cases")?;
    let cases = cases.as_array().ok_or("`cases` is no list")?;
    let case = |case: &Json| -> Result<Case, String> {
        Ok(Case {
            name: string(case, "name")?,
            input: field(case, "input")?,
            output: field(case, "output")?,
            rtol: number(case, "rtol")?,
            atol: number(case, "atol")?,
        })
    };
    Ok((string(&file, "kernel")?, cases.iter().map(case).collect::<Result<_, _>>()?))
}

fn exchanged(json: &Json, width: Width) -> Result<Exchanged, String> {
    if json.get("error") == Some(&Json::Bool(true)) {
        return Ok(Exchanged::Error("expected".to_owned()));
    }
    let mut values = Vec::new();
    collect(String::new(), json, width, &mut values)?;
    Ok(Exchanged::Values(values))
}

/// Adds the values below `name`; objects within objects join their names with a dot.
fn collect(
    name: String,
    json: &Json,
    width: Width,
    values: &mut Vec<(String, Value)>,
) -> Result<(), String> {
    let value = match json {
        Json::Object(fields) => {
            let (shape, data) = (fields.get("shape"), fields.get("data"));
            let (Some(Json::Array(shape)), Some(Json::Array(data))) = (shape, data) else {
                for (field, json) in fields {
                    let name =
                        if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                    collect(name, json, width, values)?;
                }
                return Ok(());
            };
            let extent = |extent: &Json| extent.as_u64().and_then(|e| usize::try_from(e).ok());
            let shape: Option<Vec<usize>> = shape.iter().map(extent).collect();
            array(&shape.ok_or("a shape holds counts")?, data, width)?
        }
        Json::Array(list) if list.iter().any(is_text) => {
            Value::Text(list.iter().map(|cell| cell.as_str().map(str::to_owned)).collect())
        }
        Json::Array(list) => array(&[list.len()], list, width)?,
        Json::String(text) if number(json).is_none() => Value::Text(vec![Some(text.clone())]),
        Json::Bool(truth) => Value::I64(Array { shape: vec![], data: vec![i64::from(*truth)] }),
        scalar => array(&[], std::slice::from_ref(scalar), width)?,
    };
    values.push((name, value));
    Ok(())
}

fn is_text(json: &Json) -> bool {
    json.is_string() && number(json).is_none()
}

/// A number, one of the names of what JSON has no number for, or a missing one.
fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Null => Some(f64::NAN),
        Json::Number(number) => number.as_f64(),
        Json::String(name) => match name.as_str() {
            "nan" => Some(f64::NAN),
            "inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

/// Integers where all of the data are written as such.
fn array(shape: &[usize], data: &[Json], width: Width) -> Result<Value, String> {
    let shape = shape.to_vec();
    let integers: Option<Vec<i64>> = data.iter().map(Json::as_i64).collect();
    if let Some(data) = integers.filter(|integers| !integers.is_empty()) {
        return Ok(Value::I64(Array { shape, data }));
    }
    let data: Option<Vec<f64>> = data.iter().map(number).collect();
    let data = data.ok_or("a list holds something that is no number")?;
    #[allow(clippy::cast_possible_truncation, reason = "single precision is what was asked for")]
    Ok(match width {
        Width::Double => Value::F64(Array { shape, data }),
        Width::Single => {
            Value::F32(Array { shape, data: data.iter().map(|&value| value as f32).collect() })
        }
    })
}
