//! What two measurements of one and the same thing differ by: all of it is this machine's doing.

use super::{Group, Level, Line, Subject};
use crate::stats::{self, EFFECT_CONFIDENCE, hodges_lehmann_interval, relative_range};
use crate::{SelfTest, format};

/// Smallest effects above which small gains cannot be told, and above which no gain that is worth
/// having can: a variant that is not a tenth faster is seldom worth a second one.
const SMALLEST_EFFECT: (f64, f64) = (0.01, 0.10);

/// What medians of separate processes may differ by where times of two runs can be compared at all.
const PROCESSES_APART: f64 = 0.05;

fn line(topic: &'static str, level: Level, says: impl Into<String>) -> Line {
    Line::new(Group::SelfTest, topic, level, says)
}

pub(super) fn lines(subject: &Subject<'_>) -> Vec<Line> {
    let Some(test) = &subject.environment.self_test else {
        return vec![
            line("self-test", Level::NotMeasured, "not tried here")
                .remedy("run `cargo amdahl doctor`"),
        ];
    };
    [pairs(test), Some(smallest(test)), processes(test)].into_iter().flatten().collect()
}

/// The logarithms of the ratios of the pairs of each try: the two workers of a try have a layout in
/// memory each, so what they differ by is another with the next try's.
fn tries(test: &SelfTest) -> Vec<Vec<f64>> {
    let pairs: Vec<(&f64, &f64)> = test.first_ns.iter().zip(&test.second_ns).collect();
    let a_try = usize::try_from(test.pairs_a_try).unwrap_or(usize::MAX).max(1);
    let logs = |pairs: &[(&f64, &f64)]| {
        pairs
            .iter()
            .map(|(first, second)| (*second / *first).ln())
            .filter(|x| x.is_finite())
            .collect()
    };
    pairs.chunks(a_try).map(logs).collect()
}

/// See [`super::Diagnosis::smallest_effect`]: that of the worst try, since a run has but one.
pub(super) fn smallest_effect(test: &SelfTest) -> Option<f64> {
    let each: Option<Vec<f64>> =
        tries(test).iter().map(|logs| stats::smallest_effect(logs)).collect();
    each?.into_iter().max_by(f64::total_cmp).map(f64::exp_m1)
}

fn pairs(test: &SelfTest) -> Option<Line> {
    let tries = tries(test);
    let intervals =
        tries.iter().filter_map(|logs| hodges_lehmann_interval(logs, EFFECT_CONFIDENCE));
    let worst = intervals.max_by(|a, b| a.estimate.abs().total_cmp(&b.estimate.abs()))?;
    let differ = worst.map_increasing(f64::exp_m1);
    let says = format!(
        "two workers of one program, in turn in {}, differ by {}{}",
        format::plural(tries[0].len(), "pair"),
        format::percent_interval(&differ),
        worst_of(tries.len())
    );
    if differ.contains(0.0) {
        return Some(line("in turn", Level::Ok, says));
    }
    let found = line("in turn", Level::Warning, format!("{says}, although they do the same"));
    Some(found.remedy("take no smaller difference between two variants for one"))
}

fn worst_of(tries: usize) -> String {
    if tries > 1 { format!(" in the worst of {tries} tries") } else { String::new() }
}

fn smallest(test: &SelfTest) -> Line {
    let Some(effect) = smallest_effect(test) else {
        let found = line("smallest effect", Level::NotMeasured, "too few pairs to tell");
        return found.remedy("run `cargo amdahl doctor`, which takes more of them");
    };
    let says = format!(
        "{} between two variants measured in as many pairs: seen 9 times in 10, with a false alarm in \
         a hundred",
        format::percent(effect)
    );
    let level = match effect {
        e if e > SMALLEST_EFFECT.1 => Level::Problem,
        e if e > SMALLEST_EFFECT.0 => Level::Warning,
        _ => Level::Ok,
    };
    let found = line("smallest effect", level, says);
    match level {
        Level::Ok => found,
        _ => found.remedy("see to the warnings above, or give a run a longer AMDAHL_BUDGET"),
    }
}

fn processes(test: &SelfTest) -> Option<Line> {
    let apart = relative_range(&test.processes_ns)?;
    let says = format!(
        "medians of {} processes, one after the other, lie within {}",
        test.processes_ns.len(),
        format::percent(apart)
    );
    if apart <= PROCESSES_APART {
        return Some(line("separate runs", Level::Ok, says));
    }
    let found = line("separate runs", Level::Warning, format!("{says}, although they do the same"));
    Some(found.remedy("compare in turn, never one run with another"))
}
