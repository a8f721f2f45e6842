//! The exercise kernels: each computation in every implementation worth measuring.
//!
//! One kernel is one file (or one folder of its name) in the folder of its field; what several of
//! them need stands in `support`. Nothing here measures: a kernel declares itself to the harness,
//! and [`suite`] lists them in the order of the report.

pub mod array;
pub mod cluster;
pub mod linalg;
pub mod pipeline;
pub mod stats;
mod support;
pub mod table;

use amdahl::{Kernel, Suite};

/// Every kernel of this crate, in the order of the report.
pub fn suite() -> Suite {
    Suite::new(kernels())
}

/// The same one by one, for those who test or compare them.
pub fn kernels() -> Vec<Kernel> {
    vec![
        linalg::covariance::kernel(),
        array::softmax::kernel(),
        array::row_normalize::kernel(),
        cluster::pairwise_distance::kernel(),
        stats::column_statistics::kernel(),
        table::conditional_column::kernel(),
        table::group_mean::kernel(),
        table::group_center::kernel(),
        table::drop_duplicates::kernel(),
        table::left_join_count::kernel(),
        table::clean::kernel(),
        pipeline::flights::kernel(),
    ]
}
