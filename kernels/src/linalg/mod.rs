//! Linear algebra: products, decompositions and what statistics builds on them.

pub mod covariance;
pub mod sparse_matvec;
