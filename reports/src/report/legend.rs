//! What the columns mean, from the metrics' own legends.

use super::{Report, kernel};
use crate::document::{Block, Document, Text};
use crate::{Metric, Unit, format, stats};

/// Its heading.
pub(super) const TITLE: &str = "Legend";

pub(super) fn section(report: &Report<'_>, document: &mut Document) {
    document.heading(2, TITLE);
    let mut points: Vec<Text> = vec![
        Text::from(format!(
            "[low, high]: covers the true median with {} confidence, from order statistics of the \
             samples; a row with too few samples says what its interval reaches",
            format::confidence(stats::CONFIDENCE)
        )),
        Text::from(
            "an empty cell: not measured, or nothing to measure; the reasons are under Not measured",
        ),
        Text::from(
            "speed-up: median over pairs of samples taken in turn of the reference's time over \
             the variant's",
        ),
        kernel::unpaired_legend(),
        Text::from(
            "GFLOP/s and GB/s: the compulsory operations and bytes of the kernel over the time, \
             whatever the variant really does",
        ),
        Text::from(
            "of the ceiling, share of the ceiling: the time of the compulsory work at the machine's \
             measured ceiling, on as many threads, over the time of the variant",
        ),
        Text::from(
            "largest error: the largest difference from the reference; used of what is allowed: the \
             largest share that any difference uses of what agreement allows at its place",
        ),
        Text::from(
            "heap blocks, bytes, peak: of an iteration after the first; what the first allocates is \
             shown where it differs",
        ),
    ];
    let carried = |metric: &&Metric| {
        let records = report.run.records.iter();
        records
            .filter_map(|record| match &record.outcome {
                crate::Outcome::Measured(measurement) => Some(measurement),
                _ => None,
            })
            .any(|measurement| measurement.series.iter().any(|s| s.metric == metric.id))
    };
    for metric in Metric::all().iter().filter(carried) {
        let unit = match metric.unit {
            Unit::Nanoseconds => "time",
            Unit::Bytes => "bytes",
            Unit::Blocks => "blocks",
            Unit::Count => "a count",
        };
        points.push(Text::code(metric.id).then(format!(" ({unit}): {}", metric.legend)));
    }
    document.blocks.push(Block::List(points));
}
