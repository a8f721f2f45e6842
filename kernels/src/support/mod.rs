//! What several kernels need: conversions between libraries' matrices, rows mapped to rows, sums,
//! and portable SIMD.
//! What several kernels need: conversions between libraries' matrices, rows mapped to rows,
//! matrix products, scalars of either precision, and portable SIMD.

pub mod by_rows;
pub mod convert;
pub mod exp;
pub mod exp_f32;
pub mod lanes;
pub mod sums;
pub mod median;
pub mod product;
pub mod real;
pub mod tile;
