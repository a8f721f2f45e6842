//! What several kernels need: conversions between libraries' matrices, rows mapped to rows, sums,
//! and portable SIMD.
//! What several kernels need: conversions between libraries' matrices, rows mapped to rows,
//! matrix products, scalars of either precision, and portable SIMD.
//! portable SIMD, and tables of typed columns.

pub mod by_rows;
pub mod convert;
pub mod dictionary;
pub mod duplicates;
//! What several kernels need: conversions between libraries' matrices, rows mapped to rows, CSV
//! files, and portable SIMD.
pub mod csv;
pub mod decimal;
pub mod exp;
pub mod exp_f32;
pub mod lanes;
pub mod sums;
pub mod median;
pub mod product;
pub mod real;
pub mod groups;
pub mod hash;
pub mod schedule;
pub mod table;
pub mod text;
pub mod tile;
