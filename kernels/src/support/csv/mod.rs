//! CSV files that are larger than memory may be: blocks of whole records, cells straight from their
//! bytes, errors that name line and column.

pub mod blocks;
pub mod cursor;
pub mod error;
pub mod file;
pub mod generate;
pub mod header;
pub mod records;
#[cfg(feature = "polars")]
pub mod scan_polars;
