//! What several kernels need: conversions between libraries' matrices, rows mapped to rows, sums and
//! products, exponentials and scalars of either precision, medians, portable SIMD; and for tables:
//! columns and text, groups and hashes, CSV and decimals.
//! What several kernels need: conversions between libraries' matrices, rows mapped to rows,
//! scalars of either precision, and portable SIMD.

pub mod by_rows;
pub mod convert;
pub mod csv;
pub mod decimal;
pub mod dictionary;
pub mod duplicates;
//! portable SIMD, and what charts are drawn with.
pub mod drawing;
pub mod exp;
pub mod exp_f32;
pub mod groups;
pub mod hash;
pub mod lanes;
pub mod median;
pub mod product;
pub mod real;
pub mod schedule;
pub mod sums;
pub mod summary;
pub mod table;
pub mod text;
pub mod svg;
pub mod tile;
pub mod words;
