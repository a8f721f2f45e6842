//! One case as a row of a table.

use super::index::Index;
use super::timing::{Ratio, Timing, samples};
use crate::stats::{Interval, median, median_interval};
use crate::{
    Agreement, CaseId, Detail, Failure, KernelInfo, Metric, Outcome, Role, Rung, SizeInfo,
    VariantInfo, measurer,
};

/// One case: whether it is right, how long it takes, what it allocates.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRow {
    /// The case.
    pub case: CaseId,
    /// The variant's part.
    pub role: Role,
    /// The variant's rung of the ladder.
    pub rung: Rung,
    /// The language it is written in, where a peer runs it.
    pub language: Option<String>,
    /// Its variant's name as a table shows it.
    pub name: String,
    /// Lines of code of its timed work, where it says so.
    pub lines: Option<u64>,
    /// The most that one iteration adds to the memory its process holds, in bytes.
    pub resident_peak: Option<f64>,
    /// Whether it may be ranked.
    pub status: Status,
    /// Its timing; none unless its result agreed.
    pub timing: Option<Timing>,
    /// Its own preparation, in nanoseconds.
    pub setup_ns: Option<Interval>,
    /// Its very first iteration, in nanoseconds.
    pub cold_ns: Option<f64>,
    /// The reference's time over its own; none for the reference.
    pub speed_up: Option<Ratio>,
    /// Compulsory operations over time, in 10^9 a second.
    pub gflops: Option<f64>,
    /// Compulsory bytes over time, in 10^9 a second.
    pub gigabytes_per_s: Option<f64>,
    /// What it allocates.
    pub heap: Option<Heap>,
    /// Instructions of a steady iteration.
    pub instructions: Option<f64>,
    /// How closely it agreed.
    pub agreement: Option<Agreement>,
    /// What must be said beside the figures.
    pub notes: Vec<String>,
}

/// Whether a case may be ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Its result agreed with the reference's.
    Agreed,
    /// It went wrong, under this measurer.
    Failed {
        /// The measurer's id.
        measurer: String,
        /// How.
        failure: Failure,
    },
    /// Nobody checked it.
    NotChecked {
        /// Why not.
        reason: String,
        /// What to do about it.
        remedy: String,
    },
}

/// Heap per iteration: blocks and bytes allocated, the most held at once, and the first iteration's
/// where it differs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heap {
    /// Blocks of a steady iteration.
    pub blocks: f64,
    /// Bytes of a steady iteration.
    pub bytes: Option<f64>,
    /// The most a steady iteration holds at once, in bytes.
    pub peak_bytes: Option<f64>,
    /// Blocks of the first iteration, where they differ.
    pub cold_blocks: Option<f64>,
    /// Bytes of the first iteration, where they differ.
    pub cold_bytes: Option<f64>,
}

impl CaseRow {
    /// The time's estimate, in nanoseconds.
    pub fn time_ns(&self) -> Option<f64> {
        self.timing.as_ref().map(|timing| timing.time_ns.estimate)
    }

    /// Its name with its thread count where that is more than one, such as `numba (Python), 2 threads`.
    pub fn label(&self) -> String {
        CaseId { variant: self.name.clone(), ..self.case.clone() }.variant_label()
    }

    /// The other's time over this one's.
    pub fn speed_up_over(&self, other: &Self) -> Option<Ratio> {
        other.timing.as_ref()?.over(self.timing.as_ref()?)
    }

    /// Whether the variant works in buffers it allocated before the clock.
    pub fn is_in_place(&self) -> bool {
        self.agreement.as_ref().is_some_and(|agreement| agreement.in_place)
    }
}

pub(super) fn case_row(
    kernel: &KernelInfo,
    size: &SizeInfo,
    case: &CaseId,
    index: &Index<'_>,
) -> CaseRow {
    let variant = kernel.variant(&case.variant);
    let role = variant.map_or(Role::Serial, |variant| variant.role);
    let agreement = agreement(case, index);
    let in_place = agreement.as_ref().is_some_and(|agreement| agreement.in_place);
    let status = status(case, index);
    let agreed = status == Status::Agreed;
    let (timing, mut notes) = Timing::of(case, index)
        .filter(|_| agreed)
        .map_or((None, Vec::new()), |(t, n)| (Some(t), n));
    notes.extend(other_troubles(case, index));
    let rate = |work: Option<f64>| Some(work? / timing.as_ref()?.time_ns.estimate);
    CaseRow {
        case: case.clone(),
        role,
        language: variant.and_then(|variant| variant.language.clone()),
        name: variant.map_or_else(|| case.variant.clone(), VariantInfo::shown),
        lines: variant.and_then(|variant| variant.lines),
        resident_peak: resident_peak(case, index),
        rung: variant.and_then(|variant| variant.rung).unwrap_or_else(|| implied(role, in_place)),
        status,
        setup_ns: any_samples(case, index, Metric::SETUP_TIME).and_then(|x| median_interval(&x)),
        cold_ns: any_samples(case, index, Metric::COLD_TIME).and_then(|x| median(&x)),
        speed_up: None,
        gflops: rate(size.flops),
        gigabytes_per_s: rate(size.bytes),
        heap: heap(case, index),
        instructions: instructions(case, index),
        timing,
        agreement,
        notes,
    }
}

const fn implied(role: Role, in_place: bool) -> Rung {
    match role {
        Role::Reference => Rung::Reference,
        Role::Parallel => Rung::Parallelise,
        Role::Serial if in_place => Rung::Preallocate,
        Role::Serial => Rung::Vectorize,
    }
}

fn agreement(case: &CaseId, index: &Index<'_>) -> Option<Agreement> {
    match &index.measurement(case, measurer::CHECK)?.detail {
        Detail::Agreement(agreement) => Some(agreement.clone()),
        _ => None,
    }
}

/// A failed check or timer makes the case unrankable; other measurers only cost their columns.
fn status(case: &CaseId, index: &Index<'_>) -> Status {
    let decisive = [measurer::CHECK].into_iter().chain(measurer::TIMERS).chain([measurer::WORK]);
    for id in decisive {
        if let Some(failure) = index.failure(case, id) {
            return Status::Failed { measurer: id.to_owned(), failure: failure.clone() };
        }
    }
    match index.outcome(case, measurer::CHECK) {
        Some(Outcome::Measured(_)) => Status::Agreed,
        Some(Outcome::NotMeasured { reason, remedy }) => {
            Status::NotChecked { reason: reason.clone(), remedy: remedy.clone() }
        }
        Some(Outcome::Failed(_)) | None => Status::NotChecked {
            reason: "there is no record of an agreement check".to_owned(),
            remedy: "measure again".to_owned(),
        },
    }
}

fn other_troubles(case: &CaseId, index: &Index<'_>) -> Vec<String> {
    let other = [measurer::HEAP, measurer::PROFILE, measurer::STAGES, measurer::INSTRUCTIONS];
    let failures = other.iter().filter_map(|id| {
        let failure = index.failure(case, id)?;
        Some(format!("{} under `{id}`: {}", failure.kind.label(), failure.reason))
    });
    let counted = index.measurement(case, measurer::INSTRUCTIONS);
    let remarks = counted.into_iter().flat_map(|counted| counted.notes.iter().cloned());
    failures.chain(remarks).collect()
}

/// A metric's samples from the first measurer that has them, timers first; none of those whose
/// processes are slowed by what they count or sample.
fn any_samples(case: &CaseId, index: &Index<'_>, metric: Metric) -> Option<Vec<f64>> {
    let others = [measurer::CHECK, measurer::STAGES];
    let known = measurer::TIMERS.into_iter().chain(others);
    known.into_iter().find_map(|id| samples(index.measurement(case, id)?, metric))
}

fn resident_peak(case: &CaseId, index: &Index<'_>) -> Option<f64> {
    median(&samples(index.measurement(case, measurer::RESIDENT)?, Metric::RESIDENT_PEAK)?)
}

fn instructions(case: &CaseId, index: &Index<'_>) -> Option<f64> {
    median(&samples(index.measurement(case, measurer::INSTRUCTIONS)?, Metric::INSTRUCTIONS)?)
}

fn heap(case: &CaseId, index: &Index<'_>) -> Option<Heap> {
    let measurement = index.measurement(case, measurer::HEAP)?;
    let value = |metric| median(&samples(measurement, metric)?);
    let (blocks, bytes) = (value(Metric::HEAP_BLOCKS)?, value(Metric::HEAP_BYTES));
    Some(Heap {
        blocks,
        bytes,
        peak_bytes: value(Metric::HEAP_PEAK),
        cold_blocks: value(Metric::COLD_HEAP_BLOCKS).filter(|cold| *cold != blocks),
        cold_bytes: value(Metric::COLD_HEAP_BYTES).filter(|cold| Some(*cold) != bytes),
    })
}
