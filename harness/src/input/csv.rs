//! Tables as text: a matrix of numbers, or columns by name.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::{InputError, unknown};
use crate::data::{Array, Value};

/// The whole text of a file.
pub(super) fn text(path: &Path) -> Result<Value, InputError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| InputError::Read { path: path.to_owned(), source })?;
    Ok(Value::from(text.as_str()))
}

/// The numbers of a file in the type and rank of `like`; a first row of words is a header, an empty
/// cell is NaN. A rank of one takes one column or one row.
pub(super) fn matrix(path: &Path, like: &Value) -> Result<Value, InputError> {
    let mut rows = records(path)?;
    let is_header = rows.first().is_some_and(|(_, row)| row.iter().all(is_word));
    if is_header {
        rows.remove(0);
    }
    let cols = rows.first().map_or(0, |(_, row)| row.len());
    let rank = match like {
        Value::F64(array) => array.shape.len(),
        Value::F32(array) => array.shape.len(),
        Value::I64(array) => array.shape.len(),
        Value::Text(_) => 1,
    };
    let shape = match rank {
        0 => Vec::new(),
        1 if cols == 1 || rows.len() == 1 => vec![cols * rows.len()],
        _ => vec![rows.len(), cols],
    };
    let cells =
        || rows.iter().flat_map(|(line, row)| row.iter().enumerate().map(move |c| (*line, c)));
    numbers(path, cells().map(|(line, (column, cell))| (line, column, cell)), shape, like)
}

/// The columns of a file that has a header, by name, in the types that the kernel takes.
pub(super) fn columns(
    path: &Path,
    known: &[(String, Value)],
) -> Result<Vec<(String, Value)>, InputError> {
    let mut rows = records(path)?;
    if rows.is_empty() {
        let reason = "there is no header of column names".to_owned();
        return Err(InputError::NotATable { path: path.to_owned(), reason });
    }
    let (_, header) = rows.remove(0);
    let column = |(at, name): (usize, &str)| -> Result<(String, Value), InputError> {
        let like = known.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        let like = like.ok_or_else(|| unknown(name, known))?;
        let cells = rows.iter().map(|(line, row)| (*line, at, &row[at]));
        let value = match like {
            Value::Text(_) => Value::Text(cells.map(|(_, _, cell)| word(cell)).collect()),
            like => numbers(path, cells, vec![rows.len()], like)?,
        };
        Ok((name.to_owned(), value))
    };
    header.iter().enumerate().map(column).collect()
}

/// The rows of a file with their lines, all of one length.
fn records(path: &Path) -> Result<Vec<(u64, StringRecord)>, InputError> {
    let failed = |error: csv::Error| {
        let reason = error.to_string();
        match error.into_kind() {
            csv::ErrorKind::Io(source) => InputError::Read { path: path.to_owned(), source },
            _ => InputError::NotATable { path: path.to_owned(), reason },
        }
    };
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).map_err(failed)?;
    let mut rows: Vec<(u64, StringRecord)> = Vec::new();
    for row in reader.records() {
        let row = row.map_err(failed)?;
        let line = row.position().map_or(0, csv::Position::line);
        if let Some((_, first)) = rows.first()
            && first.len() != row.len()
        {
            let (cells, want) = (row.len(), first.len());
            return Err(InputError::Ragged { path: path.to_owned(), line, cells, want });
        }
        rows.push((line, row));
    }
    Ok(rows)
}

fn is_word(cell: &str) -> bool {
    !cell.trim().is_empty() && cell.trim().parse::<f64>().is_err()
}

fn word(cell: &str) -> Option<String> {
    (!cell.is_empty()).then(|| cell.to_owned())
}

/// Cells (line, column from 0, text) as numbers of the type of `like`.
fn numbers<'c>(
    path: &Path,
    cells: impl Iterator<Item = (u64, usize, &'c str)>,
    shape: Vec<usize>,
    like: &Value,
) -> Result<Value, InputError> {
    let bad = |line, column: usize, cell: &str| InputError::NotANumber {
        path: path.to_owned(),
        line,
        column: column + 1,
        cell: cell.to_owned(),
    };
    if let Value::I64(_) = like {
        let data = cells
            .map(|(line, column, cell)| cell.trim().parse().map_err(|_| bad(line, column, cell)));
        return Ok(Value::I64(Array { shape, data: data.collect::<Result<_, _>>()? }));
    }
    let data = cells.map(|(line, column, cell)| match cell.trim() {
        "" => Ok(f64::NAN),
        trimmed => trimmed.parse().map_err(|_| bad(line, column, cell)),
    });
    let data: Vec<f64> = data.collect::<Result<_, _>>()?;
    #[allow(clippy::cast_possible_truncation, reason = "the kernel takes single precision")]
    Ok(match like {
        Value::F32(_) => {
            Value::F32(Array { shape, data: data.iter().map(|&value| value as f32).collect() })
        }
        _ => Value::F64(Array { shape, data }),
    })
}
