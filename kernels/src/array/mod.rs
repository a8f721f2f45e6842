//! Elementwise work on whole arrays, and reductions along an axis.

pub mod boxed_sum;
pub mod log_sum_exp;
pub mod row_normalize;
pub mod softmax;
pub mod softmax_f32;
pub mod strides;
