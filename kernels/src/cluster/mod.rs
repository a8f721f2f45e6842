//! The steps of clustering: distances, assignment, centroids.

pub mod pairwise_distance;
