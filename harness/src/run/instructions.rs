//! Instructions: each case on one thread in processes of its own, under Callgrind.
//!
//! What one iteration executes is the difference between a process of so many iterations and one of
//! twice as many: the first iteration, setup and the region's own instructions cancel.

use std::ffi::OsString;
use std::fs::read_to_string;
use std::path::Path;
use std::time::Duration;

use amdahl_reports::measurer;
use amdahl_reports::{
    Agreement, CaseId, Detail, Failure, FailureKind, Measurement, Metric, Outcome, Series, format,
};

use super::Runner;
use super::measurers::Measurer;
use crate::driver::{Launcher, LiveCase};
use crate::measure::instructions::{SLOWDOWN, counting_into, instructions_in, valgrind_version};
use crate::plan::{Group, Source, whole};
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

/// Why cases of several threads are not counted.
pub(crate) const THREADS_SPIN: &str =
    "threads spin while they wait for one another, which moves the count from run to run";

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
            return not_measured(THREADS_SPIN, "see the case on one thread");
        }
        let counter = InstructionCounter {
            launcher: Launcher {
                patience: self.launcher.patience * PATIENCE,
                ..self.launcher.clone()
            },
            source: &self.plan.source,
            case: &case.id,
            agreement: case.agreement.as_ref(),
            estimate_ns: case.estimate_ns,
        };
        let expected_s = counter.longest_process_s();
        if expected_s > self.launcher.patience.as_secs_f64() {
            return not_measured(
                &format!("it would take some {} under Valgrind", format::duration(expected_s)),
                "see a smaller size, or give a longer --timeout",
            );
        }
        match counter.count() {
            Ok(counted) => Outcome::Measured(measurement(counted)),
            // The case agreed and ran natively, so whatever goes wrong here is Valgrind's affair.
            Err(failure) => gave_up(&failure),
        }
    }
}

/// The record of what was counted.
fn measurement(counted: Counted) -> Measurement {
    let mut notes: Vec<String> = counted.disagreement().into_iter().collect();
    if hides_avx512() {
        notes.push(
            "its instructions were counted without AVX-512, which this processor has and Valgrind \
             hides: a variant that chooses by the processor ran another path"
                .to_owned(),
        );
    }
    let Counted { iterations, totals } = counted;
    let metric = Metric::INSTRUCTIONS.id.to_owned();
    let series = vec![Series { metric, iterations: vec![iterations; totals.len()], totals }];
    Measurement { series, notes, detail: Detail::None }
}

/// How the instructions of one case are counted, each time in a process of its own.
pub(crate) struct InstructionCounter<'a> {
    /// Starts the processes; its patience holds under Valgrind.
    pub(crate) launcher: Launcher,
    /// Where the input comes from.
    pub(crate) source: &'a Source,
    /// The case, on one thread.
    pub(crate) case: &'a CaseId,
    /// What its check said.
    pub(crate) agreement: Option<&'a Agreement>,
    /// Estimated native time of an iteration, in nanoseconds.
    pub(crate) estimate_ns: f64,
}

/// What each of two processes counted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Counted {
    /// How many iterations the totals are of.
    pub(crate) iterations: u64,
    /// Instructions, one a process.
    pub(crate) totals: Vec<f64>,
}

impl Counted {
    /// What to say where two processes did not count alike.
    pub(crate) fn disagreement(&self) -> Option<String> {
        disagreement(&self.totals)
    }
}

impl InstructionCounter<'_> {
    fn iterations(&self) -> u64 {
        whole(COUNTED.as_nanos() as f64 / self.estimate_ns).max(1)
    }

    /// What the longest of its processes takes in its timed regions, in seconds, at most.
    fn longest_process_s(&self) -> f64 {
        self.estimate_ns * SLOWDOWN * (1 + 2 * self.iterations()) as f64 / 1e9
    }

    /// What all of its processes take in their timed regions, in seconds, at most.
    pub(crate) fn takes_s(&self) -> f64 {
        (1 + REPEATS) as f64 * self.longest_process_s()
    }

    /// Counts.
    pub(crate) fn count(&self) -> Result<Counted, Failure> {
        let iterations = self.iterations();
        let once = self.instructions_of(iterations)?;
        let totals: Vec<f64> = (0..REPEATS)
            .map(|_| Ok((self.instructions_of(2 * iterations)? - once).max(0.0)))
            .collect::<Result<_, Failure>>()?;
        Ok(Counted { iterations, totals })
    }

    /// The instructions of a first iteration and so many more, in a process of their own.
    fn instructions_of(&self, iterations: u64) -> Result<f64, Failure> {
        let broken = |what: String| Failure { kind: FailureKind::Broken, reason: what };
        let folder = tempfile::tempdir()
            .map_err(|error| broken(format!("no folder to count in: {error}")))?;
        let file = folder.path().join("callgrind.out");
        let before: Vec<OsString> = counting_into(&file);
        let worker = self.launcher.launch_under(&before, Purpose::Time, self.case.threads)?;
        let mut counted = LiveCase::prepare(worker, self.case, self.source, None)?;
        counted.agreement = self.agreement.cloned();
        counted.estimate_ns = self.estimate_ns;
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
