//! Smoke sizes: every variant is held to the reference at the edges before it is measured.

use std::collections::BTreeMap;
use std::time::Duration;

use amdahl_reports::{Detail, Measurement, measurer};

use super::Runner;
use super::group::check_measurement;
use crate::driver::{LiveCase, Worker};
use crate::plan::Group;
use crate::protocol::{Purpose, Request};

/// What counting may take beyond a worker's patience: at smoke sizes, nothing.
const COUNTING: Duration = Duration::ZERO;

impl Runner<'_> {
    /// Checks the smoke cases of one size. Every case runs in a process of its own kind: one worker
    /// serves them in turn and is replaced when one of them breaks it.
    pub(super) fn smoke(&mut self, group: &Group) {
        self.progress.step(&format!("check {} at {}", group.kernel, group.size));
        let mut idle: BTreeMap<usize, Worker> = BTreeMap::new();
        for id in &group.cases {
            let worker = match idle.remove(&id.threads) {
                Some(worker) => Ok(worker),
                None => self.launcher.launch(Purpose::Time, id.threads),
            };
            let prepared = worker.and_then(|worker| {
                let source = self.plan.seeded();
                // A result that was right for the first input must follow the second.
                let other = Some(source.seed.wrapping_add(1));
                LiveCase::prepare_on(worker, id, &source, Some(&group.reference), other)
            });
            match prepared {
                Ok(mut case) => {
                    self.measured(id, measurer::CHECK, check_measurement(&case));
                    if id.variant == group.reference {
                        self.count_operations(&mut case);
                    }
                    idle.insert(id.threads, case.into_worker());
                }
                Err(failure) => self.failed(id, measurer::CHECK, failure),
            }
        }
    }

    /// Asks for the operations of the reference, where the kernel declares a way to count them.
    fn count_operations(&mut self, case: &mut LiveCase) {
        let id = case.id.clone();
        match case.measure(&Request::Count {}, COUNTING) {
            Ok(Measurement { detail: Detail::None, .. }) => {}
            counted => self.conclude(&id, measurer::COUNT, counted),
        }
    }
}
