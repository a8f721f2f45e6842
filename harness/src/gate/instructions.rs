//! Instructions on both sides, by Callgrind, where that was asked for.

use std::time::Duration;

use amdahl_reports::gate::{ExactCounts, Which};
use amdahl_reports::{FailureKind, format, measurer};

use super::Gate;
use super::entrant::Entrant;
use super::slots::SIDES;
use crate::driver::Launcher;
use crate::measure::Deadline;
use crate::measure::instructions::valgrind_version;
use crate::run::{InstructionCounter, THREADS_SPIN};

/// Counting instructions may take this share of the budget; what it does not reach is said.
const SHARE: f64 = 0.2;

/// With less time left no process under Valgrind is started: it takes that long to be ready.
const LEAST: Duration = Duration::from_secs(1);

/// Why instructions are not counted.
const TOO_LATE: &str =
    "the time for counting instructions had ended: give the gate a longer --budget";

impl Gate<'_> {
    /// Counts the instructions of every case that agreed on both sides, as far as its share of the budget
    /// goes. Gives a note where there is no Valgrind.
    pub(super) fn count_instructions(&mut self, entrants: &mut [Entrant]) -> Option<String> {
        if let Err(error) = valgrind_version() {
            return Some(format!(
                "Instructions are not compared: Valgrind cannot be run ({error}). Install it \
                 (`apt-get install valgrind`, `dnf install valgrind`)."
            ));
        }
        let time = Deadline::after(self.setting.budget.mul_f64(SHARE).min(self.clock.left()));
        for entrant in entrants.iter_mut() {
            if entrant.failure.is_none() && entrant.length.iterations > 0 {
                self.step(&format!("count instructions of {}", entrant.case));
                let counts = self.instructions(entrant, time.left());
                entrant.exact.extend(counts);
            }
        }
        None
    }

    /// The instructions of a case on both sides, or why there are none.
    pub(super) fn instructions(&self, entrant: &Entrant, time: Duration) -> Vec<ExactCounts> {
        let mut counts = self.empty(&entrant.case, measurer::INSTRUCTIONS);
        for metric in &mut counts {
            let sides = self.instructions_of_both(entrant, &Deadline::after(time));
            match sides {
                Ok([base, head]) => (metric.base, metric.head) = (base, head),
                Err(why) => metric.missing = Some(why),
            }
        }
        counts
    }

    fn instructions_of_both(
        &self,
        entrant: &Entrant,
        time: &Deadline,
    ) -> Result<[Vec<f64>; 2], String> {
        if entrant.case.threads > 1 {
            return Err(THREADS_SPIN.to_owned());
        }
        let mut sides = [Vec::new(), Vec::new()];
        for (side, counts) in SIDES.into_iter().zip(&mut sides) {
            *counts = self.instructions_of_side(side, entrant, time)?;
        }
        Ok(sides)
    }

    fn instructions_of_side(
        &self,
        side: Which,
        entrant: &Entrant,
        time: &Deadline,
    ) -> Result<Vec<f64>, String> {
        let launcher = Launcher { patience: time.left(), ..self.program(side).launcher.clone() };
        let counter = InstructionCounter {
            launcher,
            source: &self.source,
            case: &entrant.case,
            agreement: entrant.agreement.as_ref(),
            estimate_ns: entrant.estimate_ns,
        };
        if time.left() < LEAST {
            return Err(TOO_LATE.to_owned());
        }
        let takes_s = counter.takes_s();
        if takes_s > time.left().as_secs_f64() {
            return Err(format!(
                "too slow under Valgrind for what is left of the time: it would take some {} a \
                 side; give the gate a longer --budget",
                format::duration(takes_s)
            ));
        }
        let counted = counter.count().map_err(|failure| {
            if failure.kind == FailureKind::TimedOut {
                return TOO_LATE.to_owned();
            }
            let kind = failure.kind.label();
            format!("{kind} under Valgrind in the {}: {}", side.word(), failure.reason)
        })?;
        if let Some(why) = counted.disagreement() {
            return Err(format!("in the {} {why}", side.word()));
        }
        Ok(counted.totals.iter().map(|total| total / counted.iterations as f64).collect())
    }
}
