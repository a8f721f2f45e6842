//! Files larger than memory may be, taken a chunk at a time.

pub mod chunked_statistics;
pub mod group_mean_stream;
