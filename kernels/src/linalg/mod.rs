//! Linear algebra: products, decompositions and what statistics builds on them.

pub mod batched_matmul;
pub mod covariance;
pub mod gradient_step;
pub mod matmul;
pub mod matmul_f32;
pub mod solve;
pub mod sparse_matvec;
