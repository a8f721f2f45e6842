//! Where a pipeline's time goes, and what a faster stage would do to the whole.

use super::index::Index;
use super::row::Status;
use super::what_if::{WhatIfTable, what_if};
use super::{CaseRow, SizeSummary};
use crate::stats::amdahl::{self, FACTORS};
use crate::stats::{Interval, median_interval};
use crate::{CaseId, Detail, KernelInfo, Role, StageSamples, measurer};

/// From this share of a stage's own time on, what listening costs is worth a word.
pub const MOST_PROBE_SHARE: f64 = 0.05;

/// A stage of a smaller share of the iteration may be disturbed without a word.
const LEAST_DISTURBED_SHARE: f64 = 0.01;

/// The stages of a pipeline at one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Stages {
    /// The size's label.
    pub size: String,
    /// A table a case, in the order of declaration.
    pub tables: Vec<StageTable>,
    /// Amdahl's law applied to the reference; none where the reference has no stage times.
    pub amdahl: Option<AmdahlTable>,
    /// Experiments that move a stage, a table a case.
    pub what_if: Vec<WhatIfTable>,
}

impl Stages {
    /// The table of a case.
    pub fn table(&self, case: &CaseId) -> Option<&StageTable> {
        self.tables.iter().find(|table| table.case == *case)
    }
}

/// The stages of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct StageTable {
    /// The case.
    pub case: CaseId,
    /// A whole iteration with the spans on, in nanoseconds.
    pub total_ns: Interval,
    /// The stages, in the order in which they are first entered.
    pub stages: Vec<StageRow>,
    /// The time in no stage at all.
    pub outside: Option<StageRow>,
    /// What one span costs, in nanoseconds.
    pub span_cost_ns: f64,
}

impl StageTable {
    /// The stage with the largest share.
    pub fn bottleneck(&self) -> Option<&StageRow> {
        self.stages.iter().max_by(|a, b| a.share.estimate.total_cmp(&b.share.estimate))
    }

    /// The stages of whose own time listening takes more than [`MOST_PROBE_SHARE`], where they are a
    /// part of the iteration that matters.
    pub fn disturbed(&self) -> impl Iterator<Item = &StageRow> {
        self.stages.iter().filter(|stage| {
            stage.probe_share > MOST_PROBE_SHARE && stage.share.estimate >= LEAST_DISTURBED_SHARE
        })
    }
}

/// One stage of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRow {
    /// Its name.
    pub name: String,
    /// Its part of the critical path, in nanoseconds.
    pub critical_ns: Interval,
    /// Time in it while no stage within it runs, in nanoseconds: the union over threads.
    pub self_ns: Interval,
    /// Time from entry to exit, in nanoseconds: the union over threads and calls.
    pub total_ns: Interval,
    /// CPU time of all threads in it and in no stage within it, in nanoseconds, where it was read.
    pub cpu_ns: Option<Interval>,
    /// Its part of the critical path as a fraction of the iteration that belongs to; with the time
    /// outside every stage these sum to 1 in each iteration.
    pub share: Interval,
    /// The samples of that share, one an iteration.
    pub shares: Vec<f64>,
    /// Times it is entered, per iteration.
    pub calls: f64,
    /// At most this fraction of its self time is what listening to it and to the stages directly
    /// within it costs.
    pub probe_share: f64,
    /// Heap blocks per iteration, where counted.
    pub heap_blocks: Option<f64>,
    /// Heap bytes per iteration, where counted.
    pub heap_bytes: Option<f64>,
}

/// What making one stage faster would do to the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct AmdahlTable {
    /// The case whose shares are used.
    pub case: CaseId,
    /// The denominator of the shares: a whole iteration, in nanoseconds.
    pub total_ns: Interval,
    /// A row a stage.
    pub rows: Vec<AmdahlRow>,
}

/// Amdahl's law for one stage.
#[derive(Debug, Clone, PartialEq)]
pub struct AmdahlRow {
    /// The stage.
    pub stage: String,
    /// Its part of the critical path, in nanoseconds.
    pub critical_ns: Interval,
    /// Its share, as a fraction.
    pub share: Interval,
    /// The overall speed-up for each of [`FACTORS`].
    pub speed_ups: [Interval; FACTORS.len()],
}

/// The stage tables of the largest size that has any.
pub(super) fn stages(
    kernel: &KernelInfo,
    sizes: &[SizeSummary],
    index: &Index<'_>,
) -> Option<Stages> {
    if kernel.stages.is_empty() {
        return None;
    }
    sizes.iter().rev().find_map(|size| {
        let agreed: Vec<&CaseRow> =
            size.rows.iter().filter(|row| row.status == Status::Agreed).collect();
        let tables: Vec<StageTable> =
            agreed.iter().filter_map(|row| table(&row.case, index)).collect();
        let reference = agreed.iter().find(|row| row.role == Role::Reference);
        let amdahl = reference
            .and_then(|row| tables.iter().find(|table| table.case == row.case))
            .and_then(amdahl_table);
        let experiment = |row: &&CaseRow| {
            let Detail::WhatIf(measured) = &index.measurement(&row.case, measurer::WHAT_IF)?.detail
            else {
                return None;
            };
            Some(what_if(Some(row.case.clone()), measured))
        };
        let what_if = agreed.iter().filter_map(experiment).collect();
        let size = size.label.clone();
        (!tables.is_empty()).then_some(Stages { size, tables, amdahl, what_if })
    })
}

fn table(case: &CaseId, index: &Index<'_>) -> Option<StageTable> {
    let Detail::Stages(measured) = &index.measurement(case, measurer::STAGES)?.detail else {
        return None;
    };
    let total = &measured.total_ns;
    let cost_ns = measured.span_cost_ns;
    let stages: Vec<StageRow> =
        measured.stages.iter().filter_map(|stage| stage_row(stage, total, cost_ns)).collect();
    let outside: Vec<f64> = total
        .iter()
        .enumerate()
        .map(|(at, whole)| {
            let inside: f64 =
                measured.stages.iter().filter_map(|stage| critical_ns(stage).get(at)).sum();
            (whole - inside).max(0.0)
        })
        .collect();
    let outside = StageSamples {
        name: "outside every stage".to_owned(),
        self_ns: outside.clone(),
        total_ns: outside.clone(),
        critical_ns: outside,
        cpu_ns: measured.outside_cpu_ns.clone(),
        ..StageSamples::default()
    };
    Some(StageTable {
        case: case.clone(),
        total_ns: median_interval(total)?,
        stages,
        outside: stage_row(&outside, total, cost_ns),
        span_cost_ns: cost_ns,
    })
}

/// A stage's part of the critical path; its self time in records that do not have it, in which every
/// stage is on one thread.
fn critical_ns(stage: &StageSamples) -> &[f64] {
    if stage.critical_ns.is_empty() { &stage.self_ns } else { &stage.critical_ns }
}

fn stage_row(stage: &StageSamples, whole_ns: &[f64], cost_ns: f64) -> Option<StageRow> {
    let shares = amdahl::shares(critical_ns(stage), whole_ns);
    let self_ns = median_interval(&stage.self_ns)?;
    let probe_ns = cost_ns * (stage.calls + stage.inner_calls);
    let probe_share = if self_ns.estimate > 0.0 { probe_ns / self_ns.estimate } else { 0.0 };
    Some(StageRow {
        name: stage.name.clone(),
        critical_ns: median_interval(critical_ns(stage))?,
        self_ns,
        total_ns: median_interval(&stage.total_ns)?,
        cpu_ns: median_interval(&stage.cpu_ns),
        share: median_interval(&shares)?,
        shares,
        calls: stage.calls,
        probe_share: probe_share.min(1.0),
        heap_blocks: stage.heap_blocks,
        heap_bytes: stage.heap_bytes,
    })
}

fn amdahl_table(table: &StageTable) -> Option<AmdahlTable> {
    let rows: Option<Vec<AmdahlRow>> = table
        .stages
        .iter()
        .map(|stage| {
            let speed_up = |factor| amdahl::overall_speed_up_interval(&stage.shares, factor);
            let [a, b, c, d] = FACTORS.map(speed_up);
            Some(AmdahlRow {
                stage: stage.name.clone(),
                critical_ns: stage.critical_ns,
                share: stage.share,
                speed_ups: [a?, b?, c?, d?],
            })
        })
        .collect();
    Some(AmdahlTable { case: table.case.clone(), total_ns: table.total_ns, rows: rows? })
}
