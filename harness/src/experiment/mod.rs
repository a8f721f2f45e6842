//! Experiments on any program: what if one of its stages were faster?
//!
//! No second implementation is needed. A stage is made slower by known delays, or virtually faster by
//! delaying all others, and the slope of the whole tells whether it waits for that stage.

use std::hint::black_box;

use amdahl_reports::summary::{Effect, WhatIfTable, what_if};
use amdahl_reports::{Shift, WhatIf, render};

use crate::measure::Probe;
use crate::measure::what_if::{Design, Length, Refusal, experiment};

/// Rounds, unless the experiment says otherwise: enough for an interval of the median with some of
/// them disturbed.
const ROUNDS: u64 = 20;
/// Bounds of the largest shift, as fractions of the stage's time: below a hundredth nothing can be
/// seen, and a stage that takes no time at all pays no delay where it ends.
const LEAST_SHIFT: f64 = 0.01;
const MOST_SPEED_UP: f64 = 0.95;
const MOST_DELAY: f64 = 10.0;

/// An experiment on the stages of a program.
///
/// ```
/// use std::thread::sleep;
/// use std::time::Duration;
///
/// let report = amdahl::experiment::Experiment::new("read, then parse", || {
///     amdahl::stage("read", || sleep(Duration::from_millis(2)));
///     amdahl::stage("parse", || sleep(Duration::from_millis(1)));
/// })
/// .rounds(6)
/// .run()?;
/// // One stage after the other: the whole waits for either.
/// assert!(report.effect("read").is_some_and(|effect| effect.slope.estimate > 0.3));
/// # Ok::<(), amdahl::experiment::ExperimentError>(())
/// ```
#[derive(Debug)]
pub struct Experiment<W> {
    title: String,
    work: W,
    stages: Vec<String>,
    rounds: u64,
    largest: Option<f64>,
    shift: Shift,
}

impl<R, W: FnMut() -> R> Experiment<W> {
    /// An experiment on `work`, of which one call is one iteration. What it returns is dropped off the
    /// clock.
    pub fn new(title: &str, work: W) -> Self {
        Self {
            title: title.to_owned(),
            work,
            stages: Vec::new(),
            rounds: ROUNDS,
            largest: None,
            shift: Shift::Delay,
        }
    }

    /// Shifts these stages; without this line every stage that is entered.
    pub fn stages<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.stages = names.into_iter().map(str::to_owned).collect();
        self
    }

    /// Takes so many rounds, each of one iteration a size of the shift; 20 without this line. Six are
    /// the least that give an interval of 95 %.
    pub fn rounds(mut self, rounds: u64) -> Self {
        self.rounds = rounds;
        self
    }

    /// Shifts a stage by up to this fraction of its time; 0.2 by delays and 0.6 virtually without this
    /// line. A larger shift stands out of the noise of a busy machine, and answers for a larger change.
    /// It is held between 0.01 and 0.95 virtually, and between 0.01 and 10 by delays.
    pub fn up_to(mut self, fraction: f64) -> Self {
        self.largest = Some(fraction);
        self
    }

    /// Makes stages virtually faster, by delaying every other thread while one is in the stage, instead
    /// of slower. For programs whose stages run at once on several threads.
    ///
    /// The delays are paid where a stage begins or ends and at the waits of [`crate::sync`]. A thread
    /// that waits in another way is delayed for what it only waited for, and the answer is too small.
    pub fn virtual_speed_ups(mut self) -> Self {
        self.shift = Shift::VirtualSpeedUp;
        self
    }

    /// Runs it. Experiments of one process take turns.
    ///
    /// # Errors
    /// Where the answer would be wrong: no stage was entered, more threads are in stages at once than
    /// there are processors, or a virtual speed-up has nobody to delay.
    pub fn run(mut self) -> Result<ExperimentReport, ExperimentError> {
        let most = match self.shift {
            Shift::Delay => MOST_DELAY,
            Shift::VirtualSpeedUp => MOST_SPEED_UP,
        };
        let largest = |fraction: f64| fraction.clamp(LEAST_SHIFT, most);
        let mut subject = |probe: &mut dyn Probe| {
            probe.start();
            let result = black_box((self.work)());
            probe.stop();
            drop(result);
        };
        let usual = Design::of(self.shift, Length::Rounds(self.rounds));
        let design = Design { largest: self.largest.map_or(usual.largest, largest), ..usual };
        let measured = experiment(&design, &mut subject, &self.stages)?;
        Ok(ExperimentReport { title: self.title, table: what_if(None, &measured), measured })
    }
}

/// Why an experiment was not made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(transparent)]
pub struct ExperimentError(#[from] Refusal);

/// What came of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentReport {
    title: String,
    measured: WhatIf,
    table: WhatIfTable,
}

impl ExperimentReport {
    /// How the whole moves with a stage; none where there is no such stage, or it was refused.
    pub fn effect(&self, stage: &str) -> Option<&Effect> {
        self.table.rows.iter().find(|row| row.stage == stage)?.effect.as_ref().ok()
    }

    /// Why a stage has no effect; none where it has, or where there is no such stage.
    pub fn refusal(&self, stage: &str) -> Option<&str> {
        let row = self.table.rows.iter().find(|row| row.stage == stage)?;
        row.effect.as_ref().err().map(String::as_str)
    }

    /// The report as Markdown.
    pub fn markdown(&self) -> String {
        render::markdown(&amdahl_reports::experiment(&self.title, &self.measured))
    }
}
