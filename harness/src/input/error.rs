//! What can be wrong with a user's file.

use std::path::PathBuf;

/// Why a file gives no input.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// It cannot be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    /// A text column that is none.
    #[error("{}, cell {cell}: {reason}", path.display())]
    NotAColumn { path: PathBuf, cell: usize, reason: &'static str },
    /// Its ending names no format that is read here.
    #[error("{}: give a file whose name ends in `.npy` or `.csv`", path.display())]
    Kind { path: PathBuf },
    /// An array of another type of numbers.
    #[error("{}: an array of `{dtype}`: save it as float64, float32 or int64", path.display())]
    Dtype { path: PathBuf, dtype: String },
    /// A row of another length.
    #[error(
        "{}, line {line}: {cells} cell{} where the first row has {want}",
        path.display(),
        if *cells == 1 { "" } else { "s" }
    )]
    Ragged { path: PathBuf, line: u64, cells: usize, want: usize },
    /// A cell that is no number.
    #[error("{}, line {line}, column {column}: `{cell}` is no number", path.display())]
    NotANumber { path: PathBuf, line: u64, column: usize, cell: String },
    /// Text that is no table.
    #[error("{}: {reason}", path.display())]
    NotATable { path: PathBuf, reason: String },
    /// The kernel takes no value of this name.
    #[error("the kernel takes no `{name}`: it takes {known}")]
    Unknown { name: String, known: String },
    /// One array where the kernel takes several.
    #[error("{}: the kernel takes several arrays: give each its file, {how}", path.display())]
    Several { path: PathBuf, how: String },
}
