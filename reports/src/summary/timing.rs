//! Which timing of a case is shown, and how many times one case is another.

use super::index::Index;
use crate::stats::{Interval, median_interval, paired_ratio, unpaired_ratio};
use crate::{CaseId, Measurement, Metric, measurer};

/// The timing a report shows of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    /// Who measured it.
    pub measurer: String,
    /// Nanoseconds an iteration, in the order taken.
    pub samples_ns: Vec<f64>,
    /// The median of the samples, in nanoseconds.
    pub time_ns: Interval,
}

/// How many times one case is another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The ratio.
    pub interval: Interval,
    /// Whether the samples were taken in turn, so that the machine's drift cancels.
    pub paired: bool,
}

impl Timing {
    /// The shown timing: interleaved where there is one, else criterion's, else plain runs.
    pub(super) fn of(case: &CaseId, index: &Index<'_>) -> Option<(Self, Vec<String>)> {
        measurer::TIMERS.iter().find_map(|id| {
            let measurement = index.measurement(case, id)?;
            Some((Self::by(id, measurement)?, measurement.notes.clone()))
        })
    }

    /// The wall time of one measurement.
    pub(super) fn by(measurer: &str, measurement: &Measurement) -> Option<Self> {
        let samples_ns = samples(measurement, Metric::WALL_TIME)?;
        let time_ns = median_interval(&samples_ns)?;
        Some(Self { measurer: measurer.to_owned(), samples_ns, time_ns })
    }

    /// This time over the other's: paired where both were interleaved.
    pub fn over(&self, other: &Self) -> Option<Ratio> {
        let in_turn = [measurer::INTERLEAVED, measurer::CEILING];
        let taken_in_turn = |timing: &Self| in_turn.contains(&timing.measurer.as_str());
        let paired = taken_in_turn(self) && taken_in_turn(other);
        let ratio = if paired { paired_ratio } else { unpaired_ratio };
        Some(Ratio { interval: ratio(&self.samples_ns, &other.samples_ns)?, paired })
    }
}

/// A metric's samples per iteration; none where there is no series, or an empty one.
pub(super) fn samples(measurement: &Measurement, metric: Metric) -> Option<Vec<f64>> {
    let series = measurement.series.iter().find(|series| series.metric == metric.id)?;
    (!series.totals.is_empty()).then(|| series.per_iteration())
}
