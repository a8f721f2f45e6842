//! What more threads give each parallel variant, and what the laws of scaling make of it.

use super::row::CaseRow;
use super::timing::Ratio;
use super::{KernelSummary, SizeSummary};
use crate::Role;
use crate::stats::Interval;
use crate::stats::scaling::{
    Fit, Point, fit_amdahl, fit_universal, gustafson, karp_flatt_interval,
};

/// A parallel variant at one size, on one thread and on several.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    /// The variant's name.
    pub variant: String,
    /// The size's label.
    pub size: String,
    /// The same variant on one thread.
    pub one: CaseRow,
    /// A row for each larger number of threads, fewest first.
    pub rows: Vec<ThreadsRow>,
    /// Amdahl's law fitted to them.
    pub amdahl: Option<Fit>,
    /// The Universal Scalability Law fitted to them, where they are enough.
    pub universal: Option<Fit>,
}

/// A parallel variant on several threads.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadsRow {
    /// The case.
    pub case: CaseRow,
    /// Its time on one thread over its own.
    pub speed_up: Ratio,
    /// The speed-up over the number of threads: 1 where none is wasted.
    pub efficiency: Interval,
    /// Karp and Flatt's serial fraction of the time on one thread.
    pub serial: Interval,
    /// The rate of the machine's ceiling on as many threads over that on one, where it was measured.
    pub ceiling_gain: Option<Ratio>,
    /// The share of that ceiling that the case reaches.
    pub ceiling_share: Option<Ratio>,
}

/// What Gustafson's law promises a larger size from a smaller one.
#[derive(Debug, Clone, PartialEq)]
pub struct Grown {
    /// The variant's name.
    pub variant: String,
    /// The size whose serial time is supposed to stay as it is.
    pub from: String,
    /// The size it is promised for.
    pub to: String,
    /// The threads.
    pub threads: usize,
    /// The speed-up at the smaller size.
    pub before: Ratio,
    /// The promise for the larger.
    pub predicted: Interval,
    /// The speed-up at the larger size.
    pub measured: Ratio,
}

impl Scaling {
    /// The row of the most threads.
    pub fn most(&self) -> Option<&ThreadsRow> {
        self.rows.last()
    }
}

impl KernelSummary {
    /// The parallel variants at the largest measured size.
    pub fn scaling_at_largest(&self) -> impl Iterator<Item = &Scaling> {
        let largest = self.largest_size().map(|size| size.label.as_str());
        self.scaling.iter().filter(move |own| Some(own.size.as_str()) == largest)
    }

    /// Gustafson's promises for the largest size, one a parallel variant, from the next smaller size
    /// at which it was run.
    pub fn grown(&self) -> Vec<Grown> {
        self.scaling_at_largest().filter_map(|to| self.grown_to(to)).collect()
    }

    fn grown_to(&self, to: &Scaling) -> Option<Grown> {
        let smaller =
            |own: &&Scaling| own.variant == to.variant && own.one.time_ns() < to.one.time_ns();
        let from = self.scaling.iter().filter(smaller).max_by(|a, b| {
            let time = |own: &Scaling| own.one.time_ns().unwrap_or(0.0);
            time(a).total_cmp(&time(b))
        })?;
        let measured = to.most()?;
        let threads = measured.case.case.threads;
        let before = from.rows.iter().find(|row| row.case.case.threads == threads)?;
        let (small, large) = (from.one.timing.as_ref()?, to.one.timing.as_ref()?);
        // The smaller time over the larger: the serial part is a share of the smaller.
        let ratio = small.time_ns.combine(&large.time_ns, |small, large| small / large);
        let predicted = before.serial.combine(&ratio, |serial, ratio| {
            gustafson(serial * ratio, 1.0 - serial * ratio, threads)
        });
        Some(Grown {
            variant: to.variant.clone(),
            from: from.size.clone(),
            to: to.size.clone(),
            threads,
            before: before.speed_up,
            predicted,
            measured: measured.speed_up,
        })
    }
}

/// The parallel variants of a size that ran on one thread and on more.
pub(super) fn scaling(size: &SizeSummary) -> Vec<Scaling> {
    let parallel = |row: &&CaseRow| {
        row.role == Role::Parallel && row.case.threads == 1 && row.timing.is_some()
    };
    size.rows.iter().filter(parallel).filter_map(|one| of_variant(size, one)).collect()
}

fn of_variant(size: &SizeSummary, one: &CaseRow) -> Option<Scaling> {
    let own = |row: &&CaseRow| row.case.variant == one.case.variant && row.case.threads > 1;
    let mut rows: Vec<ThreadsRow> =
        size.rows.iter().filter(own).filter_map(|row| threads_row(size, one, row)).collect();
    rows.sort_by_key(|row| row.case.case.threads);
    if rows.is_empty() {
        return None;
    }
    let point = |row: &ThreadsRow| Point {
        threads: row.case.case.threads,
        speed_up: row.speed_up.interval.estimate,
    };
    let points: Vec<Point> = rows.iter().map(point).collect();
    Some(Scaling {
        variant: one.case.variant.clone(),
        size: size.label.clone(),
        one: one.clone(),
        amdahl: fit_amdahl(&points),
        universal: fit_universal(&points),
        rows,
    })
}

fn threads_row(size: &SizeSummary, one: &CaseRow, row: &CaseRow) -> Option<ThreadsRow> {
    let threads = row.case.threads;
    let speed_up = row.speed_up_over(one)?;
    let ceiling = size.ceiling(threads);
    Some(ThreadsRow {
        case: row.clone(),
        efficiency: speed_up.interval.map_increasing(|s| s / threads as f64),
        serial: karp_flatt_interval(&speed_up.interval, threads)?,
        ceiling_gain: ceiling.and_then(|all| size.ceiling(1)?.gain_of(all)),
        ceiling_share: ceiling.and_then(|ceiling| ceiling.share(row)),
        speed_up,
    })
}
