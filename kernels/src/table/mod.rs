//! Tables: what a data frame does by rows, by closures and by whole columns.

pub mod clean;
pub mod conditional_column;
pub mod drop_duplicates;
pub mod group_center;
pub mod group_mean;
pub mod left_join_count;

pub use crate::support::table::{Column, Frame};
pub use crate::support::text::Text;
