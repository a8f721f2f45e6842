//! The profile pass: one process a case, first sampled by function, then by line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use amdahl_reports::{CaseId, Detail, Failure, Measurement, Profile, measurer};

use super::Runner;
use crate::driver::LiveCase;
use crate::measure::Deadline;
use crate::measure::cpu::Sampler;
use crate::protocol::{ProfileRequest, Request};

/// Samples a second of CPU time: what the timer of an ordinary kernel delivers per busy thread, and
/// a prime, so that nothing periodic hides between samples.
pub(crate) const HERTZ: u32 = 199;
/// A batch while sampling lasts about this long.
const BATCH: Duration = Duration::from_millis(50);

impl Runner<'_> {
    pub(super) fn profile(&mut self, id: &CaseId) {
        match self.sampled(id) {
            Ok(profile) => {
                let detail = Detail::Profile(profile);
                let measurement = Measurement { detail, ..Measurement::default() };
                self.measured(id, measurer::PROFILE, measurement);
            }
            Err(failure) => self.failed(id, measurer::PROFILE, failure),
        }
    }

    fn sampled(&self, id: &CaseId) -> Result<Profile, Failure> {
        let mut case = LiveCase::start(&self.launcher, id, self.plan.seed, None)?;
        let relative = folder_of(id);
        let folder = self.folder.join(&relative);
        let schedule = &self.plan.schedule;
        let mut profile = sample(&mut case, Sampler::Stacks, schedule.stacks, &folder)?;
        let lines = sample(&mut case, Sampler::Lines, schedule.lines, &folder)?;
        profile.line_samples = lines.line_samples;
        profile.lines = lines.lines;
        for file in [&mut profile.flamegraph, &mut profile.protobuf, &mut profile.folded]
            .into_iter()
            .flatten()
        {
            *file = relative.join(&*file).display().to_string();
        }
        Ok(profile)
    }
}

/// Runs the case for `time` under a sampler.
pub(crate) fn sample(
    case: &mut LiveCase,
    sampler: Sampler,
    time: Duration,
    folder: &Path,
) -> Result<Profile, Failure> {
    case.command(&Request::Profile(ProfileRequest::Start { sampler, hertz: HERTZ }))?;
    let deadline = Deadline::after(time);
    while !deadline.has_passed() {
        case.batch(case.iterations_for(BATCH))?;
    }
    let directory = folder.display().to_string();
    let stop = Request::Profile(ProfileRequest::Stop { directory });
    match case.measure(&stop, Duration::from_secs(30))?.detail {
        Detail::Profile(profile) => Ok(profile),
        _ => Ok(Profile::default()),
    }
}

/// Where the profile's files of a case are, relative to its run.
fn folder_of(id: &CaseId) -> PathBuf {
    let name = if id.threads > 1 {
        format!("{}-{}-t{}", id.variant, id.size, id.threads)
    } else {
        format!("{}-{}", id.variant, id.size)
    };
    Path::new("flamegraphs").join(&id.kernel).join(name)
}
