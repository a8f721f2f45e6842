//! The lines of libtest's and criterion's `bencher` format, which many trackers read.

use super::{GateRun, Judgement};
use crate::format;

/// One line a case with a figure: `test NAME ... bench: N ns/iter (+/- N)`. The time is the head's,
/// the base's median scaled by the paired change; `+/-` is half the width of its interval.
pub fn bencher_lines(run: &GateRun, judgement: &Judgement) -> String {
    let lines = run.cases.iter().zip(&judgement.cases).filter_map(|(case, result)| {
        let change = result.time.change?;
        let ns = case.time.base_ns;
        let head = whole(ns * (1.0 + change.estimate));
        let spread = whole(ns * (change.high - change.low) / 2.0);
        let name = &case.time.case;
        Some(format!("test {name} ... bench: {head:>11} ns/iter (+/- {spread})\n"))
    });
    lines.collect()
}

fn whole(ns: f64) -> String {
    format::count(ns.round())
}
