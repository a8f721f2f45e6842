//! Promises by Amdahl's law that the swapped pipeline did not keep.

use super::Analyser;
use crate::format;
use crate::summary::{Moved, Promise, Summary, SwapRow};
use crate::{Finding, Run, Severity};

/// Reports each swapped stage that gave the whole another time than its gain alone promised.
pub(super) struct Prediction;

impl Analyser for Prediction {
    fn id(&self) -> &'static str {
        "prediction"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let rows = summary.swaps().flat_map(|swaps| &swaps.rows);
        rows.filter(|row| row.verdict == Promise::Broken).map(|row| self.of_row(row)).collect()
    }
}

impl Prediction {
    fn of_row(&self, row: &SwapRow) -> Finding {
        let message = format!(
            "`{}` takes {} the time that swapping `{}` alone promises: {}",
            row.case,
            format::ratio(row.off.estimate),
            row.swapped.stage,
            cause(row)
        );
        Finding::about(self.id(), Severity::Note, &row.case, message)
            .with("promised", format::time_interval(&row.predicted_ns))
            .with("measured", format::time_interval(&row.measured_ns))
            .with("measured over promised", format::ratio_interval(&row.off))
    }
}

/// How many times as many page faults are an explanation.
const MANY_TIMES: f64 = 1.5;
/// Fewer page faults than this cost no time that shows: each takes the order of a microsecond.
pub(crate) const FEW_FAULTS: f64 = 100.0;

/// In words: which stages take another time than promised, and what is known of why.
pub(crate) fn cause(row: &SwapRow) -> String {
    let Some(first) = row.moved.first() else {
        return "no stage alone explains the difference".to_owned();
    };
    let parts: Vec<String> = row.moved.iter().map(part).collect();
    let is_itself = first.stage.as_deref() == Some(row.swapped.stage.as_str());
    let more = first.extra_ns.estimate > 0.0;
    let why = match (page_faults(row), is_itself, more) {
        (Some(faults), _, _) => faults,
        (None, true, true) => "likely the caches: alone it finds its input there".to_owned(),
        (None, true, false) => {
            "likely the caches: what runs before it leaves its input there".to_owned()
        }
        (None, false, true) => {
            format!(
                "likely left to it by `{}`: work undone, or a value laid out otherwise",
                row.swapped.stage
            )
        }
        (None, false, false) => {
            format!("likely done for it by `{}`, or a value laid out better", row.swapped.stage)
        }
    };
    format!("{}; {why}", format::list(&parts))
}

fn part(moved: &Moved) -> String {
    let place = moved
        .stage
        .as_ref()
        .map_or_else(|| "the time outside every stage".to_owned(), |stage| format!("`{stage}`"));
    let extra = moved.extra_ns;
    let (word, extra) = if extra.estimate > 0.0 {
        ("more", extra)
    } else {
        ("less", extra.map_decreasing(|extra| -extra))
    };
    format!("{place} takes {} {word} than promised", format::time_interval(&extra))
}

fn page_faults(row: &SwapRow) -> Option<String> {
    let [was, is] = row.faults?;
    let more = row.off.estimate > 1.0;
    let (less, many) = if more { (was, is) } else { (is, was) };
    (many - less >= FEW_FAULTS && many >= MANY_TIMES * less).then(|| {
        format!(
            "page faults go from {} to {} an iteration, so the allocator is likely part of it",
            format::count(was),
            format::count(is)
        )
    })
}
