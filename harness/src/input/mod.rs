//! A user's own data as the input of a kernel: `.npy` arrays and `.csv` tables.
//!
//! What a file cannot tell (which value of the input it is, whether a table is a matrix or named
//! columns), the kernel's own example does. Nothing here knows a kernel.

mod csv;
mod error;
mod npy;
mod saved;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::data::{Exchanged, Value};

pub(crate) use error::InputError;
pub(crate) use saved::{load as load_saved, save};

/// A file that gives one value of an input, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputFile {
    /// The value it gives; none where it is the whole input.
    pub(crate) name: Option<String>,
    /// The file.
    pub(crate) path: PathBuf,
}

impl InputFile {
    /// Reads `FILE` or `NAME=FILE`, as given on a command line.
    pub(crate) fn parse(text: &str) -> Self {
        match text.split_once('=') {
            Some((name, path)) if !name.contains(['/', '.']) => {
                Self { name: Some(name.to_owned()), path: path.into() }
            }
            _ => Self { name: None, path: text.into() },
        }
    }
}

/// As it is given: `FILE` or `NAME=FILE`, the folder left out.
impl fmt::Display for InputFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name}=")?;
        }
        write!(f, "{}", self.path.file_name().unwrap_or_default().display())
    }
}

/// What the files make together. Single values that no file gives, such as an axis, are those of
/// `example`.
///
/// # Errors
/// Where a file cannot be read, is damaged, or gives a value that the kernel does not take.
pub(crate) fn load(files: &[InputFile], example: &Exchanged) -> Result<Exchanged, InputError> {
    let Exchanged::Values(known) = example else { return Ok(example.clone()) };
    let mut values: Vec<(String, Value)> = Vec::new();
    for file in files {
        let given = match &file.name {
            Some(name) => {
                let like = known.iter().find(|(own, _)| own == name).map(|(_, value)| value);
                let like = like.ok_or_else(|| unknown(name, known))?;
                vec![(name.clone(), one(&file.path, like)?)]
            }
            None => whole(&file.path, known)?,
        };
        values.extend(given);
    }
    for (name, value) in known {
        let given = values.iter().any(|(own, _)| own == name);
        if !given && is_single(value) {
            values.push((name.clone(), value.clone()));
        }
    }
    Ok(Exchanged::Values(values))
}

fn unknown(name: &str, known: &[(String, Value)]) -> InputError {
    let known = known.iter().map(|(name, value)| format!("`{name}` ({})", value.describe()));
    InputError::Unknown { name: name.to_owned(), known: known.collect::<Vec<_>>().join(", ") }
}

/// A number or a word, as against an array.
fn is_single(value: &Value) -> bool {
    match value {
        Value::F64(array) => array.shape.is_empty(),
        Value::F32(array) => array.shape.is_empty(),
        Value::I64(array) => array.shape.is_empty(),
        Value::Text(column) => column.len() == 1,
    }
}

fn is_npy(path: &Path) -> Result<bool, InputError> {
    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("npy") => Ok(true),
        Some("csv") => Ok(false),
        _ => Err(InputError::Kind { path: path.to_owned() }),
    }
}

/// One value from a file.
fn one(path: &Path, like: &Value) -> Result<Value, InputError> {
    if is_npy(path)? {
        return npy::read(path);
    }
    match like {
        Value::Text(column) if column.len() == 1 => csv::text(path),
        like => csv::matrix(path, like),
    }
}

/// A whole input from a file: its one array, or its columns by name.
fn whole(path: &Path, known: &[(String, Value)]) -> Result<Vec<(String, Value)>, InputError> {
    let arrays: Vec<&(String, Value)> = known.iter().filter(|(_, own)| !is_single(own)).collect();
    match (arrays.as_slice(), is_npy(path)?) {
        ([(name, like)], _) => Ok(vec![(name.clone(), one(path, like)?)]),
        (_, false) => csv::columns(path, known),
        (_, true) => {
            let names = arrays.iter().map(|(name, _)| format!("--input {name}=FILE"));
            Err(InputError::Several {
                path: path.to_owned(),
                how: names.collect::<Vec<_>>().join(" "),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Array, Matrix};

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    fn file(folder: &tempfile::TempDir, name: &str, contents: &[u8]) -> InputFile {
        let path = folder.path().join(name);
        std::fs::write(&path, contents).expect("a file");
        InputFile { name: None, path }
    }

    fn matrix() -> Exchanged {
        Exchanged::single((&Matrix::<f64>::zeros(2, 2)).into())
    }

    /// The header of format version 1.0 (`numpy.lib.format`) and the data.
    fn npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
        let order = if fortran { "True" } else { "False" };
        let mut header =
            format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
        while (10 + header.len() + 1) % 64 != 0 {
            header.push(' ');
        }
        header.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend(u16::try_from(header.len()).expect("a short header").to_le_bytes());
        bytes.extend(header.bytes());
        bytes.extend(data);
        bytes
    }

    fn doubles(values: &[f64]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn error(file: InputFile, example: &Exchanged) -> String {
        load(&[file], example).expect_err("an error").to_string()
    }

    #[test]
    fn a_word_before_an_equals_sign_names_the_value() {
        let named = InputFile { name: Some("x".to_owned()), path: "a=b.npy".into() };
        assert_eq!(InputFile::parse("x=a=b.npy"), named);
        assert_eq!(InputFile::parse("./x=1.npy").name, None);
        assert_eq!(InputFile::parse("x.npy").name, None);
    }

    #[test]
    fn an_array_is_read_in_either_order() {
        let folder = folder();
        let data = doubles(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let rows = file(&folder, "c.npy", &npy("<f8", false, "(2, 3)", &data));
        let columns = file(&folder, "f.npy", &npy("<f8", true, "(3, 2)", &data));
        let want = |shape: [usize; 2], data: [f64; 6]| {
            Exchanged::single(Value::F64(Array { shape: shape.to_vec(), data: data.to_vec() }))
        };
        let c = load(&[rows], &matrix()).expect("readable");
        assert_eq!(c, want([2, 3], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
        let f = load(&[columns], &matrix()).expect("readable");
        assert_eq!(f, want([3, 2], [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]));
    }

    #[test]
    fn another_type_a_damaged_file_and_another_ending_are_errors() {
        let folder = folder();
        let complex = file(&folder, "z.npy", &npy("<c16", false, "(1,)", &[0; 16]));
        assert!(error(complex, &matrix()).contains("save it as float64"));
        let short = file(&folder, "s.npy", &npy("<f8", false, "(2, 2)", &doubles(&[1.0])));
        assert!(error(short, &matrix()).contains("s.npy"));
        let text = file(&folder, "t.npy", b"no array");
        assert!(error(text, &matrix()).contains("t.npy"));
        let other = file(&folder, "x.parquet", b"");
        assert!(error(other, &matrix()).contains("`.npy` or `.csv`"));
    }

    #[test]
    fn a_csv_file_is_a_matrix_with_or_without_a_header() {
        let folder = folder();
        let want = Exchanged::single((&Matrix::from_vec(2, 2, vec![1.0, -2.5, 3.0, 4.0])).into());
        for text in ["1,-2.5\n3,4\n", "a,b\n1,-2.5\n3,4"] {
            let plain = file(&folder, "x.csv", text.as_bytes());
            assert_eq!(load(&[plain], &matrix()).expect("readable"), want);
        }
    }

    #[test]
    fn a_ragged_row_and_a_cell_that_is_no_number_are_errors_with_line_and_column() {
        let folder = folder();
        let ragged = file(&folder, "r.csv", b"1,2\n3\n");
        let said = error(ragged, &matrix());
        assert!(
            said.contains("line 2") && said.contains("1 cell where the first row has 2"),
            "{said}"
        );
        let word = file(&folder, "w.csv", b"1,2\n3,x\n");
        let said = error(word, &matrix());
        assert!(said.contains("line 2, column 2") && said.contains("`x`"), "{said}");
    }

    #[test]
    fn columns_cross_by_their_names_and_single_values_are_the_examples() {
        let folder = folder();
        let example = Exchanged::named([
            ("city", Value::Text(vec![None, None])),
            ("size", Value::from([0.5, 0.5].as_slice())),
            ("k", Value::from(3_i64)),
        ]);
        let table = file(&folder, "t.csv", b"size,city\n1,Rome\n,\n");
        let Exchanged::Values(values) = load(&[table], &example).expect("readable") else {
            panic!("an error")
        };
        let Value::F64(size) = &values[0].1 else { panic!("{values:?}") };
        assert!(size.data[0] == 1.0 && size.data[1].is_nan());
        assert_eq!(values[1].1, Value::Text(vec![Some("Rome".to_owned()), None]));
        assert_eq!(values[2], ("k".to_owned(), Value::from(3_i64)));
    }

    #[test]
    fn a_name_that_the_kernel_does_not_take_is_an_error_that_lists_those_it_does() {
        let folder = folder();
        let example = Exchanged::named([("x", Value::from(1.5)), ("y", Value::from(1.5))]);
        let mut named = file(&folder, "x.npy", &npy("<f8", false, "()", &doubles(&[1.0])));
        named.name = Some("z".to_owned());
        let said = error(named, &example);
        assert!(said.contains("`z`") && said.contains("`x` (f64 of shape [])"), "{said}");
    }
}
