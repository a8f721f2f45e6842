//! Suites without a change, many more than were run: their launches with other signs.
//!
//! Where nothing differs, base and head could as well have had each other's names in any launch. So the
//! log-ratios of a launch change sign together, all cases alike, and the whole gate judges anew.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::{FEWEST_LAUNCHES, TimeOutcome, Trial, for_second_stage, judge_times};
use super::Rate;
use crate::stats::SEED;

/// So many relabellings tell a rate of 1 % to half of itself.
pub const RELABELLINGS: usize = 2_000;

/// How many of so many relabellings of these suites, in turn, alarm.
///
/// Cases that the new first stage leaves open keep their own second one, with signs of its own. One
/// that had none, since it was not open before, is given a stand-in: launches of its first stage drawn
/// with replacement, the same launches and signs for all such cases. Canaries, which would silence some
/// alarms, are left out.
pub fn relabelled_alarms(suites: &[&[Trial]], relabellings: usize) -> Rate {
    if suites.is_empty() {
        return Rate::default();
    }
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let alarms = (0..relabellings)
        .filter(|at| {
            let relabelled = relabel(suites[at % suites.len()], &mut rng);
            judge_times(&relabelled).iter().any(|case| case.outcome == TimeOutcome::Slower)
        })
        .count();
    Rate { hits: alarms, of: relabellings }
}

fn relabel(trials: &[Trial], rng: &mut ChaCha8Rng) -> Vec<Trial> {
    let longest = |of: &dyn Fn(&Trial) -> usize| trials.iter().map(of).max().unwrap_or(0);
    let screened = longest(&|trial| trial.screen.len());
    let looked_at = longest(&|trial| trial.second.as_ref().map_or(0, Vec::len));
    let screen_signs = signs(screened, rng);
    let second_signs = signs(looked_at, rng);
    let stand_in_for = if looked_at > 0 { looked_at } else { FEWEST_LAUNCHES };
    let drawn: Vec<usize> = (0..stand_in_for).map(|_| index(screened.max(1), rng)).collect();
    let drawn_signs = signs(stand_in_for, rng);
    let mut relabelled: Vec<Trial> = trials
        .iter()
        .map(|trial| Trial {
            screen: signed(&trial.screen, &screen_signs),
            second: None,
            ..trial.clone()
        })
        .collect();
    for open in for_second_stage(&relabelled) {
        let trial = &trials[open];
        let stand_in = || {
            let launches: Vec<f64> =
                drawn.iter().filter_map(|at| trial.screen.get(*at).copied()).collect();
            signed(&launches, &drawn_signs)
        };
        let own = trial.second.as_ref().map(|second| signed(second, &second_signs));
        relabelled[open].second = Some(own.unwrap_or_else(stand_in));
    }
    relabelled
}

fn signed(launches: &[f64], signs: &[f64]) -> Vec<f64> {
    launches.iter().zip(signs).map(|(value, sign)| value * sign).collect()
}

fn signs(count: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    (0..count).map(|_| if rng.next_u32() & 1 == 0 { 1.0 } else { -1.0 }).collect()
}

/// Multiply and shift: an index below n from 32 random bits (Lemire 2019).
fn index(n: usize, rng: &mut ChaCha8Rng) -> usize {
    ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize
}
