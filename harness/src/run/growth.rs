//! Sweeps: a kernel's cases at sizes along the axis on which it grows, smallest first, so that what
//! becomes too slow is known before it is.
//!
//! Each size is a group like any other: checked, timed in turn, verified, its heap counted.

use std::time::Duration;

use amdahl_reports::{CaseId, KernelInfo, Metric, Outcome, Role, measurer};

use super::Runner;
use super::ceiling::Entrant;
use super::group::is_slow;
use crate::measure::Deadline;
use crate::plan::{Counts, Group, Schedule, Sweep, brief_time};

/// Time of each case at each size of a brief sweep: the least number of rounds, and little more.
const BRIEF_INTERLEAVED: Duration = Duration::from_millis(60);

/// Time of each case at each size of a whole sweep, at most: fifty slots of a case on one thread.
const MOST_INTERLEAVED: Duration = Duration::from_millis(600);

/// What a sweep is to do of a kernel.
struct Todo {
    /// The cases, by variant and threads.
    cases: Vec<(String, usize)>,
    deadline: Deadline,
    schedule: Schedule,
    counts_heap: bool,
}

impl Runner<'_> {
    /// Sweeps a kernel, as much as the plan says.
    pub(super) fn sweep(&mut self, kernel: &KernelInfo) {
        let plan = self.plan;
        let groups: Vec<&Group> =
            plan.swept.iter().filter(|group| group.kernel == kernel.id).collect();
        let Some(mut todo) = self.todo(kernel, &groups) else { return };
        let before = std::mem::replace(&mut self.schedule, todo.schedule);
        for group in groups {
            self.progress.step(&format!("sweep {} at {}", group.kernel, group.size));
            self.sweep_size(kernel, group, &mut todo);
        }
        self.schedule = before;
    }

    fn todo(&self, kernel: &KernelInfo, groups: &[&Group]) -> Option<Todo> {
        let swept = self.plan.swept_kernels();
        match self.plan.sweep {
            Sweep::None => None,
            Sweep::Whole => {
                let mut cases: Vec<(String, usize)> = Vec::new();
                for id in groups.iter().flat_map(|group| &group.cases) {
                    let case = (id.variant.clone(), id.threads);
                    if !cases.contains(&case) {
                        cases.push(case);
                    }
                }
                let time = self.plan.budget / u32::try_from(swept.max(1)).unwrap_or(u32::MAX);
                let counts = Counts::of(&groups.iter().copied().cloned().collect::<Vec<_>>());
                let divided = Schedule::divide(time, counts);
                let interleaved = divided.interleaved.min(MOST_INTERLEAVED);
                let schedule = Schedule { interleaved, ..divided };
                let deadline = Deadline::after(time);
                Some(Todo { cases, deadline, schedule, counts_heap: true })
            }
            Sweep::Brief => {
                let time = brief_time(self.plan.budget, swept)?;
                let schedule = Schedule { interleaved: BRIEF_INTERLEAVED, ..self.schedule };
                let cases = self.best_cases(kernel);
                let deadline = Deadline::after(time);
                Some(Todo { cases, deadline, schedule, counts_heap: kernel.streaming })
            }
        }
    }

    /// The reference, the fastest case on one thread, and the fastest on several, by the times of the
    /// last measured size.
    fn best_cases(&self, kernel: &KernelInfo) -> Vec<(String, usize)> {
        let last = self.plan.groups.iter().rfind(|group| group.kernel == kernel.id);
        let time = |id: &CaseId| {
            let timed = self
                .records
                .iter()
                .find(|own| own.case == *id && measurer::TIMERS.contains(&own.measurer.as_str()))?;
            let Outcome::Measured(measurement) = &timed.outcome else { return None };
            let wall = measurement.series.iter().find(|own| own.metric == Metric::WALL_TIME.id)?;
            amdahl_reports::stats::median(&wall.per_iteration())
        };
        let timed: Vec<(&CaseId, f64)> = last
            .iter()
            .flat_map(|group| &group.cases)
            .filter(|id| !self.has_failed(id))
            .filter_map(|id| Some((id, time(id)?)))
            .collect();
        let is_reference = |id: &CaseId| {
            kernel.variant(&id.variant).is_some_and(|variant| variant.role == Role::Reference)
        };
        let fastest = |keep: &dyn Fn(&CaseId) -> bool| {
            let kept = timed.iter().filter(|(id, _)| keep(id));
            kept.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(id, _)| (id.variant.clone(), id.threads))
        };
        let best = [
            fastest(&|id| is_reference(id)),
            fastest(&|id| !is_reference(id) && id.threads == 1),
            fastest(&|id| id.threads > 1),
        ];
        best.into_iter().flatten().collect()
    }

    /// One size: what is slow there is left out of the sizes after it.
    fn sweep_size(&mut self, kernel: &KernelInfo, group: &Group, todo: &mut Todo) {
        let is_done = |id: &CaseId| {
            self.records
                .iter()
                .any(|own| own.case == *id && measurer::TIMERS.contains(&own.measurer.as_str()))
        };
        let asked = |id: &&CaseId| todo.cases.contains(&(id.variant.clone(), id.threads));
        let cases: Vec<CaseId> =
            group.cases.iter().filter(asked).filter(|id| !is_done(id)).cloned().collect();
        if todo.deadline.has_passed() {
            for id in &cases {
                self.keep(id, measurer::INTERLEAVED, too_long("the time of the sweep was over"));
            }
            return;
        }
        let is_run = |variant: &str| cases.iter().any(|id| id.variant == variant);
        let Some(first) = cases.first() else { return };
        let reference =
            if is_run(&group.reference) { group.reference.clone() } else { first.variant.clone() };
        let group = Group { reference, cases, ..group.clone() };
        let mut live = self.open(&group);
        let fast = live.iter_mut().filter(|case| !is_slow(case)).map(Entrant::case);
        let mut entrants: Vec<Entrant<'_>> = fast.collect();
        self.interleave(&mut entrants);
        for case in &mut live {
            self.verify(case);
        }
        for case in live.iter().filter(|case| is_slow(case)) {
            todo.cases.retain(|own| *own != (case.id.variant.clone(), case.id.threads));
            let larger = self.larger(kernel, &case.id);
            for id in larger {
                let reason =
                    format!("at {} an iteration takes over a quarter of a second", case.id.size);
                self.keep(&id, measurer::INTERLEAVED, too_long(&reason));
            }
        }
        if todo.counts_heap {
            for case in &live {
                self.heap(&case.id, false);
            }
        }
    }

    /// The same case at the larger sizes of the sweep.
    fn larger(&self, kernel: &KernelInfo, id: &CaseId) -> Vec<CaseId> {
        let after = kernel.swept.iter().skip_while(|size| size.label != id.size).skip(1);
        let cases = after.map(|size| CaseId { size: size.label.clone(), ..id.clone() });
        cases
            .filter(|id| self.plan.swept.iter().any(|group| group.cases.contains(id)))
            .filter(|id| !self.records.iter().any(|own| own.case == *id))
            .collect()
    }
}

fn too_long(reason: &str) -> Outcome {
    Outcome::NotMeasured {
        reason: reason.to_owned(),
        remedy: "sweep this kernel alone with a longer --budget, or over smaller --sizes"
            .to_owned(),
    }
}
