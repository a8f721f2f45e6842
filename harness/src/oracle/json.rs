//! An oracle file's JSON as named values.

use serde_json::Value as Json;

use super::compare;
use crate::data::{Array, Exchanged, Value};

/// One input with the result expected.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) name: String,
    input: Json,
    output: Json,
    rtol: f64,
    atol: f64,
}

impl Case {
    /// The input, its values of the types that those of the same name have in `example`.
    pub(super) fn input(&self, example: &Exchanged) -> Result<Exchanged, String> {
        exchanged(&self.input, Some(example))
    }

    /// Holds a result to the one expected.
    pub(super) fn compare(&self, got: &Exchanged) -> Result<(), String> {
        let want = exchanged(&self.output, None)?;
        compare::all_close(got, &want, self.rtol, self.atol)
    }
}

/// The kernel's id and the cases of a file.
pub(super) fn parse(text: &str) -> Result<(String, Vec<Case>), String> {
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

fn exchanged(json: &Json, example: Option<&Exchanged>) -> Result<Exchanged, String> {
    if json.get("error") == Some(&Json::Bool(true)) {
        return Ok(Exchanged::Error("expected".to_owned()));
    }
    let known: &[(String, Value)] = match example {
        Some(Exchanged::Values(known)) => known,
        _ => &[],
    };
    let mut values = Vec::new();
    collect("", json, known, &mut values)?;
    Ok(Exchanged::Values(values))
}

/// Adds the values below `name`; objects within objects join their names with a dot.
fn collect(
    name: &str,
    json: &Json,
    known: &[(String, Value)],
    values: &mut Vec<(String, Value)>,
) -> Result<(), String> {
    let like = known.iter().find(|(own, _)| own == name).map(|(_, value)| value);
    let value = match json {
        Json::Object(fields) => {
            let (shape, data) = (fields.get("shape"), fields.get("data"));
            let (Some(Json::Array(shape)), Some(Json::Array(data))) = (shape, data) else {
                for (field, json) in fields {
                    let name =
                        if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                    collect(&name, json, known, values)?;
                }
                return Ok(());
            };
            let extent = |extent: &Json| extent.as_u64().and_then(|e| usize::try_from(e).ok());
            let shape: Option<Vec<usize>> = shape.iter().map(extent).collect();
            array(&shape.ok_or("a shape holds counts")?, data, like)
        }
        Json::Array(list) if is_text(list, like) => {
            Ok(Value::Text(list.iter().map(|cell| cell.as_str().map(str::to_owned)).collect()))
        }
        Json::Array(list) => array(&[list.len()], list, like),
        Json::String(text) if number(json).is_none() => Ok(Value::from(text.as_str())),
        Json::Bool(truth) => Ok(Value::from(i64::from(*truth))),
        scalar => array(&[], std::slice::from_ref(scalar), like),
    };
    values.push((name.to_owned(), value.map_err(|reason| format!("`{name}`: {reason}"))?));
    Ok(())
}

/// Whether a list is a column of text: one that holds a word, or nothing that tells where the
/// kernel takes text.
fn is_text(list: &[Json], like: Option<&Value>) -> bool {
    let tells = |cell: &Json| cell.is_string() && number(cell).is_none();
    list.iter().any(tells)
        || (matches!(like, Some(Value::Text(_))) && list.iter().all(Json::is_null))
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

/// Numbers of the type that `like` has; without it, integers where all of them are written as such.
fn array(shape: &[usize], data: &[Json], like: Option<&Value>) -> Result<Value, String> {
    let shape = shape.to_vec();
    if shape.iter().product::<usize>() != data.len() {
        return Err(format!("{} values do not fill the shape {shape:?}", data.len()));
    }
    let integers: Option<Vec<i64>> = data.iter().map(Json::as_i64).collect();
    if let (Some(data), None | Some(Value::I64(_))) = (integers, like) {
        let nothing_tells = data.is_empty() && like.is_none();
        if !nothing_tells {
            return Ok(Value::I64(Array { shape, data }));
        }
    }
    let data: Option<Vec<f64>> = data.iter().map(number).collect();
    let data = data.ok_or("a list holds something that is no number")?;
    #[allow(clippy::cast_possible_truncation, reason = "single precision is what was asked for")]
    Ok(match like {
        Some(Value::F32(_)) => {
            Value::F32(Array { shape, data: data.iter().map(|&value| value as f32).collect() })
        }
        _ => Value::F64(Array { shape, data }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"kernel": "k", "cases": [{"name": "c", "rtol": 0, "atol": 0,
        "input": {"a": [1, 2], "b": {"shape": [2, 1], "data": [1, "nan"]}, "c": [null, "x"]},
        "output": {"error": true}}]}"#;

    fn input(example: &[(&str, Value)]) -> Vec<(String, Value)> {
        let (_, cases) = parse(FILE).expect("a sound file");
        let example = Exchanged::named(example.iter().cloned());
        match cases[0].input(&example).expect("a sound input") {
            Exchanged::Values(values) => values,
            Exchanged::Error(error) => panic!("{error}"),
        }
    }

    #[test]
    fn numbers_take_the_type_that_the_kernel_takes() {
        assert_eq!(input(&[])[0].1, Value::from([1_i64, 2].as_slice()));
        assert_eq!(input(&[("a", Value::from(0.5))])[0].1, Value::from([1.0, 2.0].as_slice()));
        let single = Value::from(0.5_f32);
        assert_eq!(input(&[("a", single)])[0].1, Value::from([1.0_f32, 2.0].as_slice()));
    }

    #[test]
    fn null_is_missing_and_named_numbers_are_read() {
        let values = input(&[]);
        let Value::F64(b) = &values[1].1 else { panic!("{:?}", values[1]) };
        assert!(b.shape == [2, 1] && b.data[0] == 1.0 && b.data[1].is_nan());
        assert_eq!(values[2].1, Value::Text(vec![None, Some("x".to_owned())]));
    }

    #[test]
    fn data_that_do_not_fill_their_shape_are_refused() {
        let file = FILE.replace("[2, 1]", "[3, 1]");
        let (_, cases) = parse(&file).expect("a sound file");
        let error = cases[0].input(&Exchanged::named([])).unwrap_err();
        assert!(error.contains("`b`: 2 values do not fill the shape [3, 1]"), "{error}");
    }
}
