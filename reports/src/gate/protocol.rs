//! How much is measured: launches and epochs, and what of them a budget allows.
//!
//! An epoch is four slots, ABBA or BAAB, of one case. A launch is a fresh process a side, in which
//! every case has its epochs.

/// With fewer launches no slow-down can be bounded with the confidence asked for: the interval of
/// eight is the first that reaches 99 % on both sides together (`2 / 2^8 < 0.01`).
pub const LEAST_LAUNCHES: usize = 8;

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
    /// The second stage, of the cases that the first left open; nothing where there was none.
    pub second: Effort,
    /// Whether the budget ended before the plan did.
    pub cut_short: bool,
}

/// What a stage costs, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Costs {
    /// Once a launch: starting processes and preparing every case on both sides.
    pub launch_s: f64,
    /// Once an epoch of a launch: the slots of every case.
    pub epoch_s: f64,
}

impl Effort {
    /// The first stage, where the budget allows all of it.
    pub const SCREEN: Self = Self { launches: 12, epochs: 3 };
    /// The second stage, where the budget allows all of it.
    pub const SECOND: Self = Self { launches: 24, epochs: 8 };

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

/// Epochs of each case in a launch of the second stage, from the spread of its launches so far and the
/// cost of its epoch in seconds: as the variance, so that all values become about as steady, at least one
/// and at most those of [`Effort::SECOND`], within `seconds` where one each fits into them.
pub fn share_epochs(cases: &[(f64, f64)], seconds: f64) -> Vec<usize> {
    let most = Effort::SECOND.epochs;
    let mut shares = vec![1; cases.len()];
    let mut left_s = seconds - cases.iter().map(|(_, epoch_s)| epoch_s).sum::<f64>();
    loop {
        let open = (0..cases.len()).filter(|&at| shares[at] < most && cases[at].1 <= left_s);
        let variance = |at: usize| cases[at].0 * cases[at].0 / shares[at] as f64;
        let worst = open.max_by(|&a, &b| variance(a).total_cmp(&variance(b)));
        let Some(at) = worst.filter(|&at| variance(at) > 0.0) else { return shares };
        shares[at] += 1;
        left_s -= cases[at].1;
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

    /// Fifty cases of one thread: four slots of 8 ms after 4 ms of warm-up make an epoch of 48 ms.
    const FIFTY: Costs = Costs { launch_s: 50.0 * 0.02, epoch_s: 50.0 * 0.048 };

    #[test]
    fn a_short_budget_takes_epochs_before_launches() {
        assert_eq!(Effort::SCREEN.within(200.0, &FIFTY), Effort::SCREEN);
        // Twelve launches of two epochs take 12 x (1 + 2 x 2.4) = 69.6 s, of one 40.8 s; nine of one 30.6 s.
        assert_eq!(Effort::SCREEN.within(80.0, &FIFTY), Effort { launches: 12, epochs: 2 });
        assert_eq!(Effort::SCREEN.within(42.0, &FIFTY), Effort { launches: 12, epochs: 1 });
        assert_eq!(Effort::SCREEN.within(32.0, &FIFTY), Effort { launches: 9, epochs: 1 });
    }

    #[test]
    fn too_short_a_budget_keeps_what_a_bound_needs() {
        let least = Effort { launches: LEAST_LAUNCHES, epochs: 1 };
        assert_eq!(Effort::SCREEN.within(1.0, &FIFTY), least);
        assert_eq!(Effort::SECOND.within(0.0, &FIFTY), least);
    }

    #[test]
    fn a_machine_slower_than_its_costs_loses_epochs_before_launches() {
        let screen = Effort::SCREEN;
        assert_eq!(screen.next(0, 140.0, &FIFTY), Some(3));
        // Four more launches of three epochs take 32.8 s, of two 23.2 s; half as long again 34.8 s.
        assert_eq!(screen.next(8, 35.0, &FIFTY), Some(3));
        assert_eq!(screen.next(8, 35.0, &FIFTY.times(1.5)), Some(2));
        assert_eq!(screen.next(8, 14.0, &FIFTY), Some(1));
        assert_eq!(screen.next(8, 3.0, &FIFTY), None);
        assert_eq!(screen.next(7, 3.0, &FIFTY), Some(1), "a bound needs eight");
        assert_eq!(screen.next(12, 140.0, &FIFTY), None);
    }

    #[test]
    fn fifty_cases_are_screened_and_a_few_looked_at_again_within_three_minutes() {
        let screen = Effort::SCREEN.within(0.4 * 180.0, &FIFTY);
        let left = 180.0 - screen.takes_s(&FIFTY);
        let four = Costs { launch_s: 4.0 * 0.02, epoch_s: 4.0 * 0.048 };
        assert_eq!(Effort::SECOND.within(left, &four), Effort::SECOND);
    }

    #[test]
    fn epochs_go_where_launches_spread_and_stay_within_the_time() {
        // Variances of 1, 4 and 16 and 13 s over what one each takes: shares of 1, 4 and 16 would be
        // equal; at most 8 are allowed.
        let cases = [(1.0, 1.0), (2.0, 1.0), (4.0, 1.0)];
        assert_eq!(share_epochs(&cases, 13.0), [1, 4, 8]);
        assert_eq!(share_epochs(&cases, 4.0), [1, 1, 2]);
        assert_eq!(share_epochs(&cases, 0.0), [1, 1, 1]);
        // A dear case waits, the others do not wait for it.
        assert_eq!(share_epochs(&[(4.0, 10.0), (1.0, 1.0)], 13.0), [1, 3]);
        assert_eq!(share_epochs(&[(0.0, 1.0)], 100.0), [1]);
    }
}
