//! A process that keeps one processor busy for half of the time, as on a machine with other users.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use amdahl_reports::Failure;

use crate::driver::{Launcher, LiveCase};
use crate::gate::GateError;
use crate::self_test;

/// So long it works, and so long it rests: some slots are struck by it and some are not.
const SPELL: Duration = Duration::from_millis(50);

/// A worker that is driven by a thread of its own until it is ended.
pub(super) struct Neighbour {
    stop: Arc<AtomicBool>,
    driver: Option<JoinHandle<Result<(), Failure>>>,
}

impl Neighbour {
    /// Starts one.
    ///
    /// # Errors
    /// Where its worker cannot be started.
    pub(super) fn start(launcher: &Launcher) -> Result<Self, GateError> {
        let mut case = self_test::start(launcher)
            .map_err(|failure| GateError::Neighbour { reason: failure.reason })?;
        let stop = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&stop);
        let driver = thread::spawn(move || keep_busy(&mut case, &is_over));
        Ok(Self { stop, driver: Some(driver) })
    }

    /// Ends it.
    ///
    /// # Errors
    /// Where it had failed before: then the suite was not beside a busy process.
    pub(super) fn end(mut self) -> Result<(), GateError> {
        match self.join() {
            Some(Err(failure)) => Err(GateError::Neighbour { reason: failure.reason }),
            _ => Ok(()),
        }
    }

    fn join(&mut self) -> Option<Result<(), Failure>> {
        self.stop.store(true, Ordering::Relaxed);
        self.driver.take()?.join().ok()
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.join();
    }
}

fn keep_busy(case: &mut LiveCase, is_over: &AtomicBool) -> Result<(), Failure> {
    let iterations = case.iterations_for(SPELL);
    while !is_over.load(Ordering::Relaxed) {
        case.batch(iterations)?;
        thread::sleep(SPELL);
    }
    Ok(())
}
