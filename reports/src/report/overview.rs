//! The summary table: a row a kernel, with its fastest variant.

use super::Report;
use super::words::{error_text, maybe_speed_up, variant_text};
use crate::document::{Block, Column, Document, Table, Text, anchor};
use crate::summary::{CaseRow, Heap, KernelSummary, SizeSummary, Status};
use crate::{Role, format};

/// The summary chart's path.
pub(super) const CHART: &str = "charts/summary.svg";

pub(super) fn section(report: &Report<'_>, document: &mut Document) {
    table(report, document);
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

/// The table without its chart.
pub(super) fn table(report: &Report<'_>, document: &mut Document) {
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
        Column::right("speed-up over reference"),
        Column::right("heap an iteration"),
        Column::left("worst error, of allowed"),
        Column::left("failed"),
    ]);
    for kernel in &report.summary.kernels {
        table.row(row(kernel));
    }
    document.blocks.push(Block::Table(table.without_empty_columns()));
}

fn row(kernel: &KernelSummary) -> Vec<Text> {
    let name = Text::link(&kernel.id, format!("#{}", anchor(&kernel.id)));
    let Some(winner) = kernel.winner() else {
        let size = kernel.largest_size().map(|size| size.label.as_str()).unwrap_or_default();
        let none = if kernel.sizes.is_empty() {
            "no measured size in this run"
        } else {
            "none could be ranked"
        };
        let mut cells = vec![name, Text::from(size), Text::from(none)];
        cells.resize(7, Text::default());
        cells.push(failed(kernel));
        return cells;
    };
    let time = winner.timing.as_ref().map(|timing| format::time_interval(&timing.time_ns));
    vec![
        name,
        Text::from(winner.case.size.as_str()),
        fastest(kernel, winner),
        Text::from(time.unwrap_or_default()),
        if winner.role == Role::Reference {
            Text::from("is the reference")
        } else {
            maybe_speed_up(winner.speed_up.as_ref())
        },
        Text::from(winner.heap.as_ref().map(heap).unwrap_or_default()),
        worst(kernel),
        failed(kernel),
    ]
}

/// The fastest case and those that cannot be told from it.
fn fastest(kernel: &KernelSummary, winner: &CaseRow) -> Text {
    let contenders = kernel.largest_size().map(SizeSummary::contenders).unwrap_or_default();
    contenders.iter().fold(variant_text(&winner.case), |text, (row, _)| {
        text.then(" or ").then(variant_text(&row.case))
    })
}

fn heap(heap: &Heap) -> String {
    let bytes = heap.bytes.map(|bytes| format!(", {}", format::bytes(bytes)));
    let noun = if heap.blocks == 1.0 { "block" } else { "blocks" };
    format!("{} {noun}{}", format::count(heap.blocks), bytes.unwrap_or_default())
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
    Text::from(format!("{} (", error_text(agreement))).then(Text::code(&row.case.variant)).then(")")
}

fn failed(kernel: &KernelSummary) -> Text {
    let is_failed = |row: &&CaseRow| matches!(row.status, Status::Failed { .. });
    let mut names: Vec<&str> =
        kernel.rows_with_peers().filter(is_failed).map(|row| row.name.as_str()).collect();
    names.extend(kernel.smoke.failed.iter().map(|(case, _)| case.variant.as_str()));
    names.sort_unstable();
    names.dedup();
    names.iter().enumerate().fold(Text::default(), |text, (at, name)| {
        text.then(if at > 0 { ", " } else { "" }).then(Text::code(*name))
    })
}
