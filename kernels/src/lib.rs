//! The exercise kernels: each computation in every implementation worth measuring.
//!
//! One kernel is one file (or one folder of its name) in the folder of its field; what several of
//! them need stands in `support`. Nothing here measures: a kernel declares itself to the harness,
//! and [`suite`] lists them in the order of the report.

pub mod array;
pub mod chart;
mod claims;
pub mod cluster;
pub mod linalg;
pub mod pipeline;
pub mod stats;
pub mod stream;
mod support;
pub mod table;

use amdahl::{Kernel, Suite};

pub use claims::claims;

/// Every kernel of this crate, in the order of the report, with what the textbook claims of them.
pub fn suite() -> Suite {
    Suite::new(kernels()).claims(claims())
}

/// The same one by one, for those who test or compare them.
pub fn kernels() -> Vec<Kernel> {
    vec![
        array::square::kernel(),
        array::boxed_sum::kernel(),
        array::broadcast::kernel(),
        array::center::kernel(),
        array::row_normalize::kernel(),
        array::select_where::kernel(),
        array::mask_select::kernel(),
        array::view_or_copy::kernel(),
        array::axis_sum::kernel(),
        array::strides::kernel(),
        array::softmax::kernel(),
        array::softmax_f32::kernel(),
        array::log_sum_exp::kernel(),
        linalg::matmul::kernel(),
        linalg::matmul_f32::kernel(),
        linalg::batched_matmul::kernel(),
        linalg::covariance::kernel(),
        linalg::solve::kernel(),
        linalg::gradient_step::kernel(),
        linalg::sparse_matvec::kernel(),
        stats::column_statistics::kernel(),
        stats::median::kernel(),
        cluster::pairwise_distance::kernel(),
        cluster::assign::kernel(),
        cluster::centroids::kernel(),
        cluster::kmeans_step::kernel(),
        table::conditional_column::kernel(),
        table::group_mean::kernel(),
        table::group_center::kernel(),
        table::drop_duplicates::kernel(),
        table::left_join_count::kernel(),
        table::clean::kernel(),
        stream::chunked_statistics::kernel(),
        stream::group_mean_stream::kernel(),
        chart::feature_importance::kernel(),
        chart::multi_panel::kernel(),
        pipeline::flights::kernel(),
    ]
}
