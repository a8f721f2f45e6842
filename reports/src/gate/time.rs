//! From launches to what is said of each case's time.
//!
//! Two stages. The first sees every case; what it leaves open goes to the second. Only the second's fresh
//! launches convict: no value that made a case suspect also convicts it. To pass, a case may call on all, and
//! may do so before the second stage ends.

use super::{SHARINGS, Trial, Which};
use crate::stats::{Interval, hodges_lehmann, hodges_lehmann_interval, holm, wilcoxon_signed_rank};

/// The chance of any false regression of a whole suite is at most this, and so is that of any false
/// improvement, and of a canary that differs in either direction.
pub const ALPHA: f64 = 0.01;

/// A case that passes is slower by less than its bound with this confidence.
pub const BOUND_CONFIDENCE: f64 = 0.99;

/// So often it is looked at, at most, whether a case passes: after the first stage and after each part of the
/// second.
const LOOKS: usize = 1 + SHARINGS;

/// The two-sided confidence of one look, 99.6 %: on the side that matters all looks together keep
/// [`BOUND_CONFIDENCE`] (Bonferroni).
const LOOK_CONFIDENCE: f64 = 1.0 - 2.0 * (1.0 - BOUND_CONFIDENCE) / LOOKS as f64;

/// A case passes only where its slow-down is bounded by so many times its limit: 2 % where the limit
/// is 1 %. A gate that could not have seen that says so instead.
const SIGHT: f64 = 2.0;

/// In the first stage a case is suspect from this p-value on: a wide net, since it convicts nobody.
const SUSPECT_P: f64 = 0.1;

/// And from this share of its limit on.
const SUSPECT_SHARE: f64 = 0.5;

/// What is said of a case's time.
#[derive(Debug, Clone, PartialEq)]
pub enum TimeOutcome {
    /// Slower than its limit allows, confirmed on fresh launches.
    Slower,
    /// The same, but of equal work, and no slower where both builds are laid out otherwise: a warning.
    SlowerByLayout,
    /// Faster than its limit in the other direction.
    Faster,
    /// Not slower by as much as would matter: see the bound.
    Within,
    /// Nobody knows, and why.
    Undecided(String),
    /// It went wrong in the head, where the base does well.
    Failed(String),
    /// It went wrong in the base already, so there is nothing to compare with.
    NotComparable(String),
}

/// What is said of a case's time, with its figures.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeResult {
    /// The conclusion.
    pub outcome: TimeOutcome,
    /// By how much the head is slower, as a fraction of the base's time (negative where it is
    /// faster), with its interval; none where there were too few launches.
    pub change: Option<Interval>,
    /// The p-value, adjusted for all cases that were asked the same question.
    pub p: Option<f64>,
    /// It is slower by less than this, as a fraction, at [`BOUND_CONFIDENCE`].
    pub bound: Option<f64>,
    /// The launches that decided.
    pub launches: usize,
}

/// The interval of the change at a look, as a fraction, from logarithms of ratios.
fn change(launches: &[f64]) -> Option<Interval> {
    change_at(launches, LOOK_CONFIDENCE)
}

fn change_at(launches: &[f64], confidence: f64) -> Option<Interval> {
    let interval = hodges_lehmann_interval(launches, confidence)?;
    // Few launches cannot reach the confidence, whatever interval they give.
    (interval.confidence >= confidence).then(|| interval.map_increasing(f64::exp_m1))
}

/// The estimate of the change, as a fraction.
fn estimate(launches: &[f64]) -> f64 {
    hodges_lehmann(launches).map_or(0.0, f64::exp_m1)
}

/// The p-value of a change of these launches in the direction of its estimate alone: where nothing changed a
/// rank sum is as likely to lie so far out on the other side.
fn p_that_way(launches: &[f64]) -> f64 {
    0.5 * wilcoxon_signed_rank(launches)
}

fn limit_of(trial: &Trial) -> f64 {
    trial.limit.allowed_fraction(trial.base_ns)
}

fn is_bounded(trial: &Trial, launches: &[f64]) -> bool {
    change(launches).is_some_and(|change| change.high <= SIGHT * limit_of(trial))
}

/// How the head stands by some launches alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// Slower than the limit, and certainly slower.
    Slower,
    /// Within the limit, and bounded as a pass is.
    NoSlower,
    /// Neither.
    Unknown,
}

/// How the head stands by these launches of a case, which are looked at once.
pub(super) fn stand(launches: &[f64], trial: &Trial) -> Stand {
    let limit = limit_of(trial);
    match change_at(launches, BOUND_CONFIDENCE) {
        Some(change) if change.estimate > limit && change.low > 0.0 => Stand::Slower,
        Some(change) if change.estimate <= limit && change.high <= SIGHT * limit => Stand::NoSlower,
        _ => Stand::Unknown,
    }
}

/// Whether the first stage makes a case suspect.
pub fn is_suspect(trial: &Trial) -> bool {
    estimate(&trial.screen) > SUSPECT_SHARE * limit_of(trial)
        && wilcoxon_signed_rank(&trial.screen) <= SUSPECT_P
}

/// The cases that the first stage leaves open, by index: suspects, and those whose slow-down is not
/// bounded well enough to pass.
pub fn for_second_stage(trials: &[Trial]) -> Vec<usize> {
    let is_open = |trial: &Trial| {
        trial.failure.is_none() && (is_suspect(trial) || !is_bounded(trial, &trial.screen))
    };
    (0..trials.len()).filter(|&index| is_open(&trials[index])).collect()
}

/// Whether a case has passed before the second stage is at its end, so that others may have its time: bounded
/// as a pass is, and neither slower nor faster than its limit by the launches that could say so. Nobody is
/// convicted before the end, which would be another chance to be wrong.
pub fn has_passed(trial: &Trial) -> bool {
    let is_level = |fresh: &Vec<f64>| estimate(fresh).abs() <= limit_of(trial);
    let fresh = trial.second.as_ref().filter(|fresh| !fresh.is_empty());
    fresh.is_some_and(is_level) && is_bounded(trial, &trial.launches())
}

/// What is said of each case, in the order given.
pub fn judge_times(trials: &[Trial]) -> Vec<TimeResult> {
    let sound = |trial: &&Trial| trial.failure.is_none();
    // Each stage asks its own question of its own cases, and adjusts for as many.
    let sound_ones = || trials.iter().filter(sound);
    let screened: Vec<f64> = sound_ones().map(|trial| p_that_way(&trial.screen)).collect();
    let looked_at: Vec<f64> =
        sound_ones().filter_map(|trial| Some(p_that_way(trial.second.as_deref()?))).collect();
    let mut screened = holm(&screened).into_iter();
    let mut looked_at = holm(&looked_at).into_iter();
    let judged = trials.iter().map(|trial| {
        if trial.failure.is_some() {
            return judge_one(trial, &[], 1.0);
        }
        let of_screen = screened.next().unwrap_or(1.0);
        match &trial.second {
            Some(fresh) => judge_one(trial, fresh, looked_at.next().unwrap_or(1.0)),
            None => judge_one(trial, &trial.screen, of_screen),
        }
    });
    judged.collect()
}

/// What is said of one case: `deciding` are the launches that may convict it, with their adjusted p.
fn judge_one(trial: &Trial, deciding: &[f64], p: f64) -> TimeResult {
    let limit = limit_of(trial);
    // To pass, a case may call on every launch: a bound over all of them is its last look.
    let all = if trial.failure.is_some() { Vec::new() } else { trial.launches() };
    let over_all = change(&all);
    let outcome = match (&trial.failure, &over_all) {
        (Some(failed), _) => {
            let said = format!(
                "{} in the {}: {}",
                failed.failure.kind.label(),
                failed.side.word(),
                failed.failure.reason
            );
            match (failed.side, failed.in_check) {
                (Which::Head, _) => TimeOutcome::Failed(said),
                (Which::Base, true) => TimeOutcome::NotComparable(said),
                (Which::Base, false) => TimeOutcome::Undecided(said),
            }
        }
        (None, None) => TimeOutcome::Undecided(match all.len() {
            1 => "the budget ended after 1 launch".to_owned(),
            n => format!("the budget ended after {n} launches"),
        }),
        (None, Some(change)) => {
            // Only the second stage convicts: the first chose its cases by the same values.
            let shift = estimate(deciding);
            if trial.second.is_some() && p <= ALPHA && shift > limit {
                TimeOutcome::Slower
            } else if p <= ALPHA && shift < -limit {
                TimeOutcome::Faster
            } else if change.high <= SIGHT * limit {
                TimeOutcome::Within
            } else {
                TimeOutcome::Undecided(format!(
                    "a slow-down of up to {} could not have been seen",
                    crate::format::percent_at_most(change.high)
                ))
            }
        }
    };
    let is_changed = matches!(outcome, TimeOutcome::Slower | TimeOutcome::Faster);
    let (change, launches) =
        if is_changed { (change(deciding), deciding.len()) } else { (over_all, all.len()) };
    TimeResult {
        bound: over_all.map(|change| change.high.max(0.0)),
        p: (!deciding.is_empty()).then_some(p),
        launches,
        outcome,
        change,
    }
}

/// Which canaries show a change that is not there, in either direction, over all their launches.
pub fn alarms(canaries: &[Trial]) -> Vec<&Trial> {
    let p: Vec<f64> =
        canaries.iter().map(|trial| wilcoxon_signed_rank(&trial.launches())).collect();
    let adjusted = holm(&p);
    let changed = |trial: &Trial| estimate(&trial.launches()).abs() > limit_of(trial);
    let alarming = canaries.iter().zip(adjusted).filter(|(trial, p)| *p <= ALPHA && changed(trial));
    alarming.map(|(trial, _)| trial).collect()
}
