//! Sweeps along the axis on which a kernel grows: how much of them a run makes.

use std::time::Duration;

/// How much a run sweeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sweep {
    /// Not at all.
    None,
    /// After the measured sizes, the reference and the fastest cases of each kernel, as far as a small
    /// part of the budget goes.
    Brief,
    /// Every case, in place of the measured sizes.
    Whole,
}

/// The part of the budget that brief sweeps may take: two minutes of twenty-five.
const BRIEF_PART: f64 = 0.08;
/// More time tells no more of three cases at seven sizes.
const MOST_BRIEF: Duration = Duration::from_secs(6);
/// In less time than this no six sizes can be started, checked and timed.
const LEAST_BRIEF: Duration = Duration::from_secs(2);

/// How long the brief sweep of one kernel may take in a run of this budget, where so many kernels are
/// swept; none where that is too short for one.
pub(crate) fn brief_time(budget: Duration, kernels: usize) -> Option<Duration> {
    let kernels = u32::try_from(kernels.max(1)).unwrap_or(u32::MAX);
    let each = (budget.mul_f64(BRIEF_PART) / kernels).min(MOST_BRIEF);
    (each >= LEAST_BRIEF).then_some(each)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sweeps_take_two_minutes_of_a_full_run_and_none_of_a_short_one() {
        let full = brief_time(Duration::from_mins(25), 37).expect("time for each");
        assert!(full * 37 <= Duration::from_mins(2), "{full:?}");
        assert_eq!(brief_time(Duration::from_mins(5), 37), None);
        assert_eq!(brief_time(Duration::from_mins(25), 1), Some(MOST_BRIEF));
    }
}
