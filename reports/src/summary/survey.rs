//! A survey of the machine: the rate of each ceiling by working set, instruction set and threads.

use super::timing::samples;
use crate::stats::{Interval, median, median_interval};
use crate::{CeilingKind, Metric, Outcome, Record, Run, measurer};

/// The ceilings of a machine as one run found them.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// Every ceiling that was measured, in the order of its records.
    pub points: Vec<SurveyPoint>,
}

/// One ceiling.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyPoint {
    /// What it is a ceiling of.
    pub kind: CeilingKind,
    /// The instruction set of multiply-adds; of memory, the name of the one way to move it.
    pub variant: String,
    /// Threads that shared the work and the working set.
    pub threads: usize,
    /// Bytes that were worked on by all threads together; none for multiply-adds.
    pub working_set: Option<f64>,
    /// The best sample: 10^9 bytes or operations a second; for latency, nanoseconds a load. What
    /// disturbs a sample makes it worse, so the best is nearest to what the machine can do (as in
    /// `McCalpin`'s STREAM, which reports the best of its repeats).
    pub best: f64,
    /// The median of the samples, in the same unit: what the machine did at the time.
    pub typical: Interval,
    /// How many samples there are.
    pub samples: usize,
}

impl Survey {
    /// What the records of a survey say.
    pub fn of(run: &Run) -> Self {
        Self { points: run.records.iter().filter_map(point).collect() }
    }

    /// The numbers of threads, ascending.
    pub fn threads(&self) -> Vec<usize> {
        let mut threads: Vec<usize> = self.points.iter().map(|point| point.threads).collect();
        threads.sort_unstable();
        threads.dedup();
        threads
    }

    /// The points of a kind at a number of threads, by working set.
    pub fn by_working_set(&self, kind: CeilingKind, threads: usize) -> Vec<&SurveyPoint> {
        let is_here = |point: &&SurveyPoint| point.kind == kind && point.threads == threads;
        let mut points: Vec<&SurveyPoint> = self.points.iter().filter(is_here).collect();
        let bytes = |point: &SurveyPoint| point.working_set.unwrap_or(0.0);
        points.sort_by(|a, b| bytes(a).total_cmp(&bytes(b)));
        points
    }

    /// The working sets visited, ascending, in bytes.
    pub fn working_sets(&self) -> Vec<f64> {
        let mut sizes: Vec<f64> =
            self.points.iter().filter_map(|point| point.working_set).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        sizes
    }

    /// The names of the instruction sets, in the order of their records.
    pub fn instruction_sets(&self) -> Vec<&str> {
        let mut sets: Vec<&str> = Vec::new();
        for point in self.points.iter().filter(|point| point.kind.is_arithmetic()) {
            if !sets.contains(&point.variant.as_str()) {
                sets.push(&point.variant);
            }
        }
        sets
    }

    /// Multiply-adds by an instruction set.
    pub fn arithmetic(&self, kind: CeilingKind, set: &str, threads: usize) -> Option<&SurveyPoint> {
        let points = self.points.iter();
        points
            .filter(|point| point.kind == kind && point.variant == set)
            .find(|point| point.threads == threads)
    }

    /// The rate to expect of a ceiling at least, in 10^9 a second: for multiply-adds that of the
    /// fastest instruction set, for memory the lower one of the two working sets around this one,
    /// each by the low end of its interval. None where the survey did not go there.
    pub fn expected(
        &self,
        kind: CeilingKind,
        threads: usize,
        working_set: Option<f64>,
    ) -> Option<f64> {
        let points = self.by_working_set(kind, threads);
        let low = |point: &&SurveyPoint| point.typical.low;
        let Some(bytes) = working_set else {
            return points.iter().map(low).max_by(f64::total_cmp);
        };
        let at_least = |point: &&SurveyPoint| point.working_set.is_some_and(|at| at >= bytes);
        let to = points.iter().position(at_least)?;
        let from = to.saturating_sub(1);
        points[from..=to].iter().map(low).min_by(f64::total_cmp)
    }
}

fn point(record: &Record) -> Option<SurveyPoint> {
    let Outcome::Measured(measurement) = &record.outcome else { return None };
    if record.measurer != measurer::CEILING {
        return None;
    }
    let kind = CeilingKind::of_kernel(&record.case.kernel)?;
    let times = samples(measurement, Metric::WALL_TIME)?;
    let work = median(&samples(measurement, Metric::CEILING_WORK)?)?;
    let figure = |time: f64| if kind == CeilingKind::Latency { time / work } else { work / time };
    let figures: Vec<f64> = times.iter().map(|time| figure(*time)).collect();
    let better = if kind == CeilingKind::Latency { f64::min } else { f64::max };
    Some(SurveyPoint {
        kind,
        variant: record.case.variant.clone(),
        threads: record.case.threads,
        working_set: (!kind.is_arithmetic()).then(|| record.case.size.parse().ok()).flatten(),
        best: figures.iter().copied().reduce(better)?,
        typical: median_interval(&figures)?,
        samples: figures.len(),
    })
}
