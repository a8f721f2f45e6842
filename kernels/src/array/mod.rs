//! Elementwise work on whole arrays, and reductions along an axis.

pub mod axis_sum;
pub mod boxed_sum;
pub mod broadcast;
pub mod center;
pub mod log_sum_exp;
pub mod mask_select;
pub mod row_normalize;
pub mod select_where;
pub mod softmax;
pub mod softmax_f32;
pub mod square;
pub mod strides;
pub mod view_or_copy;
