//! An experiment: each stage shifted by each size, in rounds of random order.

use amdahl_reports::{Shift, ShiftPoint, StageExperiment, WhatIf, stats};

use super::{Arrangement, ShiftProbe, arrange};
use crate::data::Rng;
use crate::measure::Probe;
use crate::measure::listen::{self, Listener, Listening};
use crate::measure::stages::{StageProbe, span_cost_ns};
use crate::plan::whole;

/// Samples taken to learn how long each stage takes before anything is shifted.
const OBSERVATIONS: usize = 5;
/// The sizes of a shift, as fractions of the largest.
const SIZES: [f64; 3] = [0.25, 0.5, 1.0];
/// The largest delay of a stage, as a fraction of its time: 5, 10 and 20 % are tried.
const LARGEST_DELAY: f64 = 0.2;
/// The largest virtual speed-up, as a fraction of its time: a delay can be small and still be known
/// exactly, but what is saved is known only when the call ends.
const LARGEST_SPEED_UP: f64 = 0.6;
/// A stage of a smaller part of the whole is delayed as one of this part: a fifth of a twentieth could
/// not be told from noise, and a twentieth of the whole is still a small change.
const LEAST_PART: f64 = 0.25;
/// A delay, or the call of a stage, must last so many times what hearing it costs.
const WORTH: f64 = 10.0;
/// Of a smaller part of the whole nothing can be seen.
const LEAST_SHARE: f64 = 0.01;
/// Rounds: the least that give an interval of 95 %, and more than narrow anything.
pub(crate) const ROUNDS: (u64, u64) = (6, 40);
/// Points of each stage in a round, beside the one at which nothing is shifted.
pub(crate) const POINTS_PER_STAGE: u64 = SIZES.len() as u64;
/// The order within rounds is random, and the same in every run.
const SEED: u64 = 1995;

/// Why an experiment would lie.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Nothing can be shifted.
    #[error("no stage was entered: open one with `amdahl::stage` around what should be shifted")]
    NoStages,
    /// Nobody can be delayed.
    #[error(
        "all stages are entered on one thread, so there is nobody to delay: use delays of the stage \
         instead"
    )]
    SingleThread,
    /// A delay of one would be hidden by the turn of another.
    #[error(
        "{threads} threads are in stages at once on {cores} processors: a delay of one would be another \
         one's turn; use as many threads as there are processors, or fewer"
    )]
    TooManyThreads {
        /// Threads that are in a stage at once.
        threads: usize,
        /// Processors there are.
        cores: usize,
    },
}

/// What is run: one sample of some iterations, each between a start and a stop of the probe.
pub(crate) type Subject<'a> = &'a mut dyn FnMut(&mut dyn Probe);

/// A stage as it was observed.
struct Observed {
    name: String,
    busy_ns: f64,
    calls: f64,
    refused: Option<String>,
}

/// What an experiment tries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Design {
    /// How stages are shifted.
    pub(crate) shift: Shift,
    /// The largest shift, as a fraction of the stage's time.
    pub(crate) largest: f64,
    /// How long it is.
    pub(crate) length: Length,
    /// Processors there are.
    pub(crate) cores: usize,
}

impl Design {
    /// One of the usual sizes.
    pub(crate) fn of(shift: Shift, length: Length) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let largest = match shift {
            Shift::Delay => LARGEST_DELAY,
            Shift::VirtualSpeedUp => LARGEST_SPEED_UP,
        };
        Self { shift, largest, length, cores }
    }
}

/// How long an experiment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many rounds.
    Rounds(u64),
    /// About so many points, in as many rounds as that gives, within [`ROUNDS`].
    Points(u64),
}

impl Length {
    fn rounds(self, points_per_round: usize) -> u64 {
        match self {
            Self::Rounds(rounds) => rounds,
            Self::Points(points) => (points / points_per_round as u64).clamp(ROUNDS.0, ROUNDS.1),
        }
    }
}

/// Shifts the stages of these names, or all there are.
///
/// # Errors
/// Why the experiment would lie.
pub(crate) fn experiment(
    design: &Design,
    subject: Subject<'_>,
    only: &[String],
) -> Result<WhatIf, Refusal> {
    let _turn = listen::turn();
    let shift = design.shift;
    let (whole_ns, stages) = observe(design, subject, only)?;
    let _listening = Listening::of(Listener::Experiment);
    let _tidy = Tidy;
    let mut found: Vec<StageExperiment> = stages
        .iter()
        .map(|stage| StageExperiment {
            name: stage.name.clone(),
            busy_ns: stage.busy_ns,
            calls: stage.calls,
            rounds: Vec::new(),
            refused: stage.refused.clone(),
        })
        .collect();
    let shifts = shifts_of(design, &stages, whole_ns);
    if shifts.is_empty() {
        return Ok(WhatIf { shift, stages: found });
    }
    let mut rng = Rng::new(SEED);
    for _ in 0..design.length.rounds(shifts.len() + 1) {
        // The place behind the last is the point at which nothing is shifted.
        let mut order: Vec<usize> = (0..=shifts.len()).collect();
        rng.shuffle(&mut order);
        let mut points = vec![ShiftPoint::default(); shifts.len() + 1];
        for at in order {
            let shifted = shifts.get(at).map_or(Arrangement::None, |(_, own)| own.clone());
            points[at] = point(shift, subject, shifted);
        }
        let unshifted = points[shifts.len()];
        for (place, stage) in found.iter_mut().enumerate().filter(|(_, own)| own.refused.is_none())
        {
            let own = shifts.iter().zip(&points).filter(|((of, _), _)| *of == place);
            stage.rounds.push(std::iter::once(unshifted).chain(own.map(|(_, at)| *at)).collect());
        }
    }
    Ok(WhatIf { shift, stages: found })
}

/// Ends whatever was arranged, after a panic too.
struct Tidy;

impl Drop for Tidy {
    fn drop(&mut self) {
        arrange(Arrangement::None);
    }
}

/// Runs some samples with stages heard: the time of an iteration, and the stages in it.
fn observe(
    design: &Design,
    subject: Subject<'_>,
    only: &[String],
) -> Result<(f64, Vec<Observed>), Refusal> {
    let Design { shift, cores, .. } = *design;
    let cost_ns = span_cost_ns();
    let mut probe = StageProbe::wall();
    for _ in 0..OBSERVATIONS {
        subject(&mut probe);
    }
    let walls: Vec<f64> = probe.accounts.iter().map(|one| one.wall_ns).collect();
    let whole_ns = stats::median(&walls).unwrap_or(0.0);
    let most = |value: fn(&crate::measure::stages::Accounts) -> usize| {
        probe.accounts.iter().map(value).max().unwrap_or(0)
    };
    let (threads, at_once) = (most(|one| one.threads), most(|one| one.most_at_once));
    if threads == 0 {
        return Err(Refusal::NoStages);
    }
    if shift == Shift::VirtualSpeedUp && threads < 2 {
        return Err(Refusal::SingleThread);
    }
    if at_once > cores {
        return Err(Refusal::TooManyThreads { threads: at_once, cores });
    }
    let entered: Vec<String> = probe.names().into_iter().map(str::to_owned).collect();
    let names = if only.is_empty() { entered } else { only.to_vec() };
    let stages = names.into_iter().map(|name| {
        let busy_ns = probe.typical(&name, |stage| stage.busy_ns);
        let calls = probe.per_iteration(&name, |stage| stage.calls as f64);
        let call_ns = match shift {
            Shift::Delay => largest_delay_ns(design, busy_ns, calls, whole_ns),
            Shift::VirtualSpeedUp => busy_ns / calls,
        };
        let refused =
            refusal_of(shift, calls, call_ns, cost_ns).or_else(|| too_small(busy_ns / whole_ns));
        Observed { name, busy_ns, calls, refused }
    });
    Ok((whole_ns, stages.collect()))
}

/// The largest delay of one call.
fn largest_delay_ns(design: &Design, busy_ns: f64, calls: f64, whole_ns: f64) -> f64 {
    design.largest * busy_ns.max(LEAST_PART * whole_ns) / calls
}

fn refusal_of(shift: Shift, calls: f64, call_ns: f64, cost_ns: f64) -> Option<String> {
    use amdahl_reports::format::{count, time};
    if calls == 0.0 {
        return Some("it was not entered".to_owned());
    }
    if call_ns >= WORTH * cost_ns {
        return None;
    }
    let what = match shift {
        Shift::Delay => "a delay of each",
        Shift::VirtualSpeedUp => "each",
    };
    Some(format!(
        "it is entered {} times an iteration and {what} would last {}, not {} times the {} that hearing \
         it costs; open it around more work",
        count(calls),
        time(call_ns),
        count(WORTH),
        time(cost_ns)
    ))
}

fn too_small(share: f64) -> Option<String> {
    use amdahl_reports::format::percent;
    (share < LEAST_SHARE).then(|| {
        format!("it takes {} of the whole: nothing done to it could be seen", percent(share))
    })
}

/// Every shift of a round, with the place of its stage.
fn shifts_of(design: &Design, stages: &[Observed], whole_ns: f64) -> Vec<(usize, Arrangement)> {
    let mut shifts = Vec::new();
    for (place, own) in stages.iter().enumerate().filter(|(_, stage)| stage.refused.is_none()) {
        let largest_ns = largest_delay_ns(design, own.busy_ns, own.calls, whole_ns);
        shifts.extend(SIZES.map(|size| {
            let stage = own.name.clone();
            let arrangement = match design.shift {
                Shift::Delay => Arrangement::Delay { stage, delay_ns: whole(largest_ns * size) },
                Shift::VirtualSpeedUp => {
                    Arrangement::SpeedUp { stage, fraction: design.largest * size }
                }
            };
            (place, arrangement)
        }));
    }
    shifts
}

fn point(shift: Shift, subject: Subject<'_>, arrangement: Arrangement) -> ShiftPoint {
    arrange(arrangement);
    let mut probe = ShiftProbe::new();
    subject(&mut probe);
    let iterations = probe.iterations.max(1) as f64;
    let shifted_ns = probe.shifted_ns as f64 / iterations;
    ShiftPoint {
        shift_ns: match shift {
            Shift::Delay => shifted_ns,
            Shift::VirtualSpeedUp => -shifted_ns + 0.0,
        },
        total_ns: probe.total_ns as f64 / iterations,
    }
}
