//! One step of k-means as a pipeline: distances, assignment, centroids (exercise C.6).

mod stages;

use std::sync::Arc;

use amdahl::{Bound, Cost, Kernel, Pipeline, Sizes, Stage, Tolerance};

use super::assign::squared;
use super::pairwise_distance::Points;
pub use stages::{Shared, Step};
use stages::{left_unmade, stored};

/// One step of k-means: each point goes to its nearest centroid, and the means of the points that
/// went to each are the new centroids.
///
/// Three stages show where the time goes, which is nearly all in the distances, and what mending
/// one of them is worth by Amdahl's law. The distances are a stage of their own so that any library
/// may make them, and they may be left unmade: the variants `fused` and `rayon` hand on the points
/// alone, and the assignment computes what it needs and stores none of it. What it then saves is
/// the matrix of n x k, written once and read once.
///
/// NaN, infinities, ties and no centroids are as in `assign`: a NaN distance is never the nearest.
/// A cluster that no point went to is a row of NaN, which in a next step attracts none.
pub fn kernel() -> Kernel {
    Pipeline::new("kmeans_step", "one step of k-means: distances, nearest centroids, new means")
        .exercise("C.6")
        .sizes(
            Sizes::smoke([(0, 3, 2), (3, 2, 0), (2, 0, 3), (1, 1, 1), (7, 5, 3), (67, 13, 19)])
                .measured([(1_000, 64, 32), (10_000, 64, 256)]),
        )
        .input(|&(n, d, k), rng| {
            Shared(Arc::new(Points { x: rng.matrix(n, d), c: rng.matrix(k, d) }))
        })
        .cost(|&(n, d, k)| {
            let (n, d, k) = (n as f64, d as f64, k as f64);
            // A fused multiply-add a coordinate and a comparison a pair; a sum of all points.
            let flops = n * k * (2.0 * d + 2.0) + n * d + k * d;
            Cost { flops, bytes: 8.0 * (n * d + n + 2.0 * k * d) }
        })
        .bound_by(Bound::Arithmetic)
        // Labels are exact, and so are means of the same points. A squared distance is off by
        // (2d + 10) ε/2 · (|x| + max |c|)² (see `assign`). The centred centroids have mean 0, so one
        // is at least |x| away from x, and the longest at least max |c| - |x|: the sum in brackets is
        // at most 3 times the largest distance.
        .agree_within(|&(_, d, _)| Tolerance::relative(9.0 * (d as f64 + 8.0) * f64::EPSILON))
        .growing(|n| (n, 64, 32))
        .stage(
            "distances",
            Stage::reference("naive", |points: &Shared| stored(points, squared::naive))
                .variant("ndarray", |points| stored(points, squared::with_ndarray))
                .variant("nalgebra", |points| stored(points, squared::with_nalgebra))
                .variant("faer", |points| stored(points, squared::with_faer))
                .variant("fused", left_unmade)
                .parallel_variant("rayon", left_unmade),
        )
        // No library has a search that knows of rounding: one search serves their matrices.
        .stage(
            "assign",
            Stage::reference("naive", stages::assign_naive)
                .variant("ndarray", stages::assign_stored)
                .variant("nalgebra", stages::assign_stored)
                .variant("faer", stages::assign_stored)
                .variant("fused", stages::assign_fused)
                .parallel_variant("rayon", stages::assign_with_rayon),
        )
        .stage(
            "centroids",
            Stage::reference("naive", stages::centroids_naive)
                .variant("ndarray", stages::centroids_with_ndarray)
                .variant("nalgebra", stages::centroids_with_nalgebra)
                .variant("faer", stages::centroids_with_faer)
                .variant("fused", stages::centroids_simd)
                .parallel_variant("rayon", stages::centroids_with_rayon),
        )
        .build()
}
