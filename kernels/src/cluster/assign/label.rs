//! Labels of clusters and the indices they stand for.

/// The label of the centroid at an index.
#[allow(clippy::cast_possible_wrap, reason = "no slice has as many entries as an i64 counts")]
pub fn label_of(index: usize) -> i64 {
    index as i64
}

/// The index that a label stands for, which must be known to be that of a cluster.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the caller knows the label to be below a number of rows"
)]
pub fn index_of(label: i64) -> usize {
    label as usize
}
