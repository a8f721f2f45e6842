//! Instructions: each case on one thread in processes of its own, under Callgrind.
//!
//! What one iteration executes is the difference between a process of so many iterations and one of
//! twice as many: the first iteration, setup and the region's own instructions cancel.

use std::ffi::OsString;
use std::fs::read_to_string;
use std::path::Path;
use std::time::Duration;

use amdahl_reports::measurer;
use amdahl_reports::{Detail, Failure, FailureKind, Measurement, Metric, Outcome, Series, format};

use super::Runner;
use super::measurers::Measurer;
use crate::driver::{Launcher, LiveCase};
use crate::measure::instructions::{SLOWDOWN, counting_into, instructions_in, valgrind_version};
use crate::plan::Group;
use crate::protocol::Purpose;

/// So much native time is counted, at least one iteration: a twentieth of a second under Callgrind,
/// and enough iterations that what is done once a slice of them does not count.
const COUNTED: Duration = Duration::from_millis(1);
/// Processes of twice as many iterations: a second one shows whether the count repeats.
const REPEATS: usize = 2;
/// Patience under Valgrind, as a multiple of the user's: the input is made at its speed too.
const PATIENCE: u32 = 10;
/// Counts that differ by no more than this repeat: a few instructions in an allocator or a hash.
const REPEATS_WITHIN: f64 = 1e-4;

/// Counts the instructions of the cases on one thread.
pub(super) struct Instructions;

impl Measurer for Instructions {
    fn id(&self) -> &'static str {
        measurer::INSTRUCTIONS
    }

    fn is_on_request(&self) -> bool {
        true
    }

    fn steps(&self, group: &Group) -> usize {
        group.cases.len()
    }

    fn measure(&self, runner: &mut Runner<'_>, _: &Group, live: &mut [LiveCase]) {
        let valgrind = valgrind_version().map_err(|error| {
            not_measured(
                &format!("Valgrind cannot be run: {error}"),
                "install valgrind (`apt-get install valgrind`, `dnf install valgrind`)",
            )
        });
        for case in live {
            runner.step(self.id(), &case.id);
            let outcome = match &valgrind {
                Ok(_) => runner.instructions(case),
                Err(missing) => missing.clone(),
            };
            runner.keep(&case.id, self.id(), outcome);
        }
    }
}

fn not_measured(reason: &str, remedy: &str) -> Outcome {
    Outcome::NotMeasured { reason: reason.to_owned(), remedy: remedy.to_owned() }
}

impl Runner<'_> {
    fn instructions(&self, case: &LiveCase) -> Outcome {
        if case.id.threads > 1 {
            return not_measured(
                "threads spin while they wait for one another, which moves the count from run to run",
                "see the case on one thread",
            );
        }
        let iterations = case.iterations_for(COUNTED);
        let expected_s = case.estimate_ns * SLOWDOWN * (1 + 2 * iterations) as f64 / 1e9;
        if expected_s > self.launcher.patience.as_secs_f64() {
            return not_measured(
                &format!("it would take some {} under Valgrind", format::duration(expected_s)),
                "see a smaller size, or give a longer --timeout",
            );
        }
        match self.counted(case, iterations) {
            Ok(measurement) => Outcome::Measured(measurement),
            // The case agreed and ran natively, so whatever goes wrong here is Valgrind's affair.
            Err(failure) => gave_up(&failure),
        }
    }

    fn counted(&self, case: &LiveCase, iterations: u64) -> Result<Measurement, Failure> {
        let once = self.instructions_of(case, iterations)?;
        let totals: Vec<f64> = (0..REPEATS)
            .map(|_| Ok((self.instructions_of(case, 2 * iterations)? - once).max(0.0)))
            .collect::<Result<_, Failure>>()?;
        let mut notes = Vec::new();
        notes.extend(disagreement(&totals));
        if hides_avx512() {
            notes.push(
                "its instructions were counted without AVX-512, which this processor has and \
                 Valgrind hides: a variant that chooses by the processor ran another path"
                    .to_owned(),
            );
        }
        let metric = Metric::INSTRUCTIONS.id.to_owned();
        let series = vec![Series { metric, iterations: vec![iterations; totals.len()], totals }];
        Ok(Measurement { series, notes, detail: Detail::None })
    }

    /// The instructions of a first iteration and so many more, in a process of their own.
    fn instructions_of(&self, case: &LiveCase, iterations: u64) -> Result<f64, Failure> {
        let broken = |what: String| Failure { kind: FailureKind::Broken, reason: what };
        let folder = tempfile::tempdir()
            .map_err(|error| broken(format!("no folder to count in: {error}")))?;
        let file = folder.path().join("callgrind.out");
        let patience = self.launcher.patience * PATIENCE;
        let launcher = Launcher { patience, ..self.launcher.clone() };
        let before: Vec<OsString> = counting_into(&file);
        let worker = launcher.launch_under(&before, Purpose::Time, case.id.threads)?;
        let mut counted = LiveCase::prepare(worker, &case.id, &self.plan.source, None)?;
        counted.agreement.clone_from(&case.agreement);
        counted.estimate_ns = case.estimate_ns;
        counted.batch(1)?;
        counted.batch(iterations)?;
        counted.into_worker().quit()?;
        total(&file).filter(|count| *count > 0.0).ok_or_else(|| {
            broken(
                "Callgrind saw no timed region: the program has no symbols it can read".to_owned(),
            )
        })
    }
}

fn total(file: &Path) -> Option<f64> {
    instructions_in(&read_to_string(file).ok()?)
}

/// What to say where two processes did not count alike.
fn disagreement(totals: &[f64]) -> Option<String> {
    let least = totals.iter().copied().fold(f64::INFINITY, f64::min);
    let most = totals.iter().copied().fold(0.0, f64::max);
    let apart = (most - least) / most.max(1.0);
    (apart > REPEATS_WITHIN).then(|| {
        format!(
            "its instructions do not repeat: two processes differ by {}",
            format::percent(apart)
        )
    })
}

/// The record where it did not work under Valgrind.
fn gave_up(failure: &Failure) -> Outcome {
    let reason = format!("{} under Valgrind: {}", failure.kind.label(), failure.reason);
    let remedy = match failure.kind {
        FailureKind::Died if failure.reason.contains("SIGILL") => {
            "Valgrind does not know every instruction of this build: measure instructions in one \
             without `-C target-cpu=native`"
        }
        FailureKind::TimedOut => "see a smaller size, or give a longer --timeout",
        FailureKind::Broken => "build the bench target with its symbols (`strip = false`)",
        _ => "see the case without instructions; Valgrind does not know every system call",
    };
    not_measured(&reason, remedy)
}

#[cfg(target_arch = "x86_64")]
fn hides_avx512() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
}

#[cfg(not(target_arch = "x86_64"))]
fn hides_avx512() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_repeat_need_no_word_and_others_say_by_how_much() {
        assert_eq!(disagreement(&[1_000_000.0, 1_000_000.0]), None);
        assert_eq!(disagreement(&[1_000_000.0, 1_000_050.0]), None);
        let said = disagreement(&[990_000.0, 1_000_000.0]).expect("a remark");
        assert!(said.ends_with("differ by 1.0 %"), "{said}");
        assert_eq!(disagreement(&[0.0, 0.0]), None);
    }

    #[test]
    fn an_instruction_that_valgrind_does_not_know_blames_the_build() {
        let died =
            |reason: &str| gave_up(&Failure { kind: FailureKind::Died, reason: reason.to_owned() });
        let Outcome::NotMeasured { remedy, .. } = died("its process ended by signal 4 (SIGILL)")
        else {
            panic!("no failure of the case");
        };
        assert!(remedy.contains("target-cpu=native"), "{remedy}");
        let Outcome::NotMeasured { remedy, .. } = died("its process ended by exit code 1") else {
            panic!("no failure of the case");
        };
        assert!(!remedy.contains("target-cpu"), "{remedy}");
    }
}
