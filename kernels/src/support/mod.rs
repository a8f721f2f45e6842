//! What several kernels need: conversions between libraries' matrices, rows mapped to rows,
//! scalars of either precision, and portable SIMD.

pub mod by_rows;
pub mod convert;
pub mod exp;
pub mod lanes;
pub mod real;
pub mod tile;
