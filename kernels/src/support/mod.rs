//! What several kernels need: conversions between libraries' matrices, rows mapped to rows,
//! portable SIMD, and tables of typed columns.

pub mod by_rows;
pub mod convert;
pub mod dictionary;
pub mod duplicates;
pub mod exp;
pub mod groups;
pub mod hash;
pub mod lanes;
pub mod schedule;
pub mod summary;
pub mod table;
pub mod text;
pub mod tile;
pub mod words;
