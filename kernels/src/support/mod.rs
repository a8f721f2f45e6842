//! What several kernels need: conversions between libraries' matrices and portable SIMD.

pub mod convert;
pub mod exp;
pub mod lanes;
pub mod tile;
