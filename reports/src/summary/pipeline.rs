//! Where a pipeline's time goes, and what a faster stage would do to the whole.

use super::index::Index;
use super::row::Status;
use super::{CaseRow, SizeSummary};
use crate::stats::amdahl::{self, FACTORS};
use crate::stats::{Interval, median_interval};
use crate::{CaseId, Detail, KernelInfo, Role, measurer};

/// The stages of a pipeline at one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Stages {
    /// The size's label.
    pub size: String,
    /// A table a case, in the order of declaration.
    pub tables: Vec<StageTable>,
    /// Amdahl's law applied to the reference; none where the reference has no stage times.
    pub amdahl: Option<AmdahlTable>,
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
}

/// One stage of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRow {
    /// Its name.
    pub name: String,
    /// Time in it and in no stage within it, in nanoseconds.
    pub self_ns: Interval,
    /// Time from entry to exit, in nanoseconds.
    pub total_ns: Interval,
    /// Self time as a fraction of the iteration it belongs to.
    pub share: Interval,
    /// The samples of that share, one an iteration.
    pub shares: Vec<f64>,
    /// Times it is entered, per iteration.
    pub calls: f64,
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
    /// Its self time, in nanoseconds.
    pub self_ns: Interval,
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
        (!tables.is_empty()).then(|| Stages { size: size.label.clone(), tables, amdahl })
    })
}

fn table(case: &CaseId, index: &Index<'_>) -> Option<StageTable> {
    let Detail::Stages(measured) = &index.measurement(case, measurer::STAGES)?.detail else {
        return None;
    };
    let total = &measured.total_ns;
    let stages: Vec<StageRow> = measured
        .stages
        .iter()
        .filter_map(|stage| {
            let mut row = stage_row(&stage.name, &stage.self_ns, &stage.total_ns, total)?;
            row.calls = stage.calls;
            row.heap_blocks = stage.heap_blocks;
            row.heap_bytes = stage.heap_bytes;
            Some(row)
        })
        .collect();
    let outside: Vec<f64> = total
        .iter()
        .enumerate()
        .map(|(at, whole)| {
            let inside: f64 =
                measured.stages.iter().filter_map(|stage| stage.self_ns.get(at)).sum();
            (whole - inside).max(0.0)
        })
        .collect();
    Some(StageTable {
        case: case.clone(),
        total_ns: median_interval(total)?,
        stages,
        outside: stage_row("outside every stage", &outside, &outside, total),
        span_cost_ns: measured.span_cost_ns,
    })
}

fn stage_row(name: &str, self_ns: &[f64], total_ns: &[f64], whole_ns: &[f64]) -> Option<StageRow> {
    let shares = amdahl::shares(self_ns, whole_ns);
    Some(StageRow {
        name: name.to_owned(),
        self_ns: median_interval(self_ns)?,
        total_ns: median_interval(total_ns)?,
        share: median_interval(&shares)?,
        shares,
        calls: 1.0,
        heap_blocks: None,
        heap_bytes: None,
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
                self_ns: stage.self_ns,
                share: stage.share,
                speed_ups: [a?, b?, c?, d?],
            })
        })
        .collect();
    Some(AmdahlTable { case: table.case.clone(), total_ns: table.total_ns, rows: rows? })
}
