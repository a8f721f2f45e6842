//! Smoke sizes: every variant is held to the reference at the edges before it is measured.

use std::collections::BTreeMap;

use amdahl_reports::measurer;

use super::Runner;
use super::group::check_measurement;
use crate::driver::{LiveCase, Worker};
use crate::plan::Group;
use crate::protocol::Purpose;

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
                Ok(case) => {
                    self.measured(id, measurer::CHECK, check_measurement(&case));
                    idle.insert(id.threads, case.into_worker());
                }
                Err(failure) => self.failed(id, measurer::CHECK, failure),
            }
        }
    }
}
