//! `--profile-time`: criterion keeps a case busy while the worker's profiler looks.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use amdahl_reports::Failure;
use criterion::profiler::Profiler;

use super::args::BenchArgs;
use super::timer::{batch, benchmark_id, elapsed};
use crate::cli::MEASURED_CASE_FAILED;
use crate::cli::print::{Streams, exit};
use crate::cli::settings::Settings;
use crate::driver::LiveCase;
use crate::measure::cpu::Sampler;
use crate::plan::Plan;
use crate::protocol::{ProfileRequest, Request};
use crate::run::HERTZ;

type Shared = Rc<RefCell<Option<LiveCase>>>;

/// Criterion's profiler interface over the profiler in the case's worker.
struct WorkerProfiler {
    case: Shared,
    failure: Rc<RefCell<Option<Failure>>>,
}

impl WorkerProfiler {
    fn tell(&self, request: impl FnOnce(&mut LiveCase) -> Result<(), Failure>) {
        if let Some(case) = self.case.borrow_mut().as_mut()
            && let Err(failure) = request(case)
        {
            self.failure.borrow_mut().get_or_insert(failure);
        }
    }
}

impl Profiler for WorkerProfiler {
    fn start_profiling(&mut self, _: &str, _: &Path) {
        let start = ProfileRequest::Start { sampler: Sampler::Stacks, hertz: HERTZ };
        self.tell(|case| case.command(&Request::Profile(start)));
    }

    fn stop_profiling(&mut self, _: &str, directory: &Path) {
        let stop = ProfileRequest::Stop { directory: directory.display().to_string() };
        self.tell(|case| case.measure(&Request::Profile(stop), Duration::from_secs(30)).map(drop));
    }
}

/// Profiles each case of the plan; the files are where criterion's users look for them, in
/// `target/criterion/<case>/profile`.
pub(super) fn run(
    plan: &Plan,
    args: &BenchArgs,
    settings: &Settings,
    streams: &mut Streams,
) -> anyhow::Result<ExitCode> {
    let launcher = settings.launcher()?;
    let case: Shared = Rc::default();
    let failure: Rc<RefCell<Option<Failure>>> = Rc::default();
    let profiler = WorkerProfiler { case: Rc::clone(&case), failure: Rc::clone(&failure) };
    let mut criterion = BenchArgs::criterion().with_profiler(profiler);
    let mut failed = false;
    for group in &plan.groups {
        for id in &group.cases {
            match LiveCase::start(&launcher, id, &plan.source, Some(&group.reference)) {
                Ok(live) => *case.borrow_mut() = Some(live),
                Err(failure) => {
                    failed = true;
                    streams.say(&format!("{id}: {}", failure.reason));
                    continue;
                }
            }
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                criterion.benchmark_group(&id.kernel).bench_function(benchmark_id(id), |bencher| {
                    bencher.iter_custom(|iterations| {
                        case.borrow_mut()
                            .as_mut()
                            .map_or(Duration::ZERO, |case| elapsed(batch(case, iterations)))
                    });
                });
            }));
            if outcome.is_err() {
                failed = true;
                streams.say(&format!("{id}: the worker failed while it was profiled"));
            }
            if let Some(failure) = failure.borrow_mut().take() {
                failed = true;
                streams.say(&format!("{id}: {}", failure.reason));
            }
            *case.borrow_mut() = None;
        }
    }
    let seconds = args.profile_time().unwrap_or_default().as_secs_f64();
    streams.say(&format!(
        "profiled for {seconds:.0} s a case: see profile/ in each case's folder of target/criterion"
    ));
    Ok(exit(if failed { MEASURED_CASE_FAILED } else { 0 }))
}
