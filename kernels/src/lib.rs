//! The exercise kernels: each computation in every implementation worth measuring.
//!
//! One kernel is one file (or one folder of its name) in the folder of its field; what several of
//! them need stands in `support`. Nothing here measures: a kernel declares itself to the harness,
//! and [`suite`] lists them in the order of the report.

mod array;
mod cluster;
mod linalg;
mod stats;
mod support;

use amdahl::Suite;

/// Every kernel of this crate, in the order of the report.
pub fn suite() -> Suite {
    Suite::new([
        linalg::covariance::kernel(),
        array::softmax::kernel(),
        array::row_normalize::kernel(),
        cluster::pairwise_distance::kernel(),
        stats::column_statistics::kernel(),
    ])
}
