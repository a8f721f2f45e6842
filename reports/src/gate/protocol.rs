//! How much is measured: launches and epochs, and what of them a budget allows.
//!
//! An epoch is four slots, ABBA or BAAB, of one case. A launch is a fresh process a side, in which a case has
//! its epochs.

use super::{Trial, is_suspect};

/// With fewer launches no slow-down can be bounded with the confidence asked for: the interval of
/// nine is the first that reaches 99.6 % on both sides together (`2 / 2^9 < 0.004`).
pub const LEAST_LAUNCHES: usize = 9;

/// So many launches, and so many epochs of every case in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// Fresh launches of both sides.
    pub launches: usize,
    /// Epochs of a case in each launch.
    pub epochs: usize,
}

/// What was asked for and what was done.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Protocol {
    /// Time for measuring, in seconds.
    pub budget_s: f64,
    /// The first stage, every case.
    pub screen: Effort,
    /// The second stage, of the cases that the first left open: the launches of the case that had most.
    /// Nothing where there was none.
    pub second: Effort,
    /// Whether the budget ended before the plan did.
    pub cut_short: bool,
}

/// What a stage costs, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Costs {
    /// Once a launch: starting both sides' processes and preparing every case on them.
    pub launch_s: f64,
    /// Once an epoch of a launch: the slots of every case.
    pub epoch_s: f64,
}

impl Effort {
    /// The first stage, where the budget allows all of it.
    pub const SCREEN: Self = Self { launches: 12, epochs: 3 };

    /// How long it takes, in seconds.
    pub fn takes_s(self, costs: &Costs) -> f64 {
        self.launches as f64 * (costs.launch_s + self.epochs as f64 * costs.epoch_s)
    }

    /// As much of it as fits into this time. Epochs go first, since they only make a launch's value
    /// steadier, and launches are what the test counts. Never fewer than [`LEAST_LAUNCHES`] of one
    /// epoch: where even these do not fit, the end of the budget cuts them.
    pub fn within(self, seconds: f64, costs: &Costs) -> Self {
        let fits = |effort: &Self| effort.takes_s(costs) <= seconds;
        let fewer_epochs = (1..=self.epochs).rev().map(|epochs| Self { epochs, ..self });
        let fewer_launches = (LEAST_LAUNCHES..self.launches).rev();
        let fewer_launches = fewer_launches.map(|launches| Self { launches, epochs: 1 });
        let least = Self { launches: LEAST_LAUNCHES.min(self.launches), epochs: 1 };
        fewer_epochs.chain(fewer_launches).find(fits).unwrap_or(least)
    }

    /// How many epochs the next launch has, where so many are done and so much time is left; `None`
    /// where there is no next one. A machine that turns out slower than its costs said loses epochs
    /// first, and launches beyond [`LEAST_LAUNCHES`] after.
    pub fn next(self, done: usize, seconds_left: f64, costs: &Costs) -> Option<usize> {
        let rest = self.launches.checked_sub(done).filter(|&rest| rest > 0)?;
        let takes_s = |launches: usize, epochs: usize| Self { launches, epochs }.takes_s(costs);
        let all = (1..=self.epochs).rev().find(|&epochs| takes_s(rest, epochs) <= seconds_left);
        let another = done < LEAST_LAUNCHES || takes_s(1, 1) <= seconds_left;
        all.or(another.then_some(1))
    }
}

/// How the values of a case scatter, seen in the first stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scatter {
    /// The variance of a launch's value.
    pub launch: f64,
    /// The variance of one pair within a launch.
    pub pair: f64,
    /// The pairs of a launch.
    pub pairs: usize,
}

impl Scatter {
    /// With how many epochs, at most so many, launches say most in a given time: where processes differ, more
    /// launches do; where slots do, more epochs. The best number of subunits in sampling with two
    /// stages (Cochran 1977, Sampling Techniques, 10.6).
    pub fn epochs(self, costs: &Costs, most: usize) -> usize {
        /// Two pairs of slots, ABBA.
        const PAIRS: usize = 2;
        let within = |pairs: usize| self.pair / pairs.max(1) as f64;
        let between = (self.launch - within(self.pairs)).max(0.0);
        let of = |epochs: &usize| {
            let launch = Effort { launches: 1, epochs: *epochs };
            (between + within(PAIRS * epochs)) * launch.takes_s(costs)
        };
        (1..=most).min_by(|a, b| of(a).total_cmp(&of(b))).unwrap_or(1)
    }
}

/// An open case of the second stage, before its next launches are shared out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Open {
    /// How far its launches so far spread, as a multiple of its limit: see [`Trial::spread`].
    pub spread: f64,
    /// How many launches these are.
    pub seen: usize,
    /// How many of them are of the second stage.
    pub done: usize,
    /// What a launch of it costs, in seconds.
    pub launch_s: f64,
    /// Whether the first stage made it suspect: it may have to be convicted, not bounded alone.
    pub is_suspect: bool,
}

impl Open {
    /// The case of a trial.
    pub fn of(trial: &Trial, launch_s: f64) -> Self {
        Self {
            spread: trial.spread(),
            seen: trial.launches().len(),
            done: trial.second.as_ref().map_or(0, Vec::len),
            launch_s,
            is_suspect: is_suspect(trial),
        }
    }
}

/// So often the second stage's time is shared out, by what is known of the spreads until then: a dozen
/// launches of the first stage know little of launches that stray.
pub const SHARINGS: usize = 4;

/// In the second stage every open case has so many launches, where they fit.
pub const FEWEST_LAUNCHES: usize = 24;
/// And a suspect at least so many, where there is time: enough to convict beside a dozen others though
/// some launches stray.
const FEWEST_OF_A_SUSPECT: usize = 48;
/// And no case has more while another one wants any: what is not known by then may have another cause than
/// too few launches.
const ENOUGH_FOR_ONE: usize = 160;
/// Of its limit, the interval of a case may be so wide on either side that more launches are not needed.
const ENOUGH: f64 = 0.25;

/// Launches of each open case in the second stage, those that are done among them, where `seconds` are for
/// the others: as the square of its spread, so that all become about as certain, and no more than make it
/// certain enough. Where time is short suspects come
/// first: on a machine so noisy that most cases are open, what is slower can still be found.
///
/// Of the second stage's launches it looks at how they spread and never at where they lie (what is suspect
/// the first stage says). So a case that stays has no more and no fewer for having been slower in those that
/// convict; [`has_passed`](super::has_passed) says which does not stay.
pub fn share_launches(cases: &[Open], seconds: f64) -> Vec<usize> {
    let mut shares: Vec<usize> = cases.iter().map(|own| own.done.max(LEAST_LAUNCHES)).collect();
    let fewest_s = |own: &Open| (own.done.max(LEAST_LAUNCHES) - own.done) as f64 * own.launch_s;
    let mut left_s = seconds - cases.iter().map(fewest_s).sum::<f64>();
    // Whose turn it is, and how much it wants a launch among those.
    let want = |at: usize, launches: usize| {
        let Open { spread, seen, is_suspect, .. } = cases[at];
        if is_suspect && launches < FEWEST_OF_A_SUSPECT {
            return (2, -(launches as f64));
        }
        if launches < FEWEST_LAUNCHES {
            return (1, -(launches as f64));
        }
        // The half-width of an interval goes as one over the root of the launches.
        let half_width = spread * (seen as f64 / launches as f64).sqrt();
        (if launches < ENOUGH_FOR_ONE { 0 } else { -1 }, half_width)
    };
    let is_enough = |(turn, spread): (i32, f64)| turn <= 0 && spread <= ENOUGH;
    loop {
        let open = (0..cases.len()).filter(|&at| {
            let launches = shares[at];
            !is_enough(want(at, launches)) && cases[at].launch_s <= left_s
        });
        let most = open.max_by(|&a, &b| {
            let [one, other] = [a, b].map(|at| want(at, shares[at]));
            one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        let Some(at) = most else { return shares };
        left_s -= cases[at].launch_s;
        shares[at] += 1;
    }
}

impl Costs {
    /// The same costs on a machine that takes so many times as long.
    pub fn times(self, pace: f64) -> Self {
        Self { launch_s: self.launch_s * pace, epoch_s: self.epoch_s * pace }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fifty cases: four slots of 4 ms after 1 ms of warm-up make an epoch of 20 ms.
    const FIFTY: Costs = Costs { launch_s: 50.0 * 0.03, epoch_s: 50.0 * 0.02 };

    #[test]
    fn a_short_budget_takes_epochs_before_launches() {
        // Twelve launches of three epochs take 12 x (1.5 + 3 x 1) = 54 s, of two 42 s, of one 30 s; nine of
        // one 22.5 s.
        assert_eq!(Effort::SCREEN.within(0.4 * 180.0, &FIFTY), Effort::SCREEN);
        assert_eq!(Effort::SCREEN.within(50.0, &FIFTY), Effort { launches: 12, epochs: 2 });
        assert_eq!(Effort::SCREEN.within(32.0, &FIFTY), Effort { launches: 12, epochs: 1 });
        assert_eq!(Effort::SCREEN.within(23.0, &FIFTY), Effort { launches: 9, epochs: 1 });
    }

    #[test]
    fn too_short_a_budget_keeps_what_a_bound_needs() {
        let least = Effort { launches: LEAST_LAUNCHES, epochs: 1 };
        assert_eq!(Effort::SCREEN.within(1.0, &FIFTY), least);
    }

    #[test]
    fn a_machine_slower_than_its_costs_loses_epochs_before_launches() {
        let screen = Effort::SCREEN;
        assert_eq!(screen.next(0, 140.0, &FIFTY), Some(3));
        // Four more launches of three epochs take 18 s, of two 14 s; half as long again 21 s.
        assert_eq!(screen.next(8, 22.0, &FIFTY), Some(3));
        assert_eq!(screen.next(8, 22.0, &FIFTY.times(1.5)), Some(2));
        assert_eq!(screen.next(8, 11.0, &FIFTY), Some(1));
        assert_eq!(screen.next(9, 2.0, &FIFTY), None);
        assert_eq!(screen.next(8, 2.0, &FIFTY), Some(1), "a bound needs nine");
        assert_eq!(screen.next(12, 140.0, &FIFTY), None);
    }

    fn open(spread: f64, launch_s: f64) -> Open {
        let seen = Effort::SCREEN.launches;
        Open { spread, seen, done: 0, launch_s, is_suspect: false }
    }

    #[test]
    fn launches_go_where_they_spread_and_stay_within_the_time() {
        // Spreads of 1, 2 and 4 want shares of 1, 4 and 16.
        let cases = [open(1.0, 0.1), open(2.0, 0.1), open(4.0, 0.1)];
        assert_eq!(share_launches(&cases, 17.4), [24, 30, 120]);
        assert_eq!(share_launches(&cases, 3.05), [10, 10, 10]);
        assert_eq!(share_launches(&cases, 0.0), [9, 9, 9], "a bound needs nine");
    }

    #[test]
    fn a_case_that_is_certain_enough_leaves_its_time_to_others() {
        // A spread of half a limit is a quarter of it after 4 x 12 launches.
        assert_eq!(share_launches(&[open(0.5, 0.1)], 100.0), [48]);
        assert_eq!(share_launches(&[open(0.1, 0.1)], 100.0), [24]);
        // Beyond 160 a case has what nobody else wants.
        assert_eq!(share_launches(&[open(0.5, 0.1), open(30.0, 0.1)], 30.05), [48, 252]);
        let suspect = Open { is_suspect: true, ..open(0.1, 0.1) };
        assert_eq!(share_launches(&[suspect, open(30.0, 0.1)], 9.05), [48, 42]);
        assert_eq!(share_launches(&[suspect, open(30.0, 0.1)], 5.05), [41, 9], "suspects first");
    }

    #[test]
    fn what_was_seen_meanwhile_moves_what_is_left() {
        // After thirty launches each, of which eighteen count, the one that seemed alike spreads twice as far.
        let again = |spread| Open { seen: 30, done: 18, ..open(spread, 0.1) };
        assert_eq!(share_launches(&[again(1.0), again(2.0)], 6.25), [24, 74]);
        assert_eq!(
            share_launches(&[again(0.1), again(0.1)], 0.0),
            [18, 18],
            "what is done is done"
        );
    }

    #[test]
    fn epochs_are_worth_their_time_where_slots_scatter_and_not_where_processes_do() {
        let costs = Costs { launch_s: 0.02, epoch_s: 0.02 };
        let of = |launch, pair| Scatter { launch, pair, pairs: 6 }.epochs(&costs, 3);
        // All of the variance comes from the pairs: 6 of them leave a sixth.
        assert_eq!(of(1.0, 6.0), 3);
        // (4 + 3) x 40, (4 + 1.5) x 60, (4 + 1) x 80.
        assert_eq!(of(5.0, 6.0), 1);
        assert_eq!(of(2.0, 6.0), 2, "(1 + 3) x 40, (1 + 1.5) x 60, (1 + 1) x 80");
        assert_eq!(of(0.0, 0.0), 1, "nothing scatters");
    }
}
