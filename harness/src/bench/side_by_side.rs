//! Criterion as its users compare two builds: a baseline saved by one, read by the other.
//!
//! For the gate's test of itself: what criterion prints of a case is what its user goes by, so that is
//! what is read.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use amdahl_reports::gate::evaluation::CriterionSays;
use criterion::Criterion;
use rustix::stdio::{dup2_stdout, stdout as standard_output};

use super::args::RESAMPLES;
use super::timer::{batch, benchmark_id, elapsed};
use crate::driver::LiveCase;

/// The baseline's name.
const BASELINE: &str = "base";
/// Of a case's time this is for warming up, as with criterion's own 3 s of 8.
const WARM_UP: f64 = 0.375;
/// Criterion's own number of samples, and the fewest it takes.
const SAMPLES: f64 = 100.0;
const LEAST_SAMPLES: f64 = 10.0;

/// Criterion with a folder of its own.
pub(crate) struct SideBySide {
    folder: PathBuf,
    /// What it prints meanwhile.
    log: PathBuf,
    warm_up: Duration,
    measurement: Duration,
}

impl SideBySide {
    /// Takes so long for each case on each side.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub(crate) fn new(scratch: &Path, each: Duration) -> io::Result<Self> {
        let folder = scratch.join("criterion");
        fs::create_dir_all(&folder)?;
        let warm_up = each.mul_f64(WARM_UP);
        let log = scratch.join("criterion.txt");
        Ok(Self { folder, log, warm_up, measurement: each.saturating_sub(warm_up) })
    }

    /// Measures a case of the base; where it fails, the comparison will.
    pub(crate) fn save(&mut self, case: &mut LiveCase) {
        let criterion = self.criterion(case).save_baseline(BASELINE.to_owned());
        self.measure(criterion, case);
    }

    /// Measures a case of the head; gives what is said of it, nothing where it fails.
    pub(crate) fn compare(&mut self, case: &mut LiveCase) -> Option<CriterionSays> {
        let criterion = self.criterion(case).retain_baseline(BASELINE.to_owned(), true);
        said(&self.measure(criterion, case)?)
    }

    fn criterion(&self, case: &LiveCase) -> Criterion {
        let fits = self.measurement.as_nanos() as f64 / case.estimate_ns.max(1.0);
        let samples = crate::plan::whole(fits.clamp(LEAST_SAMPLES, SAMPLES));
        Criterion::default()
            .without_plots()
            .nresamples(RESAMPLES)
            .warm_up_time(self.warm_up)
            .measurement_time(self.measurement)
            .sample_size(usize::try_from(samples).unwrap_or(usize::MAX))
            .output_directory(&self.folder)
    }

    /// What it prints of a case.
    fn measure(&self, mut criterion: Criterion, case: &mut LiveCase) -> Option<String> {
        let printed = Redirected::to(&self.log).ok()?;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let id = case.id.clone();
            let mut group = criterion.benchmark_group(&id.kernel);
            group.bench_function(benchmark_id(&id), |bencher| {
                bencher.iter_custom(|iterations| elapsed(batch(case, iterations)));
            });
            group.finish();
        }));
        drop(printed);
        outcome.ok()?;
        fs::read_to_string(&self.log).ok()
    }
}

/// The conclusion in what criterion prints.
fn said(printed: &str) -> Option<CriterionSays> {
    let conclusions = [
        ("Performance has regressed", CriterionSays::Regressed),
        ("Performance has improved", CriterionSays::Improved),
        ("No change in performance detected", CriterionSays::Nothing),
        ("Change within noise threshold", CriterionSays::Nothing),
    ];
    conclusions.into_iter().find(|(words, _)| printed.contains(words)).map(|(_, says)| says)
}

/// This process's standard output in a file, until dropped.
struct Redirected(OwnedFd);

impl Redirected {
    fn to(path: &Path) -> io::Result<Self> {
        let before = rustix::io::dup(standard_output())?;
        dup2_stdout(File::create(path)?)?;
        Ok(Self(before))
    }
}

impl Drop for Redirected {
    fn drop(&mut self) {
        // It was open a moment ago.
        let _ = dup2_stdout(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conclusion_is_read_from_what_is_printed() {
        let printed = |words: &str| {
            format!("sum/fold/10  time: [1.0 ns 1.1 ns 1.2 ns]\n  change: [+1 %]\n  {words}.\n")
        };
        for (words, says) in [
            ("Performance has regressed", CriterionSays::Regressed),
            ("Performance has improved", CriterionSays::Improved),
            ("No change in performance detected", CriterionSays::Nothing),
            ("Change within noise threshold", CriterionSays::Nothing),
        ] {
            assert_eq!(said(&printed(words)), Some(says));
        }
        assert_eq!(said("sum/fold/10  time: [1.0 ns 1.1 ns 1.2 ns]\n"), None);
    }
}
