//! The summary table: a row a kernel, with its fastest variant.

use super::Report;
use super::words::{error_text, maybe_speed_up, variant_text};
use crate::document::{Block, Column, Document, Table, Text, anchor};
use crate::format;
use crate::summary::{CaseRow, KernelSummary, Status};

/// The summary chart's path.
pub(super) const CHART: &str = "charts/summary.svg";

pub(super) fn section(report: &Report<'_>, document: &mut Document) {
    document.heading(2, "Summary");
    document.paragraph(
        "The fastest variant of each kernel at its largest measured size, among those whose \
         results agree with the reference.",
    );
    let mut table = Table::new([
        Column::left("kernel"),
        Column::left("size"),
        Column::left("fastest"),
        Column::right("time"),
        Column::right("speed-up over the reference"),
        Column::right("heap blocks an iteration"),
        Column::right("heap bytes an iteration"),
        Column::left("worst disagreement, of what is allowed"),
        Column::left("failed"),
    ]);
    for kernel in &report.summary.kernels {
        table.row(row(kernel));
    }
    document.blocks.push(Block::Table(table.without_empty_columns()));
    if crate::chart::summary(&report.summary).is_some() {
        document.blocks.push(Block::Image {
            alt: "Speed-up of each kernel's fastest variant over its reference".to_owned(),
            path: CHART.to_owned(),
            caption: Text::from(
                "How many times as fast as its reference the fastest variant of each kernel is.",
            ),
        });
    }
}

fn row(kernel: &KernelSummary) -> Vec<Text> {
    let name = Text::link(&kernel.id, format!("#{}", anchor(&kernel.id)));
    let Some(winner) = kernel.winner() else {
        let size = kernel.largest_size().map(|size| size.label.as_str()).unwrap_or_default();
        let mut cells = vec![name, Text::from(size), Text::from("none could be ranked")];
        cells.resize(8, Text::default());
        cells.push(failed(kernel));
        return cells;
    };
    let time = winner.timing.as_ref().map(|timing| format::time_interval(&timing.time_ns));
    let heap = winner.heap.as_ref();
    vec![
        name,
        Text::from(winner.case.size.as_str()),
        variant_text(&winner.case),
        Text::from(time.unwrap_or_default()),
        maybe_speed_up(winner.speed_up.as_ref()),
        Text::from(heap.map(|heap| format::count(heap.blocks)).unwrap_or_default()),
        Text::from(heap.and_then(|heap| heap.bytes).map(format::bytes).unwrap_or_default()),
        worst(kernel),
        failed(kernel),
    ]
}

/// The agreed case that came closest to its tolerance.
fn worst(kernel: &KernelSummary) -> Text {
    let agreed = kernel.rows().filter_map(|row| Some((row, row.agreement.as_ref()?)));
    let Some((row, agreement)) = agreed.max_by(|a, b| a.1.used.total_cmp(&b.1.used)) else {
        return Text::default();
    };
    if agreement.error == 0.0 {
        return Text::from("0");
    }
    Text::from(format!("{}, ", error_text(agreement))).then(Text::code(&row.case.variant))
}

fn failed(kernel: &KernelSummary) -> Text {
    let is_failed = |row: &&CaseRow| matches!(row.status, Status::Failed { .. });
    let mut names: Vec<&str> =
        kernel.rows().filter(is_failed).map(|row| row.case.variant.as_str()).collect();
    names.extend(kernel.smoke.failed.iter().map(|(case, _)| case.variant.as_str()));
    names.sort_unstable();
    names.dedup();
    names.iter().enumerate().fold(Text::default(), |text, (at, name)| {
        text.then(if at > 0 { ", " } else { "" }).then(Text::code(*name))
    })
}
