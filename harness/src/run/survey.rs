//! A survey of the machine: each ceiling at each working set, again and again at different times.
//!
//! No two of its points are compared, so they need not be neighbours in time. What counts is that a
//! bad moment of the machine is not all there is of a point: so all are visited, then all again. The
//! result is a run whose kernels are the ceilings.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use amdahl_reports::{
    CaseId, Failure, KernelInfo, Measurement, Metric, Outcome, Record, Run, RunInfo, Series,
    measurer,
};

use super::group::check_measurement;
use super::{Progress, wall_time};
use crate::ceiling::{self, Point};
use crate::data::Rng;
use crate::driver::{Launcher, LiveCase, Worker};
use crate::machine::{Observation, build, machine};
use crate::measure::Deadline;
use crate::plan::Source;
use crate::protocol::Purpose;

/// A sample lasts about this long, or one iteration: long against a pair of clock readings, short
/// against the time slice of a busy machine, so that some samples are disturbed by nothing.
const SAMPLE: Duration = Duration::from_millis(1);
/// Samples of a point in one visit: an interval needs six.
const SAMPLES: usize = 20;
/// More visits than this narrow nothing.
const MOST_VISITS: usize = 5;
/// Each visit begins with so much untimed work; threads that have slept take longer to run at their
/// steady speed again.
const WARM_UP: Duration = Duration::from_millis(4);
const WARM_UP_OF_THREADS: Duration = Duration::from_millis(40);
/// The seed of the order of points and of what is summed: of no consequence.
const SEED: u64 = 1;
/// The smoke size at which a ceiling is held to its reference.
const CHECKED_AT: &str = "1280";

/// What is known of a point so far.
struct Visited {
    point: Point,
    totals: Vec<f64>,
    pairs: Vec<f64>,
    iterations: Vec<u64>,
    failure: Option<Failure>,
}

/// Workers by thread count, each serving the points of its threads in turn.
struct Workers<'a> {
    launcher: &'a Launcher,
    idle: BTreeMap<usize, Worker>,
}

/// Surveys the machine: every point at least once, and again while there is time.
pub(crate) fn survey(
    points: Vec<Point>,
    launcher: &Launcher,
    budget: Duration,
    progress: &mut dyn Progress,
    (command, started): (&str, &str),
) -> Run {
    let observation = Observation::begin();
    let deadline = Deadline::after(budget);
    let mut workers = Workers { launcher, idle: BTreeMap::new() };
    progress.begin(points.len() as u64);
    let mut records = workers.check(&points);
    let failed: HashSet<(String, String, usize)> = records
        .iter()
        .filter(|record| !matches!(record.outcome, Outcome::Measured(_)))
        .map(|record| identity(&record.case))
        .collect();
    let agreed = points.into_iter().filter(|point| !failed.contains(&identity(&point.case)));
    let mut visited: Vec<Visited> = agreed.map(Visited::new).collect();
    let visits = workers.visit_all(&mut visited, &deadline, progress);
    progress.end();
    let kernels = kernels_of(&visited);
    records.extend(visited.into_iter().map(Visited::record));
    let info = RunInfo {
        environment: None,
        peers: Vec::new(),
        started: started.to_owned(),
        took_s: deadline.elapsed().as_secs_f64(),
        command: command.to_owned(),
        seed: SEED,
        notes: notes(visits),
        machine: machine(),
        build: build(),
        conditions: observation.end(),
    };
    Run { info, kernels, records }
}

/// What a check of a point holds for: all its sizes.
fn identity(case: &CaseId) -> (String, String, usize) {
    (case.kernel.clone(), case.variant.clone(), case.threads)
}

fn notes(visits: usize) -> Vec<String> {
    let one = "Each point was visited once, so its range is of one moment: give the survey more time \
               (--budget).";
    if visits < 2 { vec![one.to_owned()] } else { Vec::new() }
}

/// The declarations of the ceilings' kernels, with the sizes that were visited alone.
fn kernels_of(visited: &[Visited]) -> Vec<KernelInfo> {
    let mut kernels: Vec<KernelInfo> =
        ceiling::kernels(&[]).iter().map(|kernel| kernel.info().clone()).collect();
    for kernel in &mut kernels {
        kernel.sizes.retain(|size| {
            let is_here = |own: &Visited| {
                own.point.case.kernel == kernel.id && own.point.case.size == size.label
            };
            !size.measured || visited.iter().any(is_here)
        });
    }
    kernels
}

impl Workers<'_> {
    /// Prepares a case in the worker of its threads, and gives it to `body`; a worker that breaks is
    /// replaced for the next.
    fn with_case<R>(
        &mut self,
        id: &CaseId,
        against: Option<&str>,
        body: impl FnOnce(&mut LiveCase) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let worker = match self.idle.remove(&id.threads) {
            Some(worker) => worker,
            None => self.launcher.launch(Purpose::Time, id.threads)?,
        };
        let mut case = LiveCase::prepare(worker, id, &Source::seed(SEED), against)?;
        let result = body(&mut case)?;
        self.idle.insert(id.threads, case.into_worker());
        Ok(result)
    }

    /// Holds each ceiling to its reference once for each number of threads.
    fn check(&mut self, points: &[Point]) -> Vec<Record> {
        let mut seen = HashSet::new();
        let mut records = Vec::new();
        for point in points {
            if !seen.insert(identity(&point.case)) {
                continue;
            }
            let case = CaseId { size: CHECKED_AT.to_owned(), ..point.case.clone() };
            let checked =
                self.with_case(&case, Some(ceiling::REFERENCE), |case| Ok(check_measurement(case)));
            let outcome = checked.map_or_else(Outcome::Failed, Outcome::Measured);
            records.push(Record { case, measurer: measurer::CHECK.to_owned(), outcome });
        }
        records
    }

    /// Visits every point, in an order shuffled anew each time, until time or visits are used up;
    /// says how often.
    fn visit_all(
        &mut self,
        visited: &mut [Visited],
        deadline: &Deadline,
        progress: &mut dyn Progress,
    ) -> usize {
        let mut rng = Rng::new(SEED);
        let mut order: Vec<usize> = (0..visited.len()).collect();
        for visit in 0..MOST_VISITS {
            rng.shuffle(&mut order);
            for &at in &order {
                let own = &mut visited[at];
                if visit == 0 {
                    progress.step(&own.point.case.to_string());
                } else if deadline.has_passed() {
                    return visit;
                }
                if own.failure.is_none() {
                    self.visit(own, progress);
                }
            }
        }
        MOST_VISITS
    }

    fn visit(&mut self, own: &mut Visited, progress: &mut dyn Progress) {
        let Visited { totals, pairs, iterations, .. } = own;
        let outcome = self.with_case(&own.point.case, None, |case| {
            case.estimate_ns = case.batch(1)?.elapsed_ns.max(1) as f64;
            let warm_up = if case.id.threads > 1 { WARM_UP_OF_THREADS } else { WARM_UP };
            let mut warm_up = case.iterations_within(warm_up);
            let each = case.iterations_for(SAMPLE);
            for _ in 0..SAMPLES {
                let batch = case.warm_batch(warm_up, each)?;
                totals.push(batch.elapsed_ns as f64);
                pairs.push(batch.pairs as f64);
                iterations.push(each);
                warm_up = 0;
            }
            Ok(())
        });
        if let Err(failure) = outcome {
            progress.warn(&format!("{}: {}", own.point.case, failure.reason));
            own.failure = Some(failure);
        }
    }
}

impl Visited {
    fn new(point: Point) -> Self {
        let (totals, pairs, iterations) = (Vec::new(), Vec::new(), Vec::new());
        Self { point, totals, pairs, iterations, failure: None }
    }

    fn record(self) -> Record {
        let outcome = if let Some(failure) = self.failure {
            Outcome::Failed(failure)
        } else {
            let mut series = wall_time(self.totals, self.pairs, self.iterations);
            series.push(Series::single(Metric::CEILING_WORK, vec![self.point.work]));
            Outcome::Measured(Measurement { series, ..Measurement::default() })
        };
        let measurer = measurer::CEILING.to_owned();
        Record { case: self.point.case, measurer, outcome }
    }
}
