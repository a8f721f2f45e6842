//! Where each series moved to another level, adjusted for how many series were looked at.

use super::{History, Series};
use crate::stats::{Interval, LEAST_LEVEL, change_points, median};

/// The chance that a whole history in which nothing changed has a change reported is at most this.
pub const ALPHA: f64 = 0.01;

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The first point of the new level.
    pub at: usize,
    /// That point's commit, of [`History::commits`].
    pub commit: u32,
    /// By how much the case is slower from here on, as a fraction; below 0 where it is faster.
    pub shift: Interval,
    /// The p-value, adjusted for every place of every series.
    pub p: f64,
}

/// Points between two changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Its first point.
    pub from: usize,
    /// The point after its last.
    pub to: usize,
    /// The median of its logarithms.
    pub ln_ratio: f64,
}

/// A series with what was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysed<'h> {
    /// The series.
    pub series: &'h Series,
    /// Its changes, in order.
    pub changes: Vec<Change>,
    /// The levels between them, one more than there are changes.
    pub levels: Vec<Level>,
}

/// All series of a history, analysed.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis<'h> {
    /// The history.
    pub history: &'h History,
    /// Each series, in the history's order.
    pub series: Vec<Analysed<'h>>,
    /// How many of them are long enough for a change to be seen at all.
    pub searched: usize,
}

/// Looks for changes in every series. The p-values of a series are multiplied by the number of series
/// (Bonferroni), so that [`ALPHA`] holds for all of them together, whatever they have in common.
pub fn analyse(history: &History) -> Analysis<'_> {
    let is_searched = |series: &&Series| series.points.len() >= 2 * LEAST_LEVEL;
    let searched = history.series.iter().filter(is_searched).count();
    let series = history.series.iter().map(|series| analyse_one(series, searched.max(1)));
    Analysis { history, series: series.collect(), searched }
}

fn analyse_one(series: &Series, searched: usize) -> Analysed<'_> {
    let values: Vec<f64> = series.points.iter().map(|point| point.ln_ratio).collect();
    let searched = searched as f64;
    let found = change_points(&values, ALPHA / searched);
    let mut bounds = vec![0];
    bounds.extend(found.iter().map(|change| change.at));
    bounds.push(values.len());
    let levels = bounds.windows(2).filter_map(|ends| {
        let ln_ratio = median(&values[ends[0]..ends[1]])?;
        Some(Level { from: ends[0], to: ends[1], ln_ratio })
    });
    let changes = found.iter().map(|change| Change {
        at: change.at,
        commit: series.points[change.at].commit,
        shift: change.shift.map_increasing(f64::exp_m1),
        p: (change.p * searched).min(1.0),
    });
    Analysed { series, changes: changes.collect(), levels: levels.collect() }
}

impl Analysed<'_> {
    /// The largest change in either direction; 0 where there is none.
    pub fn largest(&self) -> f64 {
        self.changes.iter().map(|change| change.shift.estimate.abs()).fold(0.0, f64::max)
    }
}
