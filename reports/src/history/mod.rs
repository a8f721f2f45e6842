//! History: how each case did over the commits, as ratios to one pinned build, the anchor.
//!
//! An [`Entry`] is what one machine measured of one case at one commit. A [`History`] is many of them
//! as series by machine and case, which are never mixed; [`analyse`] finds where a series moved to
//! another level. Nothing here opens a file or measures.

mod changes;
mod collect;
mod document;
mod from_gate;

pub use changes::{ALPHA, Analysed, Analysis, Change, Level, analyse};
pub use collect::{Collector, Commit, History, Point, Series, SeriesKey};
pub use document::{history_files, history_summary};
pub use from_gate::{Place, entries, machine_key};

use std::borrow::Cow;

use crate::stats::Interval;

/// What one machine measured of one case at one commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// The commit's hash, shortened.
    pub commit: Cow<'a, str>,
    /// When it was committed, UTC, RFC 3339: the order of a series.
    pub committed: Cow<'a, str>,
    /// When it was measured, UTC, RFC 3339.
    pub measured: Cow<'a, str>,
    /// The kind of machine, see [`machine_key`].
    pub machine: Cow<'a, str>,
    /// The bench target.
    pub suite: Cow<'a, str>,
    /// The build that it is a ratio to: its commit, or a checksum of its program.
    pub anchor: Cow<'a, str>,
    /// The case, as it prints.
    pub case: Cow<'a, str>,
    /// The metric's id.
    pub metric: Cow<'a, str>,
    /// The natural logarithm of the commit's value over the anchor's, with its interval.
    pub ln_ratio: Interval,
    /// Launches that it comes from.
    pub launches: usize,
    /// The anchor's value, in nanoseconds: beside the ratio, never in its place.
    pub anchor_ns: f64,
}
