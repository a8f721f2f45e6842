//! Descriptive statistics.

pub mod column_statistics;
pub mod median;
