//! A live case: a worker that has one case prepared, and what is known of it.

use std::time::Duration;

use amdahl_reports::{Agreement, CaseId, Failure, FailureKind, Measurement, SwappedStage};

use super::process::{Launcher, Worker};
use crate::plan::{Source, nanoseconds, whole};
use crate::protocol::{Purpose, Reply, Request};

/// An iteration at least this long gets a clock pair of its own.
const PAIR_PER_ITERATION_NS: f64 = 20_000.0;
/// At most so many bytes of results are held between two clock readings.
const HELD_BYTES: u64 = 1 << 20;
/// Time to spend on a first estimate.
const ESTIMATE: Duration = Duration::from_millis(20);

/// A first iteration that took this long serves as the estimate.
const NO_SECOND_ESTIMATE: Duration = Duration::from_millis(500);

/// A worker with a case prepared in it.
pub(crate) struct LiveCase {
    /// The case.
    pub(crate) id: CaseId,
    /// Time of the variant's own setup, in nanoseconds.
    pub(crate) setup_ns: u64,
    /// Time of the first iteration, in nanoseconds, where the case was checked.
    pub(crate) cold_ns: Option<u64>,
    /// The agreement, where the case was checked.
    pub(crate) agreement: Option<Agreement>,
    /// Estimated time of one iteration, in nanoseconds.
    pub(crate) estimate_ns: f64,
    /// Whether a peer runs it.
    pub(crate) is_peer: bool,
    worker: Worker,
}

/// What a batch took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchTime {
    /// Elapsed time of all iterations, in nanoseconds.
    pub(crate) elapsed_ns: u64,
    /// Pairs of clock readings within it.
    pub(crate) pairs: u64,
    /// How long threads of the worker that could go on waited for a processor meanwhile, in
    /// nanoseconds; `None` where nobody can tell.
    pub(crate) waited_ns: Option<u64>,
}

impl LiveCase {
    /// Starts a worker, prepares the case, holds it to `against` where given, and estimates one
    /// iteration.
    pub(crate) fn start(
        launcher: &Launcher,
        id: &CaseId,
        source: &Source,
        against: Option<&str>,
    ) -> Result<Self, Failure> {
        let worker = launcher.launch(Purpose::Time, id.threads)?;
        Self::start_in(worker, id, source, against)
    }

    /// The same in a worker that is there.
    pub(crate) fn start_in(
        worker: Worker,
        id: &CaseId,
        source: &Source,
        against: Option<&str>,
    ) -> Result<Self, Failure> {
        Self::prepare(worker, id, source, against)?.estimated()
    }

    /// The same for a pipeline's case with one stage swapped.
    pub(crate) fn start_swapped(
        launcher: &Launcher,
        base: &CaseId,
        swap: &SwappedStage,
        source: &Source,
        against: Option<&str>,
    ) -> Result<Self, Failure> {
        let worker = launcher.launch(Purpose::Time, base.threads)?;
        let mut case =
            Self::prepared(worker, base, Some(swap), source, against, None)?.estimated()?;
        case.id.variant = swap.name(&base.variant);
        Ok(case)
    }

    /// The same case with a first estimate of its time.
    fn estimated(mut self) -> Result<Self, Failure> {
        match self.cold_ns {
            Some(cold_ns) if u128::from(cold_ns) >= NO_SECOND_ESTIMATE.as_nanos() => {
                self.estimate_ns = cold_ns as f64;
            }
            _ => self.estimate()?,
        }
        Ok(self)
    }

    /// Prepares the case in a worker that is there.
    pub(crate) fn prepare(
        worker: Worker,
        id: &CaseId,
        source: &Source,
        against: Option<&str>,
    ) -> Result<Self, Failure> {
        Self::prepared(worker, id, None, source, against, None)
    }

    /// The same, and holds it to `against` on the input of another seed too.
    pub(crate) fn prepare_on(
        worker: Worker,
        id: &CaseId,
        source: &Source,
        against: Option<&str>,
        other_seed: Option<u64>,
    ) -> Result<Self, Failure> {
        Self::prepared(worker, id, None, source, against, other_seed)
    }

    fn prepared(
        mut worker: Worker,
        id: &CaseId,
        swap: Option<&SwappedStage>,
        source: &Source,
        against: Option<&str>,
        other_seed: Option<u64>,
    ) -> Result<Self, Failure> {
        let request = Request::Prepare {
            kernel: id.kernel.clone(),
            variant: id.variant.clone(),
            size: id.size.clone(),
            threads: id.threads,
            seed: source.seed,
            input: source.files.iter().cloned().map(Into::into).collect(),
            against: against.map(str::to_owned),
            swap: swap.map(Into::into),
            other_seed,
        };
        match worker.ask(&request, Duration::ZERO)? {
            Reply::Prepared { setup_ns, cold_ns, agreement } => Ok(Self {
                id: id.clone(),
                setup_ns,
                cold_ns,
                agreement: agreement.map(Agreement::from),
                estimate_ns: 0.0,
                is_peer: false,
                worker,
            }),
            other => Err(unexpected("prepare", &other)),
        }
    }

    /// Prepares a case in a peer's worker, which calls the variant by this name and reads these files.
    pub(crate) fn prepare_peer(
        worker: Worker,
        id: &CaseId,
        name: &str,
        source: &Source,
    ) -> Result<Self, Failure> {
        let asked = CaseId { variant: name.to_owned(), ..id.clone() };
        let case = Self::prepared(worker, &asked, None, source, None, None)?;
        Ok(Self { id: id.clone(), is_peer: true, ..case })
    }

    /// The worker, for what else can be asked of it.
    pub(super) fn worker(&mut self) -> &mut Worker {
        &mut self.worker
    }

    /// The process of its worker.
    pub(crate) fn process(&self) -> u32 {
        self.worker.id()
    }

    /// Gives the worker back, its case still prepared until the next `prepare`.
    pub(crate) fn into_worker(self) -> Worker {
        self.worker
    }

    /// Estimates one iteration.
    pub(crate) fn estimate(&mut self) -> Result<(), Failure> {
        let mut iterations = 1;
        loop {
            let batch = self.batch(iterations)?;
            self.estimate_ns = batch.elapsed_ns.max(1) as f64 / iterations as f64;
            if u128::from(batch.elapsed_ns) * 2 >= ESTIMATE.as_nanos() {
                return Ok(());
            }
            iterations *= 2;
        }
    }

    /// Runs and times so many iterations.
    pub(crate) fn batch(&mut self, iterations: u64) -> Result<BatchTime, Failure> {
        self.warm_batch(0, iterations)
    }

    /// Runs `warm_up` iterations and, without a pause, times so many more.
    pub(crate) fn warm_batch(
        &mut self,
        warm_up: u64,
        iterations: u64,
    ) -> Result<BatchTime, Failure> {
        self.ask_batch(warm_up, iterations, false)
    }

    /// The same, and the worker keeps the last result for [`LiveCase::verify`].
    pub(crate) fn last_batch(
        &mut self,
        warm_up: u64,
        iterations: u64,
    ) -> Result<BatchTime, Failure> {
        self.ask_batch(warm_up, iterations, true)
    }

    fn ask_batch(
        &mut self,
        warm_up: u64,
        iterations: u64,
        keep: bool,
    ) -> Result<BatchTime, Failure> {
        let request = Request::Batch { iterations, slice: self.slice(iterations), warm_up, keep };
        // Twenty times the estimate forgives a busy machine; patience covers the rest.
        let expected = nanoseconds(self.estimate_ns * (warm_up + iterations) as f64 * 20.0);
        match self.worker.ask(&request, expected)? {
            Reply::Batch { elapsed_ns, pairs, waited_ns } => {
                Ok(BatchTime { elapsed_ns, pairs, waited_ns })
            }
            other => Err(unexpected("batch", &other)),
        }
    }

    /// Has the last timed result held to the reference's, then gives the times of so many first
    /// iterations, each after a fresh setup, in nanoseconds.
    pub(crate) fn verify(&mut self, fresh: u64) -> Result<Vec<u64>, Failure> {
        // The reference runs once too, and a setup may take longer than the work.
        let setups = (self.setup_ns as f64 + self.estimate_ns) * (fresh + 1) as f64;
        match self.worker.ask(&Request::Verify { fresh }, nanoseconds(setups * 20.0))? {
            Reply::Verified { fresh_ns } => Ok(fresh_ns),
            other => Err(unexpected("verify", &other)),
        }
    }

    /// Iterations that take about this long, at least one.
    pub(crate) fn iterations_for(&self, time: Duration) -> u64 {
        self.iterations_within(time).max(1)
    }

    /// Iterations that fit into this time; none where one takes longer.
    pub(crate) fn iterations_within(&self, time: Duration) -> u64 {
        whole(time.as_nanos() as f64 / self.estimate_ns)
    }

    /// How many iterations one clock pair may enclose.
    fn slice(&self, iterations: u64) -> u64 {
        if self.estimate_ns >= PAIR_PER_ITERATION_NS {
            return 1;
        }
        let bytes = self.agreement.as_ref().map_or(1, |agreement| agreement.output_bytes.max(1));
        (HELD_BYTES / bytes).clamp(1, iterations)
    }

    /// Asks for something that is answered with a measurement.
    pub(crate) fn measure(
        &mut self,
        request: &Request,
        expected: Duration,
    ) -> Result<Measurement, Failure> {
        match self.worker.ask(request, expected)? {
            Reply::Measured { measurement } => {
                Measurement::try_from(measurement).map_err(|error| Failure {
                    kind: FailureKind::Broken,
                    reason: format!("the worker's reply: {error}"),
                })
            }
            other => Err(unexpected("a measurement", &other)),
        }
    }

    /// Asks for something that is answered with a plain yes.
    pub(crate) fn command(&mut self, request: &Request) -> Result<(), Failure> {
        match self.worker.ask(request, Duration::ZERO)? {
            Reply::Started {} => Ok(()),
            other => Err(unexpected("a start", &other)),
        }
    }
}

pub(super) fn unexpected(asked: &str, reply: &Reply) -> Failure {
    let reason = format!("the worker answered {asked} with {reply:?}");
    Failure { kind: FailureKind::Broken, reason }
}
