//! Claims held against what was measured: the ratio that there is, and whether it is the claimed one.

use super::row::{CaseRow, Status};
use super::timing::{Ratio, samples};
use super::{KernelSummary, Summary};
use crate::stats::{Interval, median, unpaired_ratio};
use crate::{Claim, Factor, Metric, Outcome, Pair, Quantity, Run, VariantName};

/// A range this many times as wide has a lower end worth telling from the rest of it.
const WIDE: f64 = 10.0;

/// The lower end of a wide range: its lowest quarter, as ratios go.
const LOWER_END: f64 = 0.25;

/// The threads of both sides: a claim compares ways of writing, not machines.
const THREADS: usize = 1;

/// One claim and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimRow {
    /// The claim.
    pub claim: Claim,
    /// What was measured of its two variants.
    pub measured: Result<Comparison, Missing>,
    /// What was measured of the same step elsewhere, where the claim names one.
    pub here: Option<Result<Comparison, Missing>>,
}

/// Two variants at one size, on one thread.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The size's label.
    pub size: String,
    /// What was compared.
    pub of: Compared,
    /// What the first needs: nanoseconds or bytes.
    pub less: f64,
    /// What the second needs.
    pub more: f64,
    /// How many times as much that is.
    pub ratio: Ratio,
    /// Samples of the side that has fewer.
    pub samples: usize,
}

/// What figures of a comparison are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// Wall time of an iteration, in nanoseconds.
    Time,
    /// The most heap that an iteration holds at once, in bytes.
    HeapPeak,
    /// The most that an iteration adds to the resident memory of its process, in bytes.
    ResidentPeak,
}

impl Compared {
    /// The name for it where programs read.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::HeapPeak => "heap_peak",
            Self::ResidentPeak => "resident_peak",
        }
    }
}

/// Why there is no comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Why not.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// What a measured ratio makes of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimVerdict {
    /// The interval lies where the claim does, or reaches above it.
    Holds,
    /// It holds, in the lowest quarter of a wide range.
    HoldsAtLowerEnd,
    /// The whole interval lies above the claim.
    MoreThanClaimed,
    /// The interval has the claim's lower bound in it.
    Undecided,
    /// The whole interval lies below the claim.
    Fails,
}

impl ClaimVerdict {
    /// The words for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::HoldsAtLowerEnd => "holds at the lower end",
            Self::MoreThanClaimed => "more than claimed",
            Self::Undecided => "cannot be told",
            Self::Fails => "does not hold",
        }
    }
}

impl ClaimRow {
    /// What the measured ratio makes of the claim; none where nothing was measured.
    pub fn verdict(&self) -> Option<ClaimVerdict> {
        Some(verdict(&self.measured.as_ref().ok()?.ratio.interval, self.claim.factor))
    }
}

fn verdict(ratio: &Interval, claimed: Factor) -> ClaimVerdict {
    let width = claimed.high / claimed.low;
    let lower_end = claimed.low * width.powf(LOWER_END);
    if ratio.is_below(claimed.low) {
        ClaimVerdict::Fails
    } else if ratio.low < claimed.low {
        ClaimVerdict::Undecided
    } else if ratio.is_above(claimed.high) {
        ClaimVerdict::MoreThanClaimed
    } else if width.is_finite() && width >= WIDE && ratio.estimate < lower_end {
        ClaimVerdict::HoldsAtLowerEnd
    } else {
        ClaimVerdict::Holds
    }
}

/// Holds claims against a run: a row a claim. The claims need not be those that the run's kernels
/// carry: a claim is no measurement, and an older record can answer a newer one.
pub fn claims<'c>(
    claims: impl IntoIterator<Item = &'c Claim>,
    run: &Run,
    summary: &Summary,
) -> Vec<ClaimRow> {
    let book = Book { run, kernels: &summary.kernels };
    let row = |claim: &Claim| {
        let measured = book.compare(&claim.pair, claim.of, None);
        let size = measured.as_ref().ok().map(|measured| measured.size.as_str());
        let here = claim.here.as_ref().map(|pair| book.compare(pair, claim.of, size));
        ClaimRow { claim: claim.clone(), measured, here }
    };
    claims.into_iter().map(row).collect()
}

/// Where figures are looked up.
struct Book<'a> {
    run: &'a Run,
    kernels: &'a [KernelSummary],
}

impl Book<'_> {
    /// Compares at the preferred size if both were measured there, else at the largest at which
    /// both were.
    fn compare(
        &self,
        pair: &Pair,
        of: Quantity,
        preferred: Option<&str>,
    ) -> Result<Comparison, Missing> {
        let of_less = self.rows(&pair.less)?;
        let of_more = self.rows(&pair.more)?;
        let mut both: Vec<(&CaseRow, &CaseRow)> = of_less
            .iter()
            .filter_map(|less| {
                Some((*less, *of_more.iter().find(|more| more.case.size == less.case.size)?))
            })
            .collect();
        both.sort_by_key(|(less, _)| preferred != Some(less.case.size.as_str()));
        let found = both.iter().find_map(|(less, more)| match of {
            Quantity::Time => by_time(less, more),
            Quantity::Memory => by_heap(less, more).or_else(|| self.by_resident_peak(less, more)),
        });
        if found.is_none() && of == Quantity::Memory {
            let sides = both.iter().flat_map(|(less, more)| [*less, *more]);
            let nothing = |peak: &Vec<f64>| median(peak) == Some(0.0);
            let mut idle =
                sides.filter(|row| self.resident_peak(row).as_ref().is_some_and(nothing));
            if let Some(row) = idle.next() {
                return Err(adds_nothing(row));
            }
        }
        found.ok_or_else(|| without(pair, of, [&of_less, &of_more], !both.is_empty()))
    }

    /// The variant's rows on one thread that agreed, the largest size first.
    fn rows(&self, name: &VariantName) -> Result<Vec<&CaseRow>, Missing> {
        let missing = |reason: String, remedy: &str| Missing { reason, remedy: remedy.to_owned() };
        let Some(kernel) = self.kernels.iter().find(|kernel| kernel.id == name.kernel) else {
            let reason = format!("`{}` is no part of this run", name.kernel);
            return Err(missing(reason, "measure it too"));
        };
        let sizes = kernel.sizes_to_read();
        let rows = sizes.iter().flat_map(|size| size.rows_with_peers());
        let own: Vec<&CaseRow> = rows
            .filter(|row| row.case.variant == name.variant && row.case.threads == THREADS)
            .collect();
        let agreed: Vec<&CaseRow> =
            own.iter().copied().filter(|row| row.status == Status::Agreed).collect();
        if !agreed.is_empty() {
            return Ok(agreed);
        }
        let declared = self.run.kernel(&name.kernel);
        let absent = declared
            .and_then(|kernel| kernel.absent.iter().find(|absent| absent.variant == name.variant));
        Err(match (own.first().map(|row| &row.status), absent) {
            (Some(Status::Failed { failure, .. }), _) => {
                let reason = format!("`{name}` {}: {}", failure.kind.label(), failure.reason);
                missing(reason, "mend it, then measure again")
            }
            (Some(Status::NotChecked { reason, remedy }), _) => missing(reason.clone(), remedy),
            (_, Some(absent)) => {
                let reason = format!("there is no `{name}`: {}", absent.reason);
                missing(reason, "compare another variant")
            }
            // A peer's variants are named after it: `python.numpy`.
            (_, None) => match name.variant.split_once('.') {
                Some((peer, _)) => missing(
                    format!("there is no record of `{name}`"),
                    &format!("`cargo amdahl peers install {peer}`, then measure again"),
                ),
                None => missing(format!("there is no record of `{name}`"), "measure it too"),
            },
        })
    }

    fn by_resident_peak(&self, less: &CaseRow, more: &CaseRow) -> Option<Comparison> {
        let [of_less, of_more] = [self.resident_peak(less)?, self.resident_peak(more)?];
        comparison(less, Compared::ResidentPeak, &of_less, &of_more)
    }

    fn resident_peak(&self, row: &CaseRow) -> Option<Vec<f64>> {
        let own = self.run.records.iter().filter(|record| record.case == row.case);
        own.filter_map(|record| match &record.outcome {
            Outcome::Measured(measurement) => Some(measurement),
            _ => None,
        })
        .find_map(|measurement| samples(measurement, Metric::RESIDENT_PEAK))
    }
}

/// A comparison of positive figures; none where one of them is not.
fn comparison(less: &CaseRow, of: Compared, a: &[f64], b: &[f64]) -> Option<Comparison> {
    let [of_less, of_more] = [median(a)?, median(b)?];
    let interval = unpaired_ratio(b, a).filter(|_| of_less > 0.0 && of_more > 0.0)?;
    // Memory does not drift, so that nothing is lost by not taking turns.
    let ratio = Ratio { interval, paired: true };
    let (size, samples) = (less.case.size.clone(), a.len().min(b.len()));
    Some(Comparison { size, of, less: of_less, more: of_more, ratio, samples })
}

fn by_time(less: &CaseRow, more: &CaseRow) -> Option<Comparison> {
    let samples = |row: &CaseRow| row.timing.as_ref().map(|timing| timing.samples_ns.len());
    Some(Comparison {
        size: less.case.size.clone(),
        of: Compared::Time,
        less: less.time_ns()?,
        more: more.time_ns()?,
        ratio: less.speed_up_over(more)?,
        samples: samples(less)?.min(samples(more)?),
    })
}

/// Counts of one process repeat, so their ratio has no interval.
fn by_heap(less: &CaseRow, more: &CaseRow) -> Option<Comparison> {
    let peak = |row: &CaseRow| row.heap.as_ref()?.peak_bytes.filter(|peak| *peak > 0.0);
    let (of_less, of_more) = (peak(less)?, peak(more)?);
    Some(Comparison {
        size: less.case.size.clone(),
        of: Compared::HeapPeak,
        less: of_less,
        more: of_more,
        ratio: Ratio { interval: Interval::exact(of_more / of_less), paired: true },
        samples: 1,
    })
}

fn adds_nothing(row: &CaseRow) -> Missing {
    Missing {
        reason: format!(
            "an iteration of `{}` adds nothing to the memory that its process keeps",
            row.case
        ),
        remedy: "compare variants that allocate their results".to_owned(),
    }
}

/// Why two variants that agreed cannot be compared.
fn without(pair: &Pair, of: Quantity, rows: [&[&CaseRow]; 2], share_a_size: bool) -> Missing {
    let sizes = |rows: &[&CaseRow]| {
        rows.iter().map(|row| row.case.size.as_str()).collect::<Vec<_>>().join(", ")
    };
    if !share_a_size {
        let reason = format!(
            "no size has both: `{}` was run at {}, `{}` at {}",
            pair.less,
            sizes(rows[0]),
            pair.more,
            sizes(rows[1])
        );
        return Missing { reason, remedy: "measure both at one size".to_owned() };
    }
    let (what, remedy) = match of {
        Quantity::Time => ("time", "measure their times"),
        Quantity::Memory => (
            "memory that an iteration needs beside its setup's",
            "measure heap or, on Linux, peers",
        ),
    };
    let reason = format!("no record has the {what} of both `{}` and `{}`", pair.less, pair.more);
    Missing { reason, remedy: remedy.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(low: f64, estimate: f64, high: f64) -> Interval {
        Interval { low, estimate, high, confidence: 0.95 }
    }

    #[test]
    fn a_range_has_five_verdicts() {
        let range = Factor::from(100.0..=1000.0);
        assert_eq!(verdict(&of(40.0, 47.0, 52.0), range), ClaimVerdict::Fails);
        assert_eq!(verdict(&of(95.0, 104.0, 110.0), range), ClaimVerdict::Undecided);
        // The lowest quarter of a factor of ten ends at 100 * 10^0.25 = 177.8.
        assert_eq!(verdict(&of(170.0, 177.0, 180.0), range), ClaimVerdict::HoldsAtLowerEnd);
        assert_eq!(verdict(&of(170.0, 178.0, 180.0), range), ClaimVerdict::Holds);
        assert_eq!(verdict(&of(900.0, 999.0, 1200.0), range), ClaimVerdict::Holds);
        assert_eq!(verdict(&of(1001.0, 1100.0, 1200.0), range), ClaimVerdict::MoreThanClaimed);
    }

    #[test]
    fn a_single_figure_is_meant_to_a_quarter_and_an_open_range_has_no_end() {
        let about = Factor::from(2.0);
        assert_eq!(verdict(&Interval::exact(1.6), about), ClaimVerdict::Holds);
        assert_eq!(verdict(&Interval::exact(1.59), about), ClaimVerdict::Fails);
        assert_eq!(verdict(&Interval::exact(2.51), about), ClaimVerdict::MoreThanClaimed);
        let beats = Factor::from(1.0..);
        assert_eq!(verdict(&of(1.1, 1.2, 1.3), beats), ClaimVerdict::Holds);
        assert_eq!(verdict(&of(90.0, 95.0, 99.0), beats), ClaimVerdict::Holds);
        assert_eq!(verdict(&of(0.9, 1.1, 1.3), beats), ClaimVerdict::Undecided);
    }
}
