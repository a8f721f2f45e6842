//! One prepared case: everything happens inside a pool of exactly its threads.

use std::cell::RefCell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use amdahl_reports::gate::evaluation::Plant;
use amdahl_reports::{Detail, Failure, FailureKind, Measurement, wire::v1};

use super::plant::Sown;
use super::{Channel, Order, panics};
use crate::allocator;
use crate::data::Exchanged;
use crate::declare::{CaseRequest, CheckError, Erased, Prepared};
use crate::input::{self, InputFile};
use crate::machine::{keep_no_free_memory, move_code_of};
use crate::measure::cpu::Sampling;
use crate::measure::{NoProbe, Probe, Stopwatch, alone, faults, heap, stages, waited_ns, what_if};
use crate::pool::pool_of;
use crate::protocol::{File, ProfileRequest, Reply, Request};

/// Sets the case of a `prepare` up, answers what is asked of it, and returns the first request that
/// is not about it.
pub(super) fn serve_case(
    kernels: &[&[Arc<dyn Erased>]],
    order: &Order,
    request: &Request,
    channel: &mut Channel,
) -> io::Result<Option<Request>> {
    let Request::Prepare { kernel, variant, size, threads, seed, against, other_seed, input, swap } =
        request
    else {
        return Ok(None);
    };
    let Some(erased) = kernels.iter().copied().flatten().find(|own| own.info().id == *kernel)
    else {
        channel.fail(FailureKind::Broken, &format!("there is no kernel `{kernel}`"))?;
        return channel.receive();
    };
    let pool = match pool_of(*threads) {
        Ok(pool) => pool,
        Err(error) => {
            channel.fail(FailureKind::Broken, &format!("no pool of {threads} threads: {error}"))?;
            return channel.receive();
        }
    };
    let case = CaseRequest {
        variant: variant.clone(),
        size: size.clone(),
        against: against.clone().unwrap_or_else(|| variant.clone()),
        seed: *seed,
        swap: swap.clone().map(Into::into),
        other_seed: *other_seed,
        input: input.iter().cloned().map(Into::into).collect(),
    };
    let plant = order.plants.iter().find(|own| own.kernel == *kernel && own.variant == *variant);
    let mut next = Ok(None);
    let outcome = pool.install(|| {
        let setup = RefCell::new(Stopwatch::new());
        catch_unwind(AssertUnwindSafe(|| {
            erased.with_case(&case, &mut Shared(&setup), &mut |prepared| {
                let setup_ns = setup.borrow().elapsed_ns();
                let checks = against.is_some();
                let moves_code = order.moves_code;
                let mut session = Session { channel, checks, setup_ns, plant, moves_code };
                next = session.answer(prepared);
            })
        }))
    });
    let (kind, reason) = match outcome {
        Ok(Ok(())) => return next,
        Ok(Err(error)) => (kind_of(&error), error.to_string()),
        Err(payload) => (FailureKind::Panicked, panics::last(&*payload)),
    };
    channel.fail(kind, &reason)?;
    channel.receive()
}

/// A stopwatch that can be read while the case it timed is alive.
struct Shared<'a>(&'a RefCell<Stopwatch>);

impl Probe for Shared<'_> {
    fn start(&mut self) {
        self.0.borrow_mut().start();
    }

    fn stop(&mut self) {
        self.0.borrow_mut().stop();
    }
}

fn kind_of(error: &CheckError) -> FailureKind {
    match error {
        CheckError::Disagrees { .. } => FailureKind::Disagreed,
        CheckError::Unknown { .. }
        | CheckError::Input { .. }
        | CheckError::Exchange { .. }
        | CheckError::File { .. } => FailureKind::Broken,
    }
}

/// A prepared case and the driver that asks about it.
struct Session<'a> {
    channel: &'a mut Channel,
    checks: bool,
    setup_ns: u64,
    /// What slows the case down, where the gate tests itself.
    plant: Option<&'a Plant>,
    /// Whether its code has still to move.
    moves_code: bool,
}

impl Session<'_> {
    /// Answers until a request is not about this case.
    fn answer(&mut self, prepared: &mut dyn Prepared) -> io::Result<Option<Request>> {
        if let Err(error) = self.introduce(prepared)? {
            self.channel.fail(kind_of(&error), &error.to_string())?;
            return self.channel.receive();
        }
        let mut sampling = None;
        let mut sown = None;
        loop {
            let reply = match self.channel.receive()? {
                Some(Request::Batch { iterations, slice, warm_up, keep }) => {
                    if let (None, Some(plant)) = (&sown, self.plant) {
                        sown = Some(Sown::new(plant, prepared, slice));
                    }
                    self.move_code(prepared);
                    prepared.batch(warm_up, slice, &mut NoProbe);
                    batch(prepared, iterations, slice, keep, sown.as_mut())
                }
                Some(Request::Verify { fresh }) => verify(prepared, fresh),
                Some(Request::Heap { scratch }) => count_heap(prepared, Path::new(&scratch)),
                Some(Request::Stages { .. }) if allocator::is_counting() => {
                    measured(&stages::measure_heap(prepared))
                }
                Some(Request::Stages { iterations }) => {
                    measured(&stages::measure(prepared, iterations))
                }
                Some(Request::WhatIf { stages, points, iterations }) => {
                    measured(&what_if::measure(prepared, &stages, points, iterations))
                }
                Some(Request::Alone { rounds }) => alone::measure(prepared, rounds)
                    .map_or_else(|| broken("no stage of the case is swapped"), |m| measured(&m)),
                Some(Request::Faults { iterations }) => faults::measure(prepared, iterations)
                    .map_or_else(|| broken(faults::NOT_COUNTED), |m| measured(&m)),
                Some(Request::Trim {}) => {
                    keep_no_free_memory();
                    Reply::Trimmed {}
                }
                Some(Request::Count {}) => count(prepared),
                Some(Request::Export { directory }) => export(prepared, &directory),
                Some(Request::Hold { output, error }) => hold(prepared, output, error),
                Some(Request::Result { .. }) => broken("only peers give their results away"),
                Some(Request::Profile(request)) => profile(&mut sampling, &request),
                other => return Ok(other),
            };
            self.channel.send(&reply)?;
        }
    }

    /// Gives the code that an iteration runs pages of its own, once. Where the system refuses it stays where
    /// it is; the driver has tried the same and says so.
    fn move_code(&mut self, prepared: &mut dyn Prepared) {
        if std::mem::take(&mut self.moves_code) {
            let _ = move_code_of(|| prepared.batch(1, 1, &mut NoProbe));
        }
    }

    /// Answers the `prepare`, after the check where one was asked for.
    fn introduce(&mut self, prepared: &mut dyn Prepared) -> io::Result<Result<(), CheckError>> {
        let mut reply = Reply::Prepared { setup_ns: self.setup_ns, cold_ns: None, agreement: None };
        if self.checks {
            let mut stopwatch = Stopwatch::new();
            match prepared.check(&mut stopwatch) {
                Ok(checked) => {
                    reply = Reply::Prepared {
                        setup_ns: self.setup_ns,
                        cold_ns: Some(stopwatch.elapsed_ns()),
                        agreement: Some(v1::Agreement::from(&checked)),
                    };
                }
                Err(error) => return Ok(Err(error)),
            }
        }
        self.channel.send(&reply)?;
        Ok(Ok(()))
    }
}

/// Times iterations, slowed down by what is sown among them.
fn batch(
    prepared: &mut dyn Prepared,
    iterations: u64,
    slice: u64,
    keep: bool,
    sown: Option<&mut Sown>,
) -> Reply {
    let before = waited_ns();
    let mut stopwatch = Stopwatch::new();
    let mut planted;
    let probe: &mut dyn Probe = match sown {
        None => &mut stopwatch,
        Some(sown) => {
            planted = sown.around(&mut stopwatch, iterations, slice);
            &mut planted
        }
    };
    if keep {
        prepared.batch_to_keep(iterations, slice, probe);
    } else {
        prepared.batch(iterations, slice, probe);
    }
    let waited_ns = waited_ns().zip(before).map(|(after, before)| after.saturating_sub(before));
    Reply::Batch { elapsed_ns: stopwatch.elapsed_ns(), pairs: stopwatch.pairs(), waited_ns }
}

/// Holds what was timed to the reference, and times first iterations. A result that differs keeps the
/// case prepared.
fn verify(prepared: &mut dyn Prepared, fresh: u64) -> Reply {
    if let Err(error) = prepared.verify() {
        let failure = Failure { kind: kind_of(&error), reason: error.to_string() };
        return Reply::Failed { failure: v1::Failure::from(&failure) };
    }
    let first = |_| {
        let mut stopwatch = Stopwatch::new();
        prepared.fresh(&mut stopwatch);
        stopwatch.elapsed_ns()
    };
    Reply::Verified { fresh_ns: (0..fresh).map(first).collect() }
}

fn measured(measurement: &Measurement) -> Reply {
    Reply::Measured { measurement: v1::Measurement::from(measurement) }
}

fn broken(reason: impl Into<String>) -> Reply {
    let failure = Failure { kind: FailureKind::Broken, reason: reason.into() };
    Reply::Failed { failure: v1::Failure::from(&failure) }
}

fn count_heap(prepared: &mut dyn Prepared, scratch: &Path) -> Reply {
    if allocator::is_counting() {
        measured(&heap::measure(prepared, scratch))
    } else {
        broken("this worker was not started to count heap")
    }
}

fn export(prepared: &dyn Prepared, directory: &Path) -> Reply {
    match input::save(&prepared.input(), directory) {
        Ok(files) => Reply::Exported { input: files.into_iter().map(Into::into).collect() },
        Err(error) => broken(error.to_string()),
    }
}

/// A result that differs keeps the case prepared.
fn hold(prepared: &mut dyn Prepared, output: Vec<File>, error: Option<String>) -> Reply {
    let files: Vec<InputFile> = output.into_iter().map(Into::into).collect();
    let result = match error {
        Some(error) => Ok(Exchanged::Error(error)),
        None => input::load_saved(&files),
    };
    let result = match result {
        Ok(result) => result,
        Err(error) => return broken(error.to_string()),
    };
    match prepared.hold(result) {
        Ok(agreement) => Reply::Held { agreement: v1::Agreement::from(&agreement) },
        Err(error) => {
            let failure = Failure { kind: kind_of(&error), reason: error.to_string() };
            Reply::Failed { failure: v1::Failure::from(&failure) }
        }
    }
}

/// A measurement without a detail where the kernel has no way to count.
fn count(prepared: &dyn Prepared) -> Reply {
    let detail = prepared.count().map_or(Detail::None, Detail::Operations);
    measured(&Measurement { detail, ..Measurement::default() })
}

fn profile(sampling: &mut Option<Sampling>, request: &ProfileRequest) -> Reply {
    match request {
        ProfileRequest::Start { sampler, hertz } => match Sampling::start(*sampler, *hertz) {
            Ok(started) => {
                *sampling = Some(started);
                Reply::Started {}
            }
            Err(error) => broken(error.to_string()),
        },
        ProfileRequest::Stop { directory } => match sampling.take() {
            Some(running) => match running.finish(Path::new(directory)) {
                Ok(measurement) => measured(&measurement),
                Err(error) => broken(error.to_string()),
            },
            None => broken("no sampler runs: start one first"),
        },
    }
}
