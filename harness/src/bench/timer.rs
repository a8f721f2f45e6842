//! Criterion as a timer: it decides how often, the case's worker does the work.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use amdahl_reports::{CaseId, Failure, Measurement};
use criterion::{BenchmarkId, Criterion};

use super::args::BenchArgs;
use crate::driver::{BatchTime, LiveCase};
use crate::plan::{Plan, Schedule};
use crate::run::{Timer, wall_time};

/// Times cases with criterion and keeps its raw samples.
pub(super) struct CriterionTimer<'a> {
    criterion: Criterion,
    args: &'a BenchArgs,
}

/// Unwinds out of criterion when the worker fails.
struct CaseFailed(Failure);

impl<'a> CriterionTimer<'a> {
    pub(super) fn new(args: &'a BenchArgs) -> Self {
        Self { criterion: BenchArgs::criterion(), args }
    }

    /// Lets criterion close its own summary.
    pub(super) fn finish(self) {
        self.criterion.final_summary();
    }
}

/// A case's id as criterion spells it: `kernel/variant/size`, with `/tN` where it is parallel.
pub(super) fn benchmark_id(id: &CaseId) -> BenchmarkId {
    let size =
        if id.threads > 1 { format!("{}/t{}", id.size, id.threads) } else { id.size.clone() };
    BenchmarkId::new(&id.variant, size)
}

/// One batch, or out of criterion where the worker fails.
pub(super) fn batch(case: &mut LiveCase, iterations: u64) -> BatchTime {
    match case.batch(iterations) {
        Ok(batch) => batch,
        // Not `panic!`: this is no fault of the program, and nothing is to be printed.
        Err(failure) => resume_unwind(Box::new(CaseFailed(failure))),
    }
}

/// A batch's time as criterion's `iter_custom` wants it: it refuses a time of 0.
pub(super) fn elapsed(batch: BatchTime) -> Duration {
    Duration::from_nanos(batch.elapsed_ns.max(1))
}

impl Timer for CriterionTimer<'_> {
    fn time(
        &mut self,
        case: &mut LiveCase,
        schedule: &Schedule,
    ) -> Option<Result<Measurement, Failure>> {
        if crate::run::is_slow(case) {
            return None;
        }
        let id = case.id.clone();
        let batches: RefCell<Vec<(u64, BatchTime)>> = RefCell::new(Vec::new());
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut group = self.criterion.benchmark_group(&id.kernel);
            let samples = self.args.fit(&mut group, schedule, case.estimate_ns);
            group.bench_function(benchmark_id(&id), |bencher| {
                bencher.iter_custom(|iterations| {
                    let batch = batch(case, iterations);
                    batches.borrow_mut().push((iterations, batch));
                    elapsed(batch)
                });
            });
            group.finish();
            samples
        }));
        let samples = match outcome {
            Ok(samples) => samples,
            Err(payload) => match payload.downcast::<CaseFailed>() {
                Ok(failed) => return Some(Err(failed.0)),
                Err(other) => resume_unwind(other),
            },
        };
        // Warm-up comes first; the last batches are the samples.
        let batches = batches.into_inner();
        let samples = &batches[batches.len().saturating_sub(samples)..];
        let series = wall_time(
            samples.iter().map(|(_, batch)| batch.elapsed_ns as f64).collect(),
            samples.iter().map(|(_, batch)| batch.pairs as f64).collect(),
            samples.iter().map(|(iterations, _)| *iterations).collect(),
        );
        Some(Ok(Measurement { series, ..Measurement::default() }))
    }
}

/// Lets criterion compare two of its baselines; nothing is measured.
pub(super) fn load_baseline(plan: &Plan, mut criterion: Criterion) {
    for id in plan.cases() {
        let mut group = criterion.benchmark_group(&id.kernel);
        group.bench_function(benchmark_id(id), |bencher| bencher.iter_custom(|_| Duration::ZERO));
        group.finish();
    }
    criterion.final_summary();
}
