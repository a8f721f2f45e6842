//! Two runs side by side: what seems to have changed, and how little that proves.
//!
//! Runs minutes apart differ by far more than their intervals say, since the machine drifts in
//! between. So this gives hints and no verdict: a verdict needs two builds measured in turn.

mod document;

use std::collections::{HashMap, HashSet};

pub use document::comparison_document;

use crate::stats::{Interval, unpaired_ratio};
use crate::summary::{CaseRow, KernelSummary, Status, summarise};
use crate::{CaseId, Run, RunInfo};

/// How much two runs of unchanged code differ, as a ratio of medians: separate runs of one kernel
/// were seen to spread by half on virtual machines, so a smaller change is no hint of anything.
pub const BETWEEN_RUNS: f64 = 1.5;

/// Why two runs were not compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// They were made on different machines.
    #[error(
        "the runs were made on different machines ({base}; {head}), so their times say nothing of \
         the code: measure both on one machine, or force the comparison"
    )]
    DifferentMachines {
        /// The base's machine.
        base: String,
        /// The head's machine.
        head: String,
    },
}

/// Two runs, case by case.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// When, where and with what the base was made.
    pub base: RunInfo,
    /// When, where and with what the head was made.
    pub head: RunInfo,
    /// Whether they were made on different machines and compared all the same.
    pub across_machines: bool,
    /// The cases timed in both, in the head's order.
    pub cases: Vec<CaseChange>,
    /// The cases in both that cannot be compared, and why.
    pub incomparable: Vec<(CaseId, String)>,
    /// The cases of the base alone.
    pub only_base: Vec<CaseId>,
    /// The cases of the head alone.
    pub only_head: Vec<CaseId>,
}

/// One case in both runs.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseChange {
    /// The case.
    pub case: CaseId,
    /// Its time in the base, in nanoseconds.
    pub base_ns: Interval,
    /// Its time in the head, in nanoseconds.
    pub head_ns: Interval,
    /// The head's time over the base's, unpaired: blind to what the machine did in between.
    pub ratio: Interval,
    /// What the ratio hints at.
    pub hint: Hint,
    /// Heap blocks of an iteration, base and head, where both were counted.
    pub heap_blocks: Option<(f64, f64)>,
    /// Heap bytes of an iteration, base and head, where both were counted.
    pub heap_bytes: Option<(f64, f64)>,
    /// Instructions of an iteration, base and head, where both were counted.
    pub instructions: Option<(f64, f64)>,
}

/// What a ratio of two runs hints at; never a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// The head may be slower.
    Slower,
    /// The head may be faster.
    Faster,
    /// No more than unchanged code shows.
    WithinNoise,
}

impl Hint {
    /// The word for it, with its question mark.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Slower => "slower?",
            Self::Faster => "faster?",
            Self::WithinNoise => "within noise",
        }
    }

    /// Beyond what runs differ by anyway, and beyond what the samples leave open.
    fn of(ratio: &Interval) -> Self {
        if ratio.is_above(1.0) && ratio.estimate > BETWEEN_RUNS {
            Self::Slower
        } else if ratio.is_below(1.0) && ratio.estimate < BETWEEN_RUNS.recip() {
            Self::Faster
        } else {
            Self::WithinNoise
        }
    }
}

/// Compares two runs case by case.
///
/// # Errors
///
/// [`CompareError::DifferentMachines`], unless forced.
pub fn compare(base: &Run, head: &Run, force: bool) -> Result<Comparison, CompareError> {
    let across_machines = !base.info.machine.is_comparable_with(&head.info.machine);
    if across_machines && !force {
        return Err(CompareError::DifferentMachines {
            base: document::machine(&base.info.machine),
            head: document::machine(&head.info.machine),
        });
    }
    let (base_rows, head_rows) = (rows(base), rows(head));
    let by_case: HashMap<&CaseId, &CaseRow> =
        base_rows.iter().map(|row| (&row.case, row)).collect();
    let in_head: HashSet<&CaseId> = head_rows.iter().map(|row| &row.case).collect();
    let mut comparison = Comparison {
        base: base.info.clone(),
        head: head.info.clone(),
        across_machines,
        cases: Vec::new(),
        incomparable: Vec::new(),
        only_base: base_rows
            .iter()
            .filter(|row| !in_head.contains(&row.case))
            .map(|row| row.case.clone())
            .collect(),
        only_head: Vec::new(),
    };
    for row in &head_rows {
        match by_case.get(&row.case) {
            None => comparison.only_head.push(row.case.clone()),
            Some(before) => match change(before, row) {
                Ok(change) => comparison.cases.push(change),
                Err(why) => comparison.incomparable.push((row.case.clone(), why)),
            },
        }
    }
    Ok(comparison)
}

fn rows(run: &Run) -> Vec<CaseRow> {
    let summary = summarise(run);
    summary.kernels.iter().flat_map(KernelSummary::rows).cloned().collect()
}

/// The change of one case, or why there is none to speak of.
fn change(base: &CaseRow, head: &CaseRow) -> Result<CaseChange, String> {
    let base_time = base.timing.as_ref().ok_or_else(|| untimed("base", base))?;
    let head_time = head.timing.as_ref().ok_or_else(|| untimed("head", head))?;
    let ratio = unpaired_ratio(&head_time.samples_ns, &base_time.samples_ns)
        .ok_or_else(|| "there are no samples".to_owned())?;
    let heap = base.heap.zip(head.heap);
    Ok(CaseChange {
        case: head.case.clone(),
        base_ns: base_time.time_ns,
        head_ns: head_time.time_ns,
        ratio,
        hint: Hint::of(&ratio),
        heap_blocks: heap.map(|(base, head)| (base.blocks, head.blocks)),
        heap_bytes: heap.and_then(|(base, head)| base.bytes.zip(head.bytes)),
        instructions: base.instructions.zip(head.instructions),
    })
}

fn untimed(side: &str, row: &CaseRow) -> String {
    match &row.status {
        Status::Agreed => format!("not timed in the {side}"),
        Status::Failed { failure, .. } => {
            format!("{} in the {side}: {}", failure.kind.label(), failure.reason)
        }
        Status::NotChecked { reason, remedy } => {
            format!("not checked in the {side}: {reason}; {remedy}")
        }
    }
}
