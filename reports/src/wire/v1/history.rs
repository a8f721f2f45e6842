//! Version 1 of a line of a history.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::history::Entry;
use crate::stats::{CONFIDENCE, Interval};

/// The version of [`HistoryLine`].
pub(in crate::wire) const HISTORY_VERSION: u64 = 1;

/// Ratios are written to so many digits after the point, a hundred thousandth of a per cent: a line is
/// read back as it was written.
const STEPS: f64 = 1e7;

/// Nanoseconds are written to so many parts of one.
const STEPS_OF_NS: f64 = 1e3;

/// What of a line every version has.
#[derive(Deserialize)]
pub(in crate::wire) struct HistoryBanner {
    pub history: u64,
}

/// A line; see [`Entry`]. The order of fields is the order of lines.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::wire) struct HistoryLine<'a> {
    pub history: u64,
    #[serde(borrow)]
    committed: Cow<'a, str>,
    #[serde(borrow)]
    commit: Cow<'a, str>,
    #[serde(borrow)]
    machine: Cow<'a, str>,
    #[serde(borrow)]
    suite: Cow<'a, str>,
    #[serde(borrow)]
    anchor: Cow<'a, str>,
    #[serde(borrow)]
    case: Cow<'a, str>,
    #[serde(borrow)]
    metric: Cow<'a, str>,
    #[serde(borrow)]
    measured: Cow<'a, str>,
    pub ln_ratio: f64,
    pub low: f64,
    pub high: f64,
    launches: usize,
    anchor_ns: f64,
}

impl<'a> HistoryLine<'a> {
    pub fn new(entry: &'a Entry<'_>) -> Self {
        let rounded = |value: f64| (value * STEPS).round() / STEPS;
        Self {
            history: HISTORY_VERSION,
            committed: Cow::Borrowed(&entry.committed),
            commit: Cow::Borrowed(&entry.commit),
            machine: Cow::Borrowed(&entry.machine),
            suite: Cow::Borrowed(&entry.suite),
            anchor: Cow::Borrowed(&entry.anchor),
            case: Cow::Borrowed(&entry.case),
            metric: Cow::Borrowed(&entry.metric),
            measured: Cow::Borrowed(&entry.measured),
            ln_ratio: rounded(entry.ln_ratio.estimate),
            low: rounded(entry.ln_ratio.low),
            high: rounded(entry.ln_ratio.high),
            launches: entry.launches,
            anchor_ns: (entry.anchor_ns * STEPS_OF_NS).round() / STEPS_OF_NS,
        }
    }
}

impl<'a> From<HistoryLine<'a>> for Entry<'a> {
    fn from(line: HistoryLine<'a>) -> Self {
        Self {
            commit: line.commit,
            committed: line.committed,
            measured: line.measured,
            machine: line.machine,
            suite: line.suite,
            anchor: line.anchor,
            case: line.case,
            metric: line.metric,
            ln_ratio: Interval {
                low: line.low,
                estimate: line.ln_ratio,
                high: line.high,
                confidence: CONFIDENCE,
            },
            launches: line.launches,
            anchor_ns: line.anchor_ns,
        }
    }
}
