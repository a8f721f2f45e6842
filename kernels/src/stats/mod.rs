//! Descriptive statistics.

pub mod column_statistics;
