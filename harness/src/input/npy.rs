//! Arrays as `NumPy` saves them.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use npyz::{AutoSerialize, DType, NpyFile, Order, WriterBuilder};

use super::InputError;
use crate::data::{Array, Value};

/// The array of a file, in row-major order.
pub(super) fn read(path: &Path) -> Result<Value, InputError> {
    let failed = |source| InputError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let npy = NpyFile::new(BufReader::new(file)).map_err(failed)?;
    let dtype = match npy.dtype() {
        DType::Plain(plain) => plain.to_string(),
        other => other.descr(),
    };
    let order = npy.order();
    let extent = |&extent: &u64| usize::try_from(extent).unwrap_or(usize::MAX);
    let shape: Vec<usize> = npy.shape().iter().map(extent).collect();
    // The first character is the byte order, which the library minds.
    match dtype.get(1..) {
        Some("f8") => Ok(Value::F64(array(&shape, order, npy.into_vec().map_err(failed)?))),
        Some("f4") => Ok(Value::F32(array(&shape, order, npy.into_vec().map_err(failed)?))),
        Some("i8") => Ok(Value::I64(array(&shape, order, npy.into_vec().map_err(failed)?))),
        _ => Err(InputError::Dtype { path: path.to_owned(), dtype }),
    }
}

/// Writes numbers in row-major order, little-endian.
pub(super) fn write(path: &Path, value: &Value) -> Result<(), InputError> {
    let written = match value {
        Value::F64(array) => write_array(path, array),
        Value::F32(array) => write_array(path, array),
        Value::I64(array) => write_array(path, array),
        // Text is no array of numbers, and no caller has it written here.
        Value::Text(_) => Err(std::io::ErrorKind::InvalidInput.into()),
    };
    written.map_err(|source| InputError::Write { path: path.to_owned(), source })
}

fn write_array<T: AutoSerialize + Copy>(path: &Path, array: &Array<T>) -> std::io::Result<()> {
    let shape: Vec<u64> = array.shape.iter().map(|&extent| extent as u64).collect();
    let file = BufWriter::new(File::create(path)?);
    let mut npy =
        npyz::WriteOptions::new().default_dtype().shape(&shape).writer(file).begin_nd()?;
    npy.extend(array.data.iter().copied())?;
    npy.finish()
}

fn array<T: Copy>(shape: &[usize], order: Order, data: Vec<T>) -> Array<T> {
    let data = match order {
        Order::C => data,
        Order::Fortran => row_major(shape, &data),
    };
    Array { shape: shape.to_vec(), data }
}

/// Entries in column-major order put into row-major order.
fn row_major<T: Copy>(shape: &[usize], data: &[T]) -> Vec<T> {
    let mut index = vec![0; shape.len()];
    let mut out = Vec::with_capacity(data.len());
    for _ in 0..data.len() {
        let place =
            index.iter().zip(shape).rev().fold(0, |place, (at, extent)| place * extent + at);
        out.push(data[place]);
        for (at, extent) in index.iter_mut().zip(shape).rev() {
            *at += 1;
            if *at < *extent {
                break;
            }
            *at = 0;
        }
    }
    out
}
