//! The exercise kernels: each computation in every implementation worth measuring.
//!
//! One kernel is one file (or one folder of its name) in the folder of its field; what several of
//! them need stands in `support`. Nothing here measures: a kernel declares itself to the harness,
//! and [`suite`] lists them in the order of the report.

pub mod array;
pub mod chart;
pub mod cluster;
pub mod linalg;
pub mod pipeline;
pub mod stats;
mod support;

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
        cluster::assign::kernel(),
        cluster::centroids::kernel(),
        cluster::kmeans_step::kernel(),
        stats::column_statistics::kernel(),
        chart::feature_importance::kernel(),
        chart::multi_panel::kernel(),
        pipeline::flights::kernel(),
    ]
}
