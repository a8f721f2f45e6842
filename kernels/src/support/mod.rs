//! What several kernels need: conversions between libraries' matrices, rows mapped to rows, sums and
//! products, exponentials and scalars of either precision, medians, portable SIMD; for tables columns
//! and text, groups and hashes, CSV and decimals; for charts drawing.

pub mod by_rows;
pub mod convert;
pub mod csv;
pub mod decimal;
pub mod dictionary;
pub mod drawing;
pub mod duplicates;
pub mod exp;
pub mod exp_f32;
pub mod groups;
pub mod hash;
pub mod lanes;
pub mod median;
pub mod real;
pub mod schedule;
pub mod summary;
pub mod sums;
pub mod svg;
pub mod table;
pub mod text;
pub mod tile;
pub mod with_polars;
pub mod words;
