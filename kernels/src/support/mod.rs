//! What several kernels need: conversions between libraries' matrices, rows mapped to rows, CSV
//! files, and portable SIMD.

pub mod by_rows;
pub mod convert;
pub mod csv;
pub mod decimal;
pub mod exp;
pub mod lanes;
pub mod tile;
