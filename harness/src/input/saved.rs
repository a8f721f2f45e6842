//! Inputs and results as files that cross to and from peers: numbers as `.npy`, text as `.csv`.
//!
//! A column of text is a file of its own: a header line, then a record a cell. A missing cell is an
//! empty line; text stands between quotes, even where it is empty, and may hold line feeds.

use std::fs;
use std::path::{Path, PathBuf};

use super::{InputError, InputFile, is_npy, npy};
use crate::data::{Exchanged, Value};

/// Writes each value into a file named by its index.
///
/// # Errors
/// Where a file cannot be written.
pub(crate) fn save(values: &Exchanged, directory: &Path) -> Result<Vec<InputFile>, InputError> {
    let Exchanged::Values(values) = values else { return Ok(Vec::new()) };
    let save = |(at, (name, value)): (usize, &(String, Value))| {
        let ending = if matches!(value, Value::Text(_)) { "csv" } else { "npy" };
        let path = directory.join(format!("{at}.{ending}"));
        match value {
            Value::Text(column) => write_column(&path, name, column)?,
            numbers => npy::write(&path, numbers)?,
        }
        Ok(InputFile { name: Some(name.clone()), path })
    };
    values.iter().enumerate().map(save).collect()
}

/// Reads what [`save`], or a peer, wrote.
///
/// # Errors
/// Where a file cannot be read or is neither of the two kinds.
pub(crate) fn load(files: &[InputFile]) -> Result<Exchanged, InputError> {
    let load = |file: &InputFile| {
        let path = &file.path;
        let value = if is_npy(path)? { npy::read(path)? } else { Value::Text(read_column(path)?) };
        Ok((file.name.clone().unwrap_or_default(), value))
    };
    files.iter().map(load).collect::<Result<_, _>>().map(Exchanged::Values)
}

fn write_column(path: &Path, name: &str, cells: &[Option<String>]) -> Result<(), InputError> {
    let mut text = quoted(name);
    text.push('\n');
    for cell in cells {
        if let Some(cell) = cell {
            text.push_str(&quoted(cell));
        }
        text.push('\n');
    }
    fs::write(path, text).map_err(|source| InputError::Write { path: path.to_owned(), source })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn read_column(path: &PathBuf) -> Result<Vec<Option<String>>, InputError> {
    let failed = |source| InputError::Read { path: path.clone(), source };
    let text = fs::read_to_string(path).map_err(failed)?;
    let mut rest = text.as_str();
    let mut cells = Vec::new();
    while !rest.is_empty() {
        let (cell, after) = take_cell(rest).map_err(|reason| InputError::NotAColumn {
            path: path.clone(),
            cell: cells.len(),
            reason,
        })?;
        cells.push(cell);
        rest = after;
    }
    if cells.is_empty() {
        let reason = "a column begins with a header line";
        return Err(InputError::NotAColumn { path: path.clone(), cell: 0, reason });
    }
    cells.remove(0);
    Ok(cells)
}

/// The first cell and what comes after its line; a carriage return before a line feed belongs to
/// neither.
fn take_cell(text: &str) -> Result<(Option<String>, &str), &'static str> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let (line, after) = text.split_once('\n').unwrap_or((text, ""));
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.contains('"') {
            return Err("a quote within a cell that begins with none");
        }
        return Ok(((!line.is_empty()).then(|| line.to_owned()), after));
    };
    let mut cell = String::new();
    loop {
        let (before, after) = rest.split_once('"').ok_or("a quote that is not closed")?;
        cell.push_str(before);
        if let Some(after) = after.strip_prefix('"') {
            cell.push('"');
            rest = after;
        } else {
            let after = after.strip_prefix('\r').unwrap_or(after);
            return match after.strip_prefix('\n') {
                Some(after) => Ok((Some(cell), after)),
                None if after.is_empty() => Ok((Some(cell), after)),
                None => Err("something after the closing quote: one column, one cell a line"),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Array;

    fn round_trip(values: &Exchanged) -> (Exchanged, Vec<InputFile>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = save(values, folder.path()).expect("writable");
        (load(&files).expect("readable"), files)
    }

    #[test]
    fn numbers_of_every_type_and_rank_come_back_bit_for_bit() {
        let ends = [f64::MIN_POSITIVE, -0.0, f64::INFINITY, f64::MAX, 1e-310, 3.0];
        let values = Exchanged::named([
            ("matrix", Value::F64(Array { shape: vec![2, 3], data: ends.to_vec() })),
            ("single", Value::F32(Array { shape: vec![2], data: vec![1.5, f32::MIN] })),
            ("index", Value::I64(Array { shape: vec![3], data: vec![i64::MIN, -1, i64::MAX] })),
            ("scalar", Value::from(0.1)),
            ("count", Value::from(7_i64)),
            ("empty", Value::F64(Array { shape: vec![0, 4], data: Vec::new() })),
        ]);
        let (back, files) = round_trip(&values);
        assert_eq!(back, values);
        let Exchanged::Values(back) = back else { panic!("an error") };
        let Value::F64(matrix) = &back[0].1 else { panic!("another type") };
        assert_eq!(matrix.data[1].to_bits(), (-0.0_f64).to_bits());
        assert!(files.iter().all(|file| file.path.extension().is_some_and(|own| own == "npy")));
    }

    #[test]
    fn text_keeps_missing_empty_quotes_commas_and_line_feeds_apart() {
        let cells = ["", "a,b", "say \"no\"", "two\nlines", "\"", "é", "\r\n"];
        let mut column: Vec<Option<String>> = cells.map(|cell| Some(cell.to_owned())).to_vec();
        column.insert(0, None);
        column.push(None);
        let values = Exchanged::named([("a \"name\"", Value::Text(column))]);
        assert_eq!(round_trip(&values).0, values);
        let none = Exchanged::named([("city", Value::Text(Vec::new()))]);
        assert_eq!(round_trip(&none).0, none);
    }

    #[test]
    fn the_bytes_of_a_column_are_those_of_the_protocol() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let column = vec![Some("a\"b".to_owned()), None, Some(String::new())];
        let files = save(&Exchanged::single(Value::Text(column)), folder.path()).expect("writable");
        let text = fs::read_to_string(&files[0].path).expect("readable");
        assert_eq!(text, "\"\"\n\"a\"\"b\"\n\n\"\"\n");
    }

    #[test]
    fn a_column_that_is_none_is_an_error_with_its_cell() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("0.csv");
        for (text, said) in [
            ("x\n\"a\",1\n", "cell 1: something after the closing quote"),
            ("x\n\"a\n", "cell 1: a quote that is not closed"),
            ("", "header line"),
        ] {
            fs::write(&path, text).expect("a file");
            let file = InputFile { name: None, path: path.clone() };
            let error = load(&[file]).expect_err("no column").to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
