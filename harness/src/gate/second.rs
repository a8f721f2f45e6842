//! The second stage: more launches of the cases that the first left open, where they are needed.

use amdahl_reports::gate::{Effort, FEWEST_LAUNCHES, Open, SHARINGS, has_passed, share_launches};

use super::Gate;
use super::entrant::{Entrant, Stage};

/// A machine may be faster than planned, but no more than this is believed of it.
const LEAST_PACE: f64 = 0.5;

impl Gate<'_> {
    /// Shares out what is left of the budget, as often as [`SHARINGS`] says: each time by the launches until
    /// then, and by the pace at which they came, among the cases that have not passed. Gives the launches of
    /// the case that has most.
    pub(super) fn look_again(
        &mut self,
        epochs: usize,
        pace: f64,
        entrants: &mut [&mut Entrant],
        canaries: &mut [Entrant],
    ) -> Effort {
        let mut pace = pace;
        for own in &mut *entrants {
            own.begin_again(epochs);
        }
        for sharing in 0..SHARINGS {
            let mut open: Vec<&mut Entrant> = entrants.iter_mut().map(|own| &mut **own).collect();
            open.retain(|own| !has_passed(&own.trial()));
            if open.is_empty() || self.must_stop() {
                break;
            }
            let before_s = self.left_s();
            let seconds = before_s / pace.max(LEAST_PACE) / (SHARINGS - sharing) as f64;
            let planned_s = share_out(seconds, epochs, &mut open, canaries);
            self.rounds(sharing, epochs, &mut open, canaries);
            if planned_s > 0.0 {
                pace = (before_s - self.left_s()) / planned_s;
            }
        }
        let launches = entrants.iter().map(|own| own.again()).max().unwrap_or(0);
        Effort { launches, epochs: if launches == 0 { 0 } else { epochs } }
    }

    /// As many rounds as the case with most launches has launches, or as the time allows. The launches of a
    /// case lie evenly over the rounds, so that each has its share of what the time allows.
    fn rounds(
        &mut self,
        sharing: usize,
        epochs: usize,
        entrants: &mut [&mut Entrant],
        canaries: &mut [Entrant],
    ) {
        let rounds = entrants.iter().map(|own| own.launches).max().unwrap_or(0);
        let what = format!("part {} of {SHARINGS}, look again at", sharing + 1);
        for round in 0..rounds {
            if self.must_stop() {
                return;
            }
            // The plan of steps knows of so many, however many rounds there are.
            let steps_before = |round: usize| FEWEST_LAUNCHES / SHARINGS * round / rounds;
            if steps_before(round + 1) > steps_before(round) {
                let cases = entrants.iter().filter(|own| own.launches > 0).count();
                self.say(&what, cases, round, rounds);
            }
            let now = |own: &Entrant| own.takes_part(round, rounds);
            let team = entrants.iter_mut().map(|own| &mut **own).filter(|own| now(own)).collect();
            let twins = canaries.iter_mut().filter(|own| now(own)).collect();
            self.launch_all(Stage::Second, epochs, team, twins);
        }
    }
}

/// Divides so much time among the cases; gives how long that should take, in seconds.
fn share_out(
    seconds: f64,
    epochs: usize,
    entrants: &mut [&mut Entrant],
    canaries: &mut [Entrant],
) -> f64 {
    let launch_s = |own: &Entrant| own.launch_s(epochs);
    let of_each = FEWEST_LAUNCHES / SHARINGS;
    let of_canaries_s = of_each as f64 * canaries.iter().map(launch_s).sum::<f64>();
    let open: Vec<Open> =
        entrants.iter().map(|own| Open::of(&own.trial(), launch_s(own))).collect();
    let shares = share_launches(&open, seconds - of_canaries_s);
    let mut planned_s = 0.0;
    for ((own, open), share) in entrants.iter_mut().zip(&open).zip(shares) {
        own.launches = share - open.done;
        planned_s += own.launches as f64 * open.launch_s;
    }
    for own in canaries {
        own.launches = of_each;
    }
    if planned_s > 0.0 { planned_s + of_canaries_s } else { 0.0 }
}
