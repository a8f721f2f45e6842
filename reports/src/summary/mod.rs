//! What the tables say, computed once: a row a case, the fastest of each size, the ladder, stages.
//!
//! Renderers, charts and analysers read these and compute nothing themselves, so no two of them can
//! disagree. Nothing here is text: words, units and order of columns belong to the report.

mod ceiling;
mod claim;
mod counted;
mod growth;
mod index;
mod ladder;
mod outlook;
mod peers;
mod pipeline;
mod row;
mod scaling;
mod survey;
mod swap;
mod timing;
mod what_if;
mod work;

use std::cmp::Ordering;

use crate::{Cache, CaseId, Failure, KernelInfo, Role, Run, SizeInfo, measurer};
use index::Index;

pub use ceiling::{BEYOND_BELIEF, Ceiling, Headroom, ParallelReach, Reach};
pub use claim::{ClaimRow, ClaimVerdict, Compared, Comparison, Missing, claims};
pub use counted::CountedSize;
pub use growth::{Boundary, Curve, Growth, GrowthSize, HeapGrowth, Overtaking};
pub use ladder::Step;
pub use outlook::{Left, Next, Outlook};
pub(crate) use peers::mean_ahead;
pub use peers::{Contest, Standing, contests};
pub use pipeline::{AmdahlRow, AmdahlTable, MOST_PROBE_SHARE, StageRow, StageTable, Stages};
pub use row::{CaseRow, Heap, Status};
pub use scaling::{Grown, Scaling, ThreadsRow};
pub use survey::{Survey, SurveyPoint};
pub use swap::{Moved, Promise, SwapRow, Swaps};
pub use timing::{Ratio, Timing};
pub use what_if::{Criticality, Effect, WhatIfRow, WhatIfTable, what_if};

/// Everything the tables of a run say.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// A summary a kernel, in the run's order.
    pub kernels: Vec<KernelSummary>,
    /// What came of the claims that its kernels carry.
    pub claims: Vec<ClaimRow>,
}

/// What the tables of one kernel say.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelSummary {
    /// The kernel's id.
    pub id: String,
    /// Its measured sizes of which there are records, in the order of declaration.
    pub sizes: Vec<SizeSummary>,
    /// Which of `sizes` is the largest.
    pub largest: Option<usize>,
    /// The optimisation ladder at the largest size, lowest rung first.
    pub ladder: Vec<Step>,
    /// The stages at the largest size at which they were timed, where it is a pipeline.
    pub stages: Option<Stages>,
    /// What came of swapping one stage, where it is a pipeline and stages were swapped.
    pub swaps: Option<Swaps>,
    /// What more threads give, by size and variant.
    pub scaling: Vec<Scaling>,
    /// How its cases grow, where sizes along its axis were measured.
    pub growth: Option<Growth>,
    /// What came of the smoke sizes.
    pub smoke: Smoke,
    /// What the reference was counted to do at smoke sizes, beside what is declared.
    pub counted: Vec<CountedSize>,
    /// Declared variants of which there is no record at all.
    pub not_run: Vec<String>,
}

impl KernelSummary {
    /// The largest measured size.
    pub fn largest_size(&self) -> Option<&SizeSummary> {
        self.sizes.get(self.largest?)
    }

    /// The fastest agreed case at the largest measured size.
    pub fn winner(&self) -> Option<&CaseRow> {
        self.largest_size()?.winner()
    }

    /// The measured sizes as a report lists them: the largest first, then the last declared.
    pub fn sizes_to_read(&self) -> Vec<&SizeSummary> {
        let mut sizes: Vec<(usize, &SizeSummary)> = self.sizes.iter().enumerate().rev().collect();
        sizes.sort_by_key(|(at, _)| Some(*at) != self.largest);
        sizes.into_iter().map(|(_, size)| size).collect()
    }

    /// Every row of every measured size, those of peers after ours.
    pub fn rows_with_peers(&self) -> impl Iterator<Item = &CaseRow> {
        self.sizes.iter().flat_map(SizeSummary::rows_with_peers)
    }

    /// Every row of ours of every measured size.
    pub fn rows(&self) -> impl Iterator<Item = &CaseRow> {
        self.sizes.iter().flat_map(|size| &size.rows)
    }
}

/// One measured size.
#[derive(Debug, Clone, PartialEq)]
pub struct SizeSummary {
    /// Its label.
    pub label: String,
    /// A row a case of ours, in the order of declaration, then by threads.
    pub rows: Vec<CaseRow>,
    /// A row a case of a peer, in the same order. Whatever compares our variants with one another
    /// leaves these alone.
    pub peers: Vec<CaseRow>,
    /// Which row is the reference.
    pub reference: Option<usize>,
    /// Which row is the fastest that agreed and was timed.
    pub fastest: Option<usize>,
    /// The machine's ceilings that were measured beside it, by threads, memory first.
    pub ceilings: Vec<Ceiling>,
}

impl SizeSummary {
    /// Our rows, then those of peers.
    pub fn rows_with_peers(&self) -> impl Iterator<Item = &CaseRow> {
        self.rows.iter().chain(&self.peers)
    }

    /// The fastest agreed case.
    pub fn winner(&self) -> Option<&CaseRow> {
        self.rows.get(self.fastest?)
    }

    /// The reference's row.
    pub fn reference(&self) -> Option<&CaseRow> {
        self.rows.get(self.reference?)
    }

    /// The rows right behind the fastest that cannot be told from it, with their time over its own.
    pub fn contenders(&self) -> Vec<(&CaseRow, Ratio)> {
        let ranked = self.ranked();
        let Some((winner, rest)) = ranked.split_first() else { return Vec::new() };
        rest.iter()
            .map_while(|row| Some((*row, winner.speed_up_over(row)?)))
            .take_while(|(_, ratio)| ratio.interval.contains(1.0))
            .collect()
    }

    /// The agreed and timed rows, fastest first.
    pub fn ranked(&self) -> Vec<&CaseRow> {
        let mut rows: Vec<&CaseRow> = self.rows.iter().filter(|row| row.timing.is_some()).collect();
        rows.sort_by(|a, b| by_time(a, b));
        rows
    }
}

/// What came of checking a kernel at its smoke sizes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Smoke {
    /// The sizes' labels.
    pub sizes: Vec<String>,
    /// How many cases agreed.
    pub agreed: usize,
    /// The cases that did not, and why.
    pub failed: Vec<(CaseId, Failure)>,
}

/// Computes everything the tables of a run say.
pub fn summarise(run: &Run) -> Summary {
    let index = Index::new(run);
    let caches = &run.info.machine.caches;
    let of_kernel = |kernel| kernel_summary(kernel, caches, &index);
    let kernels = run.kernels.iter().map(of_kernel).collect();
    let mut summary = Summary { kernels, claims: Vec::new() };
    let declared = run.kernels.iter().flat_map(|kernel| &kernel.claims);
    summary.claims = claims(declared, run, &summary);
    summary
}

fn kernel_summary(kernel: &KernelInfo, caches: &[Cache], index: &Index<'_>) -> KernelSummary {
    let measured = kernel.sizes.iter().filter(|size| size.measured);
    let sizes: Vec<SizeSummary> = measured
        .map(|size| size_summary(kernel, size, index))
        .filter(|size| size.rows_with_peers().next().is_some())
        .collect();
    let largest = largest(kernel, &sizes);
    let ladder = largest.map_or_else(Vec::new, |at| ladder::climb(&sizes[at]));
    let cases = index.cases(&kernel.id);
    let not_run = kernel
        .variants
        .iter()
        .filter(|variant| {
            !cases.iter().chain(index.peers(&kernel.id)).any(|case| case.variant == variant.name)
        })
        .map(|variant| variant.name.clone())
        .collect();
    KernelSummary {
        id: kernel.id.clone(),
        stages: pipeline::stages(kernel, &sizes, index),
        swaps: swap::swaps(kernel, index),
        scaling: sizes.iter().flat_map(scaling::scaling).collect(),
        growth: growth::growth(kernel, caches, index),
        smoke: smoke(kernel, index),
        counted: counted::sizes(kernel, index),
        sizes,
        largest,
        ladder,
        not_run,
    }
}

fn size_summary(kernel: &KernelInfo, size: &SizeInfo, index: &Index<'_>) -> SizeSummary {
    let place = |case: &CaseId| {
        let at = kernel.variants.iter().position(|variant| variant.name == case.variant);
        (at.unwrap_or(usize::MAX), case.variant.clone(), case.threads)
    };
    let mut cases: Vec<&CaseId> = index
        .cases(&kernel.id)
        .iter()
        .chain(index.peers(&kernel.id))
        .copied()
        .filter(|case| case.size == size.label)
        .collect();
    cases.sort_by_key(|case| place(case));
    let mut rows: Vec<CaseRow> =
        cases.into_iter().map(|case| row::case_row(kernel, size, case, index)).collect();
    let ceilings = ceiling::ceilings(kernel, size, index);
    for row in &mut rows {
        work::refuse(row, &ceilings, index);
    }
    let reference = rows.iter().position(|row| row.role == Role::Reference);
    if let Some(reference) = reference.map(|at| rows[at].clone()) {
        for row in rows.iter_mut().filter(|row| row.role != Role::Reference) {
            row.speed_up = row.speed_up_over(&reference);
        }
    }
    let (peers, rows): (Vec<CaseRow>, Vec<CaseRow>) =
        rows.into_iter().partition(|row| row.language.is_some());
    let timed = rows.iter().enumerate().filter(|(_, row)| row.timing.is_some());
    let fastest = timed.min_by(|(_, a), (_, b)| by_time(a, b)).map(|(at, _)| at);
    SizeSummary { label: size.label.clone(), rows, peers, reference, fastest, ceilings }
}

/// Untimed rows last, the rest by their estimate.
fn by_time(a: &CaseRow, b: &CaseRow) -> Ordering {
    let time = |row: &CaseRow| row.time_ns().unwrap_or(f64::INFINITY);
    time(a).total_cmp(&time(b))
}

/// By declared work where every size declares it, else the last declared.
fn largest(kernel: &KernelInfo, sizes: &[SizeSummary]) -> Option<usize> {
    let work = |size: &SizeSummary| {
        let info = kernel.size(&size.label)?;
        info.flops.or(info.bytes)
    };
    let works: Option<Vec<f64>> = sizes.iter().map(work).collect();
    match works {
        Some(works) => (0..sizes.len()).max_by(|&a, &b| works[a].total_cmp(&works[b])),
        None => sizes.len().checked_sub(1),
    }
}

fn smoke(kernel: &KernelInfo, index: &Index<'_>) -> Smoke {
    let mut smoke = Smoke::default();
    for size in kernel.sizes.iter().filter(|size| !size.measured) {
        let cases = index.cases(&kernel.id).iter().filter(|case| case.size == size.label);
        let before = (smoke.agreed, smoke.failed.len());
        for case in cases {
            if index.measurement(case, measurer::CHECK).is_some() {
                smoke.agreed += 1;
            } else if let Some(failure) = index.failure(case, measurer::CHECK) {
                smoke.failed.push(((*case).clone(), failure.clone()));
            }
        }
        if before != (smoke.agreed, smoke.failed.len()) {
            smoke.sizes.push(size.label.clone());
        }
    }
    smoke
}
