//! The steps of clustering: distances, assignment, centroids.

pub mod assign;
pub mod centroids;
pub mod kmeans_step;
pub mod pairwise_distance;
