//! One row a case and metric, for spreadsheets and scripts.
//!
//! Columns: `kernel, variant, size, threads, measurer, metric, unit, samples, estimate, low, high,
//! confidence, outcome, reason`. Values are per iteration and in the metric's own unit; the
//! estimate is the median. A case without figures has one row with its outcome and reason and
//! empty figures. Quoting is RFC 4180's, line ends are line feeds.

use super::Renderer;
use crate::stats::median_interval;
use crate::{Metric, Outcome, Record, Report, Series, Unit};

const HEADER: [&str; 14] = [
    "kernel",
    "variant",
    "size",
    "threads",
    "measurer",
    "metric",
    "unit",
    "samples",
    "estimate",
    "low",
    "high",
    "confidence",
    "outcome",
    "reason",
];

/// Writes `report.csv`.
pub(super) struct Csv;

impl Renderer for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn file_name(&self) -> &'static str {
        "report.csv"
    }

    fn render(&self, report: &Report<'_>) -> String {
        let mut text = HEADER.join(",");
        text.push('\n');
        for record in &report.run.records {
            for cells in rows(record) {
                let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
                text.push_str(&cells.join(","));
                text.push('\n');
            }
        }
        text
    }
}

fn rows(record: &Record) -> Vec<Vec<String>> {
    let row = |figures: [String; 7], outcome: &str, reason: &str| {
        let case = &record.case;
        let mut cells = vec![
            case.kernel.clone(),
            case.variant.clone(),
            case.size.clone(),
            case.threads.to_string(),
            record.measurer.clone(),
        ];
        cells.extend(figures);
        cells.extend([outcome.to_owned(), reason.to_owned()]);
        cells
    };
    match &record.outcome {
        Outcome::Measured(measurement) if measurement.series.is_empty() => {
            vec![row(Default::default(), "measured", &measurement.notes.join("; "))]
        }
        Outcome::Measured(measurement) => measurement
            .series
            .iter()
            .map(|series| row(figures(series), "measured", &measurement.notes.join("; ")))
            .collect(),
        Outcome::Failed(failure) => {
            vec![row(Default::default(), failure.kind.label(), &failure.reason)]
        }
        Outcome::NotMeasured { reason, remedy } => {
            vec![row(Default::default(), "not measured", &format!("{reason}; {remedy}"))]
        }
    }
}

fn figures(series: &Series) -> [String; 7] {
    let unit = Metric::by_id(&series.metric).map_or("", |metric| match metric.unit {
        Unit::Nanoseconds => "ns",
        Unit::Bytes => "B",
        Unit::Blocks => "blocks",
        Unit::Count => "count",
    });
    let interval = median_interval(&series.per_iteration());
    let [estimate, low, high, confidence] = interval.map_or_else(Default::default, |interval| {
        [interval.estimate, interval.low, interval.high, interval.confidence]
            .map(|value| value.to_string())
    });
    let samples = series.totals.len().to_string();
    [series.metric.clone(), unit.to_owned(), samples, estimate, low, high, confidence]
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_with_commas_and_quotes_are_quoted() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
    }
}
