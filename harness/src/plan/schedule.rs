//! How the time of a run is divided among its passes and cases.

use std::time::Duration;

use super::{Group, whole};

/// How many of each there are to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Measured cases.
    pub(crate) cases: usize,
    /// Measured cases of peers.
    pub(crate) peers: usize,
    /// Cases that could be profiled.
    pub(crate) profiled: usize,
    /// Groups they are in.
    pub(crate) profiled_groups: usize,
    /// Cases whose stages are timed.
    pub(crate) staged: usize,
    /// Cases whose stages are experimented on.
    pub(crate) experimented: usize,
    /// Compositions of pipelines with one stage swapped.
    pub(crate) swapped: usize,
}

impl Counts {
    /// The counts of these groups.
    pub(crate) fn of(groups: &[Group]) -> Self {
        let cases = |keep: fn(&Group) -> bool| {
            groups.iter().filter(|group| keep(group)).map(|group| group.cases.len()).sum()
        };
        Self {
            cases: cases(|_| true),
            peers: groups.iter().map(|group| group.peers.len()).sum(),
            profiled: cases(|group| group.is_largest),
            profiled_groups: groups.iter().filter(|group| group.is_largest).count(),
            staged: cases(|group| group.has_stages),
            experimented: groups
                .iter()
                .filter(|group| group.has_stages && group.is_largest)
                .map(|group| group.cases.len().min(EXPERIMENTED))
                .sum(),
            swapped: groups.iter().map(|group| group.swaps).sum(),
        }
    }
}

/// Time per case of each pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Schedule {
    /// Criterion's warm-up.
    pub(crate) warm_up: Duration,
    /// Criterion's measurement.
    pub(crate) criterion: Duration,
    /// The interleaved pass, a case's share of its group's time.
    pub(crate) interleaved: Duration,
    /// The profile by functions.
    pub(crate) stacks: Duration,
    /// The profile by lines.
    pub(crate) lines: Duration,
    /// How many cases of a group are profiled.
    pub(crate) profiles: usize,
    /// The stages pass.
    pub(crate) stages: Duration,
    /// The experiments on stages.
    pub(crate) what_if: Duration,
    /// A composition with one stage swapped.
    pub(crate) swap: Duration,
    /// How long counting one case's heap may take.
    pub(crate) heap: Duration,
}

/// Cases of a pipeline that are experimented on: the reference and the fastest.
pub(crate) const EXPERIMENTED: usize = 2;

/// What a case costs whatever the budget: starting three workers, making its input three times, the
/// check, the heap count, criterion's analysis.
const FIXED_PER_CASE: Duration = Duration::from_millis(1500);
/// Time is never cut below this part of the budget on account of fixed costs.
const LEAST_PART: f64 = 0.25;

/// Parts of the free time; they sum to 1.
const CRITERION_PART: f64 = 0.42;
const INTERLEAVED_PART: f64 = 0.24;
const PROFILE_PART: f64 = 0.28;
const STAGES_PART: f64 = 0.04;
const WHAT_IF_PART: f64 = 0.02;

/// More time for one composition tells nothing more.
const MOST_SWAP: Duration = Duration::from_secs(4);
/// A profile shorter than this has too few samples to read.
const LEAST_PROFILE: Duration = Duration::from_millis(400);
/// Cases of a group that are profiled however short the time: the reference and the fastest.
const LEAST_PROFILES: usize = 2;

/// The part of the budget that counting the heap of one case may take: a case that needs longer
/// allocates so much that a smaller size tells the same.
const HEAP_PART: f64 = 0.04;
/// Bounds of that time.
const LEAST_HEAP: Duration = Duration::from_secs(2);
const MOST_HEAP: Duration = Duration::from_mins(1);

/// Criterion's warm-up as a part of its time.
const WARM_UP_PART: f64 = 0.25;
/// The line sampler's part of the profiling time.
const LINES_PART: f64 = 0.35;

impl Schedule {
    /// Divides `budget`: longer passes where there are few cases, within bounds beyond which more
    /// time tells nothing more and less tells nothing at all.
    pub(crate) fn divide(budget: Duration, counts: Counts) -> Self {
        Self::divide_beside(budget, counts, Self::swap_time(budget, counts))
    }

    /// The same where a composition with one stage swapped takes so much of it.
    pub(crate) fn divide_beside(budget: Duration, counts: Counts, swap: Duration) -> Self {
        let swaps = swap.as_secs_f64() * counts.swapped as f64;
        let fixed = FIXED_PER_CASE.as_secs_f64() * (counts.cases + counts.peers) as f64;
        let budget = budget.as_secs_f64();
        let free = (budget - fixed - swaps).max(LEAST_PART * budget);
        let share = |part: f64, cases: usize, least: f64, most: f64| {
            (free * part / cases.max(1) as f64).clamp(least, most)
        };
        let criterion = share(CRITERION_PART, counts.cases, 0.1, 3.0);
        let affordable = whole(free * PROFILE_PART / LEAST_PROFILE.as_secs_f64());
        let affordable = usize::try_from(affordable).unwrap_or(usize::MAX);
        let profiles = if affordable >= counts.profiled {
            usize::MAX
        } else {
            (affordable / counts.profiled_groups.max(1)).max(LEAST_PROFILES)
        };
        let profiled = counts.profiled.min(profiles.saturating_mul(counts.profiled_groups));
        let profile = share(PROFILE_PART, profiled, LEAST_PROFILE.as_secs_f64(), 3.0);
        let seconds = Duration::from_secs_f64;
        Self {
            warm_up: seconds(criterion * WARM_UP_PART),
            criterion: seconds(criterion * (1.0 - WARM_UP_PART)),
            interleaved: seconds(share(INTERLEAVED_PART, counts.cases + counts.peers, 0.1, 1.5)),
            stacks: seconds(profile * (1.0 - LINES_PART)),
            lines: seconds(profile * LINES_PART),
            heap: Self::heap_limit(seconds(budget)),
            profiles,
            stages: seconds(share(STAGES_PART, counts.staged, 0.2, 3.0)),
            what_if: seconds(share(WHAT_IF_PART, counts.experimented, 0.5, 6.0)),
            swap,
        }
    }
}

impl Schedule {
    /// What a composition with one stage swapped has in a run of this whole budget: as much as a case.
    pub(crate) fn swap_time(budget: Duration, counts: Counts) -> Duration {
        let shares =
            u32::try_from(counts.cases + counts.peers + counts.swapped).unwrap_or(u32::MAX);
        (budget / shares.max(1)).min(MOST_SWAP)
    }

    /// How long counting one case's heap may take in a run of this whole budget.
    pub(crate) fn heap_limit(budget: Duration) -> Duration {
        budget.mul_f64(HEAP_PART).clamp(LEAST_HEAP, MOST_HEAP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_whole() {
        let sum = CRITERION_PART + INTERLEAVED_PART + PROFILE_PART + STAGES_PART + WHAT_IF_PART;
        assert!((sum - 1.0).abs() < 1e-12);
    }

    #[test]
    fn peers_cost_the_plan_their_start_and_their_share_of_the_rounds() {
        let counts = |peers| Counts {
            cases: 20,
            peers,
            profiled: 0,
            profiled_groups: 0,
            staged: 0,
            experimented: 0,
            swapped: 0,
        };
        let of = |peers| Schedule::divide(Duration::from_mins(2), counts(peers));
        assert!(of(20).criterion < of(0).criterion);
        assert!(of(20).interleaved < of(0).interleaved);
    }

    #[test]
    fn a_plan_of_many_cases_keeps_to_its_budget() {
        let counts = Counts {
            cases: 90,
            peers: 0,
            profiled: 45,
            profiled_groups: 6,
            staged: 8,
            experimented: 4,
            swapped: 8,
        };
        let budget = Duration::from_mins(5);
        let schedule = Schedule::divide(budget, counts);
        let per_case =
            schedule.warm_up + schedule.criterion + schedule.interleaved + FIXED_PER_CASE;
        let total = per_case * 90
            + (schedule.stacks + schedule.lines) * 45
            + (schedule.stages + schedule.swap) * 8
            + schedule.what_if * 4;
        assert!(total <= budget + Duration::from_secs(1), "{total:?}");
    }
}
