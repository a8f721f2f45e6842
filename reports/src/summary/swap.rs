//! Swapped stages: what Amdahl's law promised of each, and what the whole pipeline gave.

use super::Summary;
use super::index::Index;
use super::timing::samples;
use crate::stats::amdahl::{shares, time_left_interval};
use crate::stats::{CONFIDENCE, Interval, median, median_interval, paired_ratio, paired_ratio_at};
use crate::{
    CaseId, Detail, Failure, KernelInfo, Measurement, Metric, Stages, Swap, SwappedStage, measurer,
};

/// A promise that is off by less than this fraction is kept well enough to act on: medians of one
/// unchanged case differ by as much between two passes of a run.
const NEAR: f64 = 0.1;

/// An interval that covers a kept promise and reaches further than this fraction from it proves nothing:
/// a promise broken by as much would look the same.
const TELLING: f64 = 0.25;

/// The confidence of each of three intervals that are to hold together with [`CONFIDENCE`], the
/// measured one and the promise's two (Bonferroni).
const ONE_OF_THREE: f64 = 1.0 - (1.0 - CONFIDENCE) / 3.0;

/// A stage's part of a difference below this fraction of it explains nothing.
const EXPLAINS: f64 = 0.25;

/// The swapped stages of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Swaps {
    /// The all-reference composition, timed in turn with the others.
    pub base: CaseId,
    /// Its time, in nanoseconds.
    pub base_ns: Interval,
    /// Rounds.
    pub rounds: usize,
    /// A row a swap, by stage and variant in the order of declaration.
    pub rows: Vec<SwapRow>,
    /// Compositions that went wrong.
    pub failed: Vec<(CaseId, Failure)>,
}

/// One stage swapped.
#[derive(Debug, Clone, PartialEq)]
pub struct SwapRow {
    /// The composition.
    pub case: CaseId,
    /// Which stage, for which variant.
    pub swapped: SwappedStage,
    /// The stage's share of the all-reference composition.
    pub share: Interval,
    /// How many times as fast the variant is as the stage's reference, both alone.
    pub alone: Interval,
    /// The promised time of the whole, in nanoseconds.
    pub predicted_ns: Interval,
    /// The measured one: its ratio to the all-reference time of the same round, times that time's
    /// median.
    pub measured_ns: Interval,
    /// The all-reference time over the measured one.
    pub speed_up: Interval,
    /// The measured time over the promised one.
    pub off: Interval,
    /// Whether the promise was kept.
    pub verdict: Promise,
    /// Stages whose time is not what was promised, the largest difference first.
    pub moved: Vec<Moved>,
    /// Page faults an iteration of the all-reference composition and of this one, where counted.
    pub faults: Option<[f64; 2]>,
}

/// Whether a promise was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// The interval of measured over promised covers 1 and reaches no further than a quarter from it.
    Kept,
    /// It covers 1 and reaches further: the samples are too few or too noisy to tell.
    Unclear,
    /// It does not, but the two are within a tenth.
    Nearly,
    /// It does not, and they are further apart.
    Broken,
}

impl Promise {
    /// The words for it in a report.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Unclear => "too noisy to tell",
            Self::Nearly => "within a tenth",
            Self::Broken => "not kept",
        }
    }
}

/// A stage that takes another time in a composition than was promised.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The stage; none for the time outside every stage.
    pub stage: Option<String>,
    /// Its time beyond the promise, an iteration, in nanoseconds.
    pub extra_ns: Interval,
}

impl Summary {
    /// The pipelines with swapped stages.
    pub fn swaps(&self) -> impl Iterator<Item = &Swaps> {
        self.kernels.iter().filter_map(|kernel| kernel.swaps.as_ref())
    }
}

impl Swaps {
    /// The swaps of a stage that gave the most first.
    pub fn of_stage(&self, stage: &str) -> Vec<&SwapRow> {
        let mut rows: Vec<&SwapRow> =
            self.rows.iter().filter(|row| row.swapped.stage == stage).collect();
        rows.sort_by(|a, b| a.measured_ns.estimate.total_cmp(&b.measured_ns.estimate));
        rows
    }
}

/// What a composition's record holds.
struct Composition<'a> {
    case: &'a CaseId,
    measurement: &'a Measurement,
    swap: &'a Swap,
}

impl Composition<'_> {
    fn total_ns(&self) -> &[f64] {
        &self.swap.stages.total_ns
    }

    fn faults(&self) -> Option<f64> {
        median(&samples(self.measurement, Metric::MINOR_FAULTS)?)
    }
}

/// The swaps of a kernel; none where none was measured.
pub(super) fn swaps(kernel: &KernelInfo, index: &Index<'_>) -> Option<Swaps> {
    let cases = index.swaps(&kernel.id);
    let compositions: Vec<Composition<'_>> =
        cases.iter().filter_map(|case| composition(case, index)).collect();
    let base = compositions.iter().find(|own| own.swap.swapped.is_none())?;
    let base_ns = median_interval(base.total_ns())?;
    let mut rows: Vec<SwapRow> =
        compositions.iter().filter_map(|own| row(kernel, base, &base_ns, own)).collect();
    let place = |swapped: &SwappedStage| {
        let at = kernel.stages.iter().position(|stage| stage.name == swapped.stage)?;
        let variants = &kernel.stages[at].variants;
        Some((at, variants.iter().position(|name| *name == swapped.variant)?))
    };
    rows.sort_by_key(|row| place(&row.swapped));
    let failed = cases
        .iter()
        .filter_map(|case| Some(((*case).clone(), index.failure(case, measurer::SWAP)?.clone())));
    Some(Swaps {
        base: base.case.clone(),
        base_ns,
        rounds: base.total_ns().len(),
        rows,
        failed: failed.collect(),
    })
}

fn composition<'a>(case: &'a CaseId, index: &Index<'a>) -> Option<Composition<'a>> {
    let measurement = index.measurement(case, measurer::SWAP)?;
    match &measurement.detail {
        Detail::Swap(swap) => Some(Composition { case, measurement, swap }),
        _ => None,
    }
}

fn row(
    kernel: &KernelInfo,
    base: &Composition<'_>,
    base_ns: &Interval,
    own: &Composition<'_>,
) -> Option<SwapRow> {
    let swapped = own.swap.swapped.as_ref()?;
    let before = samples(own.measurement, Metric::STAGE_REFERENCE_TIME)?;
    let after = samples(own.measurement, Metric::STAGE_SWAPPED_TIME)?;
    let shares = shares(stage_ns(&base.swap.stages, &swapped.stage)?, base.total_ns());
    let in_time = |ratio: Interval| ratio.map_increasing(|ratio| ratio * base_ns.estimate);
    let predicted = time_left_interval(&shares, &after, &before, CONFIDENCE)?;
    let measured = paired_ratio(own.total_ns(), base.total_ns())?;
    // The two of one verdict: wide enough to hold together.
    let promise = 2.0 * ONE_OF_THREE - 1.0;
    let promised = time_left_interval(&shares, &after, &before, promise)?;
    let came = paired_ratio_at(own.total_ns(), base.total_ns(), ONE_OF_THREE)?;
    let off = came.combine(&promised, |came, promised| came / promised);
    let alone = paired_ratio(&before, &after)?;
    Some(SwapRow {
        case: own.case.clone(),
        swapped: swapped.clone(),
        share: median_interval(&shares)?,
        predicted_ns: in_time(predicted),
        measured_ns: in_time(measured),
        speed_up: measured.reciprocal(),
        verdict: verdict(&off),
        moved: moved(kernel, base, own, alone.estimate, off.estimate - 1.0),
        alone,
        off,
        faults: base.faults().zip(own.faults()).map(|(base, own)| [base, own]),
    })
}

fn verdict(off: &Interval) -> Promise {
    if off.contains(1.0) {
        let telling = off.is_above(1.0 - TELLING) && off.is_below(1.0 + TELLING);
        if telling { Promise::Kept } else { Promise::Unclear }
    } else if (off.estimate - 1.0).abs() <= NEAR {
        Promise::Nearly
    } else {
        Promise::Broken
    }
}

/// The stages whose time differs from the promise in the direction of the whole, by pairs of rounds:
/// a stage that was not swapped was to stay as it is, the swapped one to be as fast as it is alone.
fn moved(
    kernel: &KernelInfo,
    base: &Composition<'_>,
    own: &Composition<'_>,
    alone: f64,
    direction: f64,
) -> Vec<Moved> {
    let (before, after) = (&base.swap.stages, &own.swap.stages);
    let extra = |was: &[f64], is: &[f64], promised: f64| -> Vec<f64> {
        was.iter().zip(is).map(|(was, is)| is - promised * was).collect()
    };
    let of_stage = |name: &str| {
        let is_swapped = own.swap.swapped.as_ref().is_some_and(|own| own.stage == name);
        let promised = if is_swapped { 1.0 / alone } else { 1.0 };
        let extra = extra(stage_ns(before, name)?, stage_ns(after, name)?, promised);
        Some(Moved { stage: Some(name.to_owned()), extra_ns: median_interval(&extra)? })
    };
    let mut moved: Vec<Moved> =
        kernel.stages.iter().filter_map(|stage| of_stage(&stage.name)).collect();
    let outside = extra(&outside_ns(kernel, before), &outside_ns(kernel, after), 1.0);
    moved.extend(median_interval(&outside).map(|extra_ns| Moved { stage: None, extra_ns }));
    let whole: f64 = moved.iter().map(|moved| moved.extra_ns.estimate).sum();
    moved.retain(|moved| {
        let own = moved.extra_ns.estimate;
        !moved.extra_ns.contains(0.0)
            && own * direction > 0.0
            && own.abs() >= EXPLAINS * whole.abs()
    });
    moved.sort_by(|a, b| b.extra_ns.estimate.abs().total_cmp(&a.extra_ns.estimate.abs()));
    moved
}

/// The time of each iteration from entry to exit of a stage, whatever stages of its own it has.
fn stage_ns<'a>(stages: &'a Stages, name: &str) -> Option<&'a [f64]> {
    stages.stages.iter().find(|stage| stage.name == name).map(|stage| stage.total_ns.as_slice())
}

/// The time of each iteration in none of the pipeline's stages, in nanoseconds.
fn outside_ns(kernel: &KernelInfo, stages: &Stages) -> Vec<f64> {
    let own: Vec<&[f64]> =
        kernel.stages.iter().filter_map(|stage| stage_ns(stages, &stage.name)).collect();
    let inside = |at: usize| -> f64 { own.iter().filter_map(|stage| stage.get(at)).sum() };
    stages.total_ns.iter().enumerate().map(|(at, total)| total - inside(at)).collect()
}
