//! The nearest centroid of each point (exercise C.6b).

pub(super) mod fused;
pub(super) mod label;
pub(super) mod nearest;
pub(super) mod squared;

use amdahl::{Bound, Cost, Kernel, Rung, Sizes, Timed};
use rayon::prelude::*;

use super::pairwise_distance::Points;
use fused::{Centroids, ROWS_PER_TASK, nearest_of_rows};
use label::label_of;
use nearest::smallest;
use squared::{Squared, with_faer, with_nalgebra, with_ndarray};

/// For each row of `x` the index of the row of `c` that is nearest to it; the lowest of several as
/// near.
///
/// Only the order of distances matters, so the root and |x|² are left out; and who looks for the
/// smallest while the matrix product is still in registers never stores a distance. Integers agree
/// exactly or not at all: where rounding could have exchanged the nearest two, they are measured
/// again as the reference measures them.
///
/// A NaN distance is never the nearest, and a point all of whose distances are NaN gets 0: the mean
/// of an empty cluster is NaN, and the next step of k-means must not send every point there, as
/// `numpy.argmin` would. Infinite distances, and squares that overflow, are equal. Without
/// coordinates all distances are 0, and so is the index. No centroid is an error.
pub fn kernel() -> Kernel {
    Kernel::new("assign", "index of the nearest of k centroids for each of n points")
        .exercise("C.6b")
        .sizes(
            Sizes::smoke([(0, 3, 2), (3, 2, 0), (2, 0, 3), (1, 1, 1), (7, 5, 3), (67, 13, 19)])
                .measured([(1_000, 64, 32), (10_000, 64, 256)]),
        )
        .input(|&(n, d, k), rng| Points { x: rng.matrix(n, d), c: rng.matrix(k, d) })
        .cost(|&(n, d, k)| {
            let (n, d, k) = (n as f64, d as f64, k as f64);
            // A fused multiply-add a coordinate, a difference and a comparison a pair.
            Cost { flops: n * k * (2.0 * d + 2.0), bytes: 8.0 * (n * d + k * d + n) }
        })
        .bound_by(Bound::Arithmetic)
        .growing(|n| (n, 64, 32))
        .reference("naive", naive)
        .variant("ndarray", |points| stored(points, with_ndarray))
        .variant("nalgebra", |points| stored(points, with_nalgebra))
        .variant("faer", |points| stored(points, with_faer))
        .variant("fused", fused)
        .rung(Rung::Vectorize)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon)
        .build()
}

/// Why no centroid is the nearest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssignError {
    /// There is nothing to be near to.
    #[error("there is no centroid to be near to: give at least one row of `c`")]
    NoCentroids,
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for AssignError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}

type Labels = Result<Vec<i64>, AssignError>;

pub(super) fn some_centroids(points: &Points) -> Result<(), AssignError> {
    if points.c.rows() == 0 { Err(AssignError::NoCentroids) } else { Ok(()) }
}

fn naive(points: &Points) -> Timed<'_, Labels> {
    let Points { x, c } = points;
    Timed::returning(move || {
        some_centroids(points)?;
        let mut labels = Vec::new();
        for i in 0..x.rows() {
            let distances = (0..c.rows()).map(|j| {
                let mut sum = 0.0;
                for l in 0..x.cols() {
                    let difference = x[(i, l)] - c[(j, l)];
                    sum += difference * difference;
                }
                (j, sum)
            });
            labels.push(label_of(smallest(distances)));
        }
        Ok(labels)
    })
}

/// A matrix of distances, then a search in it.
fn stored(points: &Points, squared: fn(&Points) -> Squared) -> Timed<'_, Labels> {
    Timed::returning(move || {
        some_centroids(points)?;
        Ok(squared(points).nearest(points))
    })
}

fn fused(points: &Points) -> Timed<'_, Labels> {
    Timed::returning(move || {
        some_centroids(points)?;
        Ok(fused_labels(points))
    })
}

/// The labels without a matrix of distances, on one thread.
pub(super) fn fused_labels(points: &Points) -> Vec<i64> {
    let mut labels = vec![0; points.x.rows()];
    let mut centroids = Centroids::new(points);
    centroids.pack(points);
    nearest_of_rows(&centroids, points, 0, &mut labels, &mut centroids.scratch());
    labels
}

fn preallocated(points: &Points) -> Timed<'_, Labels> {
    let centroids = Centroids::new(points);
    let scratch = centroids.scratch();
    Timed::in_place(
        (centroids, scratch, some_centroids(points).map(|()| vec![0; points.x.rows()])),
        move |(centroids, scratch, labels)| {
            if let Ok(labels) = labels {
                centroids.pack(points);
                nearest_of_rows(centroids, points, 0, labels, scratch);
            }
        },
        |(_, _, labels)| labels.clone(),
    )
}

fn with_rayon(points: &Points) -> Timed<'_, Labels> {
    let centroids = Centroids::new(points);
    Timed::in_place(
        (centroids, some_centroids(points).map(|()| vec![0; points.x.rows()])),
        move |(centroids, labels)| {
            if let Ok(labels) = labels {
                centroids.pack(points);
                parallel(centroids, points, labels);
            }
        },
        |(_, labels)| labels.clone(),
    )
}

/// The labels by tasks of [`ROWS_PER_TASK`] points, without a matrix of distances.
pub(super) fn parallel(centroids: &Centroids, points: &Points, labels: &mut [i64]) {
    labels.par_chunks_mut(ROWS_PER_TASK).enumerate().for_each_init(
        || centroids.scratch(),
        |scratch, (task, labels)| {
            nearest_of_rows(centroids, points, task * ROWS_PER_TASK, labels, scratch);
        },
    );
}
