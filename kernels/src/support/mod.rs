//! What several kernels need: conversions between libraries' matrices, rows mapped to rows,
//! portable SIMD, and what charts are drawn with.

pub mod by_rows;
pub mod convert;
pub mod drawing;
pub mod exp;
pub mod lanes;
pub mod svg;
pub mod tile;
