//! What passes between the stages, and the stages' variants.

use std::sync::Arc;

use amdahl::{Agree, Exchange, ExchangeError, Exchanged, Matrix, Value};

use crate::cluster::assign::fused::Centroids;
use crate::cluster::assign::label::label_of;
use crate::cluster::assign::nearest::smallest;
use crate::cluster::assign::squared::{self, Squared};
use crate::cluster::assign::{self, AssignError, some_centroids};
use crate::cluster::centroids;
use crate::cluster::pairwise_distance::Points;
use crate::support::convert;

/// Points and centroids that stages hand on without a copy.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared(pub Arc<Points>);

impl Exchange for Shared {
    fn to_exchanged(&self) -> Exchanged {
        self.0.to_exchanged()
    }

    fn from_exchanged(exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Points::from_exchanged(exchanged).map(|points| Self(Arc::new(points)))
    }
}

/// Points and their squared distances from the centroids, if anyone has made them.
#[derive(Debug, Clone)]
pub struct Distances {
    points: Shared,
    squared: Option<Squared>,
}

/// Distances cross as numbers: those left unmade are made for the purpose.
impl Exchange for Distances {
    fn to_exchanged(&self) -> Exchanged {
        let value = |matrix: &Matrix| Value::from(matrix);
        let squared = match &self.squared {
            Some(squared) => value(&squared.values),
            None => value(&squared::naive(&self.points.0).values),
        };
        let Points { x, c } = &*self.points.0;
        Exchanged::named([("x", value(x)), ("c", value(c)), ("squared", squared)])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let values: Matrix = exchanged.take_as("squared")?;
        let points = Shared::from_exchanged(exchanged)?;
        // Nobody tells how exact numbers from elsewhere are, so all of them may be looked at again.
        let slack = vec![f64::INFINITY; values.rows()];
        Ok(Self { points, squared: Some(Squared { values, slack }) })
    }
}

impl Agree for Distances {}

/// Points and the nearest centroid of each.
#[derive(Debug, Clone)]
pub struct Assigned {
    points: Shared,
    labels: Vec<i64>,
}

impl Exchange for Assigned {
    fn to_exchanged(&self) -> Exchanged {
        let Points { x, c } = &*self.points.0;
        Exchanged::named([("x", x.into()), ("c", c.into()), ("labels", (&self.labels).into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let labels = exchanged.take_as("labels")?;
        Ok(Self { points: Shared::from_exchanged(exchanged)?, labels })
    }
}

impl Agree for Assigned {}

/// What a step of k-means comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The nearest centroid of each point, before the step.
    pub labels: Vec<i64>,
    /// The centroids after it.
    pub centroids: Matrix,
}

impl Exchange for Step {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("labels", (&self.labels).into()),
            ("centroids", (&self.centroids).into()),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Self {
            labels: exchanged.take_as("labels")?,
            centroids: exchanged.take_as("centroids")?,
        })
    }
}

impl Agree for Step {}

/// Distances made by `squared`.
pub fn stored(points: &Shared, squared: fn(&Points) -> Squared) -> Distances {
    Distances { points: points.clone(), squared: Some(squared(&points.0)) }
}

/// Distances that whoever needs them makes.
pub fn left_unmade(points: &Shared) -> Distances {
    Distances { points: points.clone(), squared: None }
}

fn assigned(
    distances: &Distances,
    labels: impl FnOnce(&Points) -> Vec<i64>,
) -> Result<Assigned, AssignError> {
    let points = &distances.points;
    some_centroids(&points.0)?;
    Ok(Assigned { points: points.clone(), labels: labels(&points.0) })
}

/// By a search through each row; measured distances are its own to compare.
pub fn assign_naive(distances: &Distances) -> Result<Assigned, AssignError> {
    assigned(distances, |points| match &distances.squared {
        Some(Squared { values, slack }) if slack.iter().all(|slack| *slack == 0.0) => {
            let row = |i: usize| values.row(i).iter().copied().enumerate();
            (0..values.rows()).map(|i| label_of(smallest(row(i)))).collect()
        }
        Some(squared) => squared.nearest(points),
        None => squared::naive(points).nearest(points),
    })
}

/// By a search that looks again where rounding could have exchanged two.
pub fn assign_stored(distances: &Distances) -> Result<Assigned, AssignError> {
    assigned(distances, |points| match &distances.squared {
        Some(squared) => squared.nearest(points),
        None => squared::with_ndarray(points).nearest(points),
    })
}

/// From the points alone, tile by tile.
pub fn assign_fused(distances: &Distances) -> Result<Assigned, AssignError> {
    assigned(distances, assign::fused_labels)
}

/// From the points alone, tile by tile, on all threads.
pub fn assign_with_rayon(distances: &Distances) -> Result<Assigned, AssignError> {
    assigned(distances, |points| {
        let mut centroids = Centroids::new(points);
        centroids.pack(points);
        let mut labels = vec![0; points.x.rows()];
        assign::parallel(&centroids, points, &mut labels);
        labels
    })
}

type Assignment = Result<Assigned, AssignError>;

/// A step of which `means` makes the centroids; labels of a nearest centroid are in range.
fn step(
    assignment: &Assignment,
    means: impl FnOnce(&Matrix, &[i64], usize) -> Matrix,
) -> Result<Step, AssignError> {
    let Assigned { points, labels } = assignment.as_ref().map_err(Clone::clone)?;
    let Points { x, c } = &*points.0;
    Ok(Step { labels: labels.clone(), centroids: means(x, labels, c.rows()) })
}

/// By the definition's loops.
pub fn centroids_naive(assignment: &Assignment) -> Result<Step, AssignError> {
    step(assignment, centroids::naive)
}

/// With ndarray's rows.
pub fn centroids_with_ndarray(assignment: &Assignment) -> Result<Step, AssignError> {
    step(assignment, |x, labels, k| convert::from_ndarray(centroids::ndarray_means(x, labels, k)))
}

/// With nalgebra's columns.
pub fn centroids_with_nalgebra(assignment: &Assignment) -> Result<Step, AssignError> {
    step(assignment, |x, labels, k| {
        centroids::from_nalgebra_transposed(centroids::nalgebra_means(x, labels, k))
    })
}

/// With faer's columns.
pub fn centroids_with_faer(assignment: &Assignment) -> Result<Step, AssignError> {
    step(assignment, |x, labels, k| {
        convert::from_faer_transposed(&centroids::faer_means(x, labels, k))
    })
}

/// With wide registers.
pub fn centroids_simd(assignment: &Assignment) -> Result<Step, AssignError> {
    step(assignment, centroids::simd)
}

/// By stripes of columns, on all threads.
pub fn centroids_with_rayon(assignment: &Assignment) -> Result<Step, AssignError> {
    step(assignment, centroids::parallel)
}
