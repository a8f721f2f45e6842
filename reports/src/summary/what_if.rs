//! What experiments say of each stage: how much the whole moves with it.

use crate::stats::amdahl::overall_speed_up;
use crate::stats::{Interval, median, median_interval, slope_over_rounds};
use crate::{CaseId, Shift, ShiftPoint, StageExperiment, WhatIf};

/// A slope at least this steep, for the whole interval, means that the whole waits for the stage.
const CRITICAL_SLOPE: f64 = 0.7;
/// A slope at most this steep, for the whole interval, means that the whole hardly waits for it.
const SLACK_SLOPE: f64 = 0.3;
/// An interval wider than the distance between slack and critical decides nothing.
const WIDEST_SLOPE: f64 = CRITICAL_SLOPE - SLACK_SLOPE;

/// The experiments on one program.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIfTable {
    /// The case; none where the program is no kernel.
    pub case: Option<CaseId>,
    /// How stages were shifted.
    pub shift: Shift,
    /// An iteration with nothing shifted, in nanoseconds; none where every stage was refused.
    pub total_ns: Option<Interval>,
    /// The largest shift tried, as a fraction of the whole.
    pub largest_shift: f64,
    /// A row a stage.
    pub rows: Vec<WhatIfRow>,
}

/// The experiment on one stage.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIfRow {
    /// The stage.
    pub stage: String,
    /// Time in it and in no stage within it, summed over threads, per iteration, in nanoseconds.
    pub busy_ns: f64,
    /// Times it was entered, per iteration.
    pub calls: f64,
    /// What came out, or why nothing did.
    pub effect: Result<Effect, String>,
}

/// How the whole moves with a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// By how much the whole moves for each nanosecond the stage moves.
    pub slope: Interval,
    /// The part of the whole that goes with the stage: slope times the stage's time over the whole.
    /// It takes the share's place in Amdahl's law.
    pub leverage: Interval,
    /// The speed-up of the whole if the stage were twice as fast, should the slope hold.
    pub if_twice: Interval,
    /// The speed-up of the whole if the stage took no time, should the slope hold.
    pub if_free: Interval,
    /// What the slope means.
    pub verdict: Criticality,
    /// Rounds behind it.
    pub rounds: usize,
}

/// What a slope means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criticality {
    /// The whole waits for the stage.
    Critical,
    /// The whole waits for it in part: some of its calls, or some of its threads.
    InPart,
    /// The whole does not wait for it.
    Slack,
    /// The interval is too wide to tell.
    Undecided,
}

impl Criticality {
    /// The word for it in a table.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::InPart => "in part",
            Self::Slack => "slack",
            Self::Undecided => "undecided",
        }
    }

    fn of(slope: &Interval) -> Self {
        if slope.low >= CRITICAL_SLOPE {
            Self::Critical
        } else if slope.high <= SLACK_SLOPE {
            Self::Slack
        } else if slope.high - slope.low > WIDEST_SLOPE {
            Self::Undecided
        } else {
            Self::InPart
        }
    }
}

/// What the experiments on a program say.
pub fn what_if(case: Option<CaseId>, measured: &WhatIf) -> WhatIfTable {
    let points = || measured.stages.iter().flat_map(|stage| stage.rounds.iter().flatten());
    let unshifted: Vec<f64> =
        points().filter(|point| point.shift_ns == 0.0).map(|point| point.total_ns).collect();
    let total_ns = median_interval(&unshifted);
    let whole_ns = total_ns.map_or(f64::NAN, |total| total.estimate);
    // In most rounds, since a machine that others use can make any delay long.
    let largest_ns = measured.stages.iter().filter_map(|stage| {
        let most = |round: &Vec<ShiftPoint>| {
            round.iter().map(|point| point.shift_ns.abs()).fold(0.0, f64::max)
        };
        median(&stage.rounds.iter().map(most).collect::<Vec<f64>>())
    });
    let largest_ns = largest_ns.fold(0.0, f64::max);
    let rows = measured.stages.iter().map(|stage| WhatIfRow {
        stage: stage.name.clone(),
        busy_ns: stage.busy_ns,
        calls: stage.calls,
        effect: effect(stage),
    });
    WhatIfTable {
        case,
        shift: measured.shift,
        total_ns,
        largest_shift: if whole_ns > 0.0 { largest_ns / whole_ns } else { 0.0 },
        rows: rows.collect(),
    }
}

fn effect(stage: &StageExperiment) -> Result<Effect, String> {
    if let Some(reason) = &stage.refused {
        return Err(reason.clone());
    }
    let rounds: Vec<Vec<(f64, f64)>> = stage
        .rounds
        .iter()
        .map(|round| round.iter().map(|point| (point.shift_ns, point.total_ns)).collect())
        .collect();
    let unshifted: Vec<f64> = rounds
        .iter()
        .flatten()
        .filter(|(shift_ns, _)| *shift_ns == 0.0)
        .map(|(_, total_ns)| *total_ns)
        .collect();
    let found = slope_over_rounds(&rounds).zip(median(&unshifted).filter(|whole| *whole > 0.0));
    let (slope, whole_ns) = found.ok_or("there is no round with and without a shift")?;
    let leverage = slope.map_increasing(|slope| slope * stage.busy_ns / whole_ns);
    let if_faster = |factor| leverage.map_increasing(|share| overall_speed_up(share, factor));
    Ok(Effect {
        slope,
        leverage,
        if_twice: if_faster(2.0),
        if_free: if_faster(f64::INFINITY),
        verdict: Criticality::of(&slope),
        rounds: stage.rounds.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(slope: f64, busy_ns: f64) -> StageExperiment {
        let point = |shift_ns| ShiftPoint { shift_ns, total_ns: 1_000.0 + slope * shift_ns };
        StageExperiment {
            name: "s".to_owned(),
            busy_ns,
            calls: 1.0,
            rounds: vec![[0.0, 10.0, 20.0, 40.0].map(point).to_vec(); 8],
            refused: None,
        }
    }

    fn only(experiment: StageExperiment) -> (WhatIfTable, Result<Effect, String>) {
        let table = what_if(None, &WhatIf { shift: Shift::Delay, stages: vec![experiment] });
        let effect = table.rows[0].effect.clone();
        (table, effect)
    }

    #[test]
    fn a_slope_of_one_is_amdahls_law_of_the_share() {
        let (table, effect) = only(stage(1.0, 400.0));
        let effect = effect.expect("rounds");
        assert!((effect.leverage.estimate - 0.4).abs() < 1e-12);
        // 1 / (0.6 + 0.4 / 2) and 1 / 0.6 (Amdahl 1967).
        assert!((effect.if_twice.estimate - 1.25).abs() < 1e-12);
        assert!((effect.if_free.estimate - 1.0 / 0.6).abs() < 1e-12);
        assert_eq!(effect.verdict, Criticality::Critical);
        assert!((table.largest_shift - 0.04).abs() < 1e-12);
    }

    #[test]
    fn a_slope_of_zero_gains_nothing_however_long_the_stage() {
        let effect = only(stage(0.0, 900.0)).1.expect("rounds");
        assert_eq!((effect.if_free.estimate, effect.verdict), (1.0, Criticality::Slack));
    }

    #[test]
    fn a_slope_between_is_said_to_be_in_part() {
        assert_eq!(only(stage(0.5, 400.0)).1.expect("rounds").verdict, Criticality::InPart);
    }

    #[test]
    fn a_wide_interval_decides_nothing() {
        let mut experiment = stage(1.0, 400.0);
        for (at, round) in experiment.rounds.iter_mut().enumerate() {
            round[3].total_ns += if at % 2 == 0 { 80.0 } else { -80.0 };
            round[2].total_ns += if at % 2 == 0 { 40.0 } else { -40.0 };
        }
        assert_eq!(only(experiment).1.expect("rounds").verdict, Criticality::Undecided);
    }

    #[test]
    fn a_refusal_keeps_its_reason() {
        let refused = Some("its calls are short".to_owned());
        let experiment = StageExperiment { rounds: Vec::new(), refused, ..stage(1.0, 1.0) };
        let (table, effect) = only(experiment);
        assert_eq!(effect, Err("its calls are short".to_owned()));
        assert_eq!(table.total_ns, None);
    }
}
