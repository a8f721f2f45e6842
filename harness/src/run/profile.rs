//! CPU profiles: one process a case, first sampled by function, then by line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use amdahl_reports::{CaseId, Detail, Failure, Measurement, Outcome, Profile, measurer};

use super::Runner;
use super::measurers::Measurer;
use crate::driver::LiveCase;
use crate::measure::Deadline;
use crate::measure::cpu::Sampler;
use crate::plan::Group;
use crate::protocol::{ProfileRequest, Purpose, Request};

/// Samples a second of CPU time: what the timer of an ordinary kernel delivers per busy thread, and
/// a prime, so that nothing periodic hides between samples.
pub(crate) const HERTZ: u32 = 199;
/// A batch while sampling lasts about this long.
const BATCH: Duration = Duration::from_millis(50);

/// Samples each case at the kernel's largest size in a worker of its own.
pub(super) struct Profiled;

impl Measurer for Profiled {
    fn id(&self) -> &'static str {
        measurer::PROFILE
    }

    fn steps(&self, group: &Group) -> usize {
        if group.is_largest { group.cases.len() } else { 0 }
    }

    fn measure(&self, runner: &mut Runner<'_>, group: &Group, live: &mut [LiveCase]) {
        if !group.is_largest {
            return;
        }
        let chosen = chosen(group, live, runner.schedule.profiles);
        for (case, is_chosen) in live.iter().zip(chosen) {
            runner.step(self.id(), &case.id);
            if is_chosen {
                let outcome = runner.sampled(case);
                runner.conclude(&case.id, self.id(), outcome);
            } else {
                let outcome = Outcome::NotMeasured {
                    reason: "a short run profiles the reference and the fastest variants alone"
                        .to_owned(),
                    remedy: "leave --quick out, or give a longer AMDAHL_BUDGET".to_owned(),
                };
                runner.keep(&case.id, self.id(), outcome);
            }
        }
    }
}

/// Which cases are worth their time: the reference, and as many of the fastest as there is time for.
fn chosen(group: &Group, live: &[LiveCase], profiles: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..live.len()).collect();
    order.sort_by(|&a, &b| {
        let is_other = |at: usize| live[at].id.variant != group.reference;
        let time = |at: usize| live[at].estimate_ns;
        is_other(a).cmp(&is_other(b)).then(time(a).total_cmp(&time(b)))
    });
    let mut chosen = vec![false; live.len()];
    for &at in order.iter().take(profiles) {
        chosen[at] = true;
    }
    chosen
}

impl Runner<'_> {
    /// Samples a fresh worker's run of a case that another has checked.
    fn sampled(&self, checked: &LiveCase) -> Result<Measurement, Failure> {
        let id = &checked.id;
        let worker = self.launcher.launch(Purpose::Time, id.threads)?;
        let mut case = LiveCase::prepare(worker, id, &self.plan.source, None)?;
        case.agreement.clone_from(&checked.agreement);
        case.estimate_ns = checked.estimate_ns;
        let relative = folder_of(id);
        let folder = self.folder.join(&relative);
        let schedule = self.schedule;
        let mut profile = sample(&mut case, Sampler::Stacks, schedule.stacks, &folder)?;
        let mut notes = Vec::new();
        match sample(&mut case, Sampler::Lines, schedule.lines, &folder) {
            Ok(lines) => {
                profile.line_samples = lines.line_samples;
                profile.lines = lines.lines;
            }
            Err(failure) => notes.push(format!("no source lines: {}", failure.reason)),
        }
        for file in [&mut profile.flamegraph, &mut profile.protobuf, &mut profile.folded]
            .into_iter()
            .flatten()
        {
            *file = relative.join(&*file).display().to_string();
        }
        Ok(Measurement { series: Vec::new(), notes, detail: Detail::Profile(profile) })
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
