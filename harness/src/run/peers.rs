//! Peers beside our cases: the input handed over, the result held to ours, before and after timing.

use std::path::{Path, PathBuf};

use amdahl_reports::{Agreement, CaseId, Failure, FailureKind, Measurement, Outcome, measurer};
use tempfile::TempDir;

use super::Runner;
use super::group::{check_measurement, is_slow};
use crate::driver::{Launcher, LiveCase, PeerResult};
use crate::input::InputFile;
use crate::plan::{Group, Source};
use crate::protocol::Purpose;

/// A peer that was silent so often is not asked again: each silence costs the run its patience.
const MOST_SILENCES: usize = 3;

/// A worker of ours that has the input of a group and holds the results of peers to its own.
pub(super) struct Judge {
    live: LiveCase,
    /// Where the input, the results and the peers' temporary files lie; removed in the end.
    folder: TempDir,
    input: Vec<InputFile>,
    /// Whether it broke over what a peer wrote, so that another must take its place.
    is_lost: bool,
}

impl Judge {
    /// Prepares the case in a worker of ours and has its input written.
    fn open(runner: &Runner<'_>, id: &CaseId) -> Result<Self, Failure> {
        // Beside the records, where there is room for what a run makes.
        let folder = std::path::absolute(&runner.folder)
            .and_then(|parent| TempDir::with_prefix_in("peers-", parent))
            .map_err(|error| broken(format!("no folder to hand the input over in: {error}")))?;
        let (live, input) = begin(runner, id, folder.path())?;
        Ok(Self { live, folder, input, is_lost: false })
    }

    /// Sees to it that there is one that answers. The folder stays: peers keep files of their own there.
    fn renew(&mut self, runner: &Runner<'_>) -> Result<(), Failure> {
        if self.is_lost {
            (self.live, self.input) = begin(runner, &self.live.id.clone(), self.folder.path())?;
            self.is_lost = false;
        }
        Ok(())
    }

    /// Has one iteration run by a peer and its result held to ours; gives the iteration's time too.
    fn held(&mut self, case: &mut LiveCase) -> Result<(u64, Agreement), Failure> {
        let output: PathBuf = self.folder.path().join("output");
        std::fs::create_dir_all(&output).map_err(|error| broken(error.to_string()))?;
        let result: PeerResult = case.result(&output)?;
        let elapsed_ns = result.elapsed_ns;
        let agreement = self.live.hold(result);
        let is_verdict = |kind| matches!(kind, FailureKind::Disagreed | FailureKind::Broken);
        self.is_lost = agreement.as_ref().is_err_and(|failure| !is_verdict(failure.kind));
        // What cannot be removed now goes with the folder.
        let _ = std::fs::remove_dir_all(&output);
        Ok((elapsed_ns, agreement?))
    }
}

impl Runner<'_> {
    /// Starts the group's peers on the input of our cases; those that agree are added to `live`,
    /// after all of ours.
    pub(super) fn open_peers(&mut self, group: &Group, live: &mut Vec<LiveCase>) {
        self.judge = None;
        if group.peers.is_empty() || !self.choice.times() {
            return;
        }
        let against = held_to(group, live);
        let mut judge = match Judge::open(self, &against) {
            Ok(judge) => judge,
            Err(failure) => {
                for id in &group.peers {
                    self.failed(id, measurer::CHECK, failure.clone());
                }
                return;
            }
        };
        for id in &group.peers {
            if self.has_failed_with_any_threads(id) {
                continue;
            }
            if let Some(outcome) = self.given_up(id) {
                self.keep(id, measurer::CHECK, outcome);
                continue;
            }
            self.step("check", id);
            match self.open_peer(&mut judge, id) {
                Ok(mut case) => {
                    self.measured(id, measurer::CHECK, check_measurement(&case));
                    if is_slow(&case) {
                        self.plain(&mut case);
                    }
                    live.push(case);
                }
                Err(failure) => self.failed(id, measurer::CHECK, failure),
            }
        }
        self.judge = Some(judge);
    }

    fn open_peer(&self, judge: &mut Judge, id: &CaseId) -> Result<LiveCase, Failure> {
        let unknown = || broken(format!("there is no peer of `{}`", id.variant));
        judge.renew(self)?;
        let (launcher, name) = self.peers.launcher_of(&id.variant).ok_or_else(unknown)?;
        let temporary = Some(judge.folder.path().to_owned());
        let launcher = Launcher { temporary, ..launcher.clone() };
        let worker = launcher.launch(Purpose::Time, id.threads)?;
        let source = Source { seed: self.plan.source.seed, files: judge.input.clone() };
        let mut case = LiveCase::prepare_peer(worker, id, name, &source)?;
        let (cold_ns, agreement) = judge.held(&mut case)?;
        case.cold_ns = Some(cold_ns);
        case.agreement = Some(agreement);
        // Its first iteration may have compiled the variant: it says nothing of the next.
        case.estimate()?;
        Ok(case)
    }

    /// Has one more result of a timed peer held to ours.
    pub(super) fn verify_peer(&mut self, case: &mut LiveCase) {
        if self.timing_has_failed(&case.id) {
            return;
        }
        let Some(mut judge) = self.judge.take() else { return };
        let held = judge.renew(self).and_then(|()| judge.held(case));
        let held = held.map(|_| Measurement::default());
        self.conclude(&case.id.clone(), measurer::WORK, held);
        self.judge = Some(judge);
    }

    fn has_failed_with_any_threads(&self, id: &CaseId) -> bool {
        (1..=id.threads).any(|threads| self.has_failed(&CaseId { threads, ..id.clone() }))
    }

    /// Why a peer is not asked any more.
    fn given_up(&self, id: &CaseId) -> Option<Outcome> {
        let peer = |id: &CaseId| id.variant.split_once('.').map(|(peer, _)| peer.to_owned());
        let is_silence = |outcome: &Outcome| {
            matches!(outcome, Outcome::Failed(Failure { kind: FailureKind::TimedOut, .. }))
        };
        let silences = self
            .records
            .iter()
            .filter(|record| is_silence(&record.outcome) && peer(&record.case) == peer(id))
            .count();
        (silences >= MOST_SILENCES).then(|| Outcome::NotMeasured {
            reason: format!("{silences} other cases of this peer did not end in time"),
            remedy: "mend those first, or give it more time (AMDAHL_TIMEOUT)".to_owned(),
        })
    }
}

/// A case of ours, and its input written for peers.
fn begin(
    runner: &Runner<'_>,
    id: &CaseId,
    folder: &Path,
) -> Result<(LiveCase, Vec<InputFile>), Failure> {
    let worker = runner.launcher.launch(Purpose::Time, id.threads)?;
    let mut live = LiveCase::prepare(worker, id, &runner.plan.source, None)?;
    let input = folder.join("input");
    std::fs::create_dir_all(&input).map_err(|error| broken(error.to_string()))?;
    let input = live.export(&input)?;
    Ok((live, input))
}

fn broken(reason: String) -> Failure {
    Failure { kind: FailureKind::Broken, reason }
}

/// Whose result the peers are held to: the reference's or, where that is slow, that of the fastest
/// case of ours, which agreed with it.
fn held_to(group: &Group, live: &[LiveCase]) -> CaseId {
    let reference = CaseId::new(&group.kernel, &group.reference, &group.size, 1);
    let slow = live.iter().any(|case| case.id == reference && is_slow(case));
    let serial = live.iter().filter(|case| case.id.threads == 1 && slow);
    let fastest = serial.min_by(|a, b| a.estimate_ns.total_cmp(&b.estimate_ns));
    fastest.map_or(reference, |case| case.id.clone())
}
