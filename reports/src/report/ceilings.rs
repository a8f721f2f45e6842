//! How near the best variant of each kernel comes to its ceiling on this machine.

use super::Report;
use super::words::{speed_up_text, variant_text};
use crate::document::{Block, Column, Document, Table, Text, anchor};
use crate::summary::{KernelSummary, ParallelReach};
use crate::{Bound, KernelInfo, format};

pub(super) fn section(report: &Report<'_>, document: &mut Document) {
    let rows: Vec<Vec<Text>> = report
        .kernels()
        .flat_map(|(kernel, summary)| rows(kernel, summary).into_iter().flatten())
        .collect();
    if rows.is_empty() {
        return;
    }
    document.heading(2, "Distance from the ceiling");
    document.paragraph(
        "The least time that the compulsory work of a kernel takes on this machine, over the time \
         of its fastest variant: 100 % is the ceiling. That least time is the longer one of moving \
         the bytes and of doing the operations. Each ceiling was measured in turn with the kernel's \
         own variants, with as many threads, on a working set as large.",
    );
    let mut table = Table::new([
        Column::left("kernel"),
        Column::left("size"),
        Column::left("limited by"),
        Column::right("ceiling, one thread"),
        Column::left("fastest on one thread"),
        Column::right("share of the ceiling"),
        Column::left("with all threads"),
        Column::right("gain of the threads"),
        Column::right("gain of the ceiling"),
        Column::right("share of the ceiling then"),
    ]);
    for row in rows {
        table.row(row);
    }
    document.blocks.push(Block::Table(table.without_empty_columns()));
}

/// A row for each measured size, the largest first.
fn rows<'a>(
    kernel: &'a KernelInfo,
    summary: &'a KernelSummary,
) -> Option<impl Iterator<Item = Vec<Text>> + 'a> {
    let bound = kernel.bound?;
    Some(summary.sizes_to_read().into_iter().filter_map(move |size| {
        let reach = size.reach()?;
        let measured = reach.ceiling.bound;
        let mut cells = vec![
            Text::link(&kernel.id, format!("#{}", anchor(&kernel.id))),
            Text::from(size.label.as_str()),
            Text::from(limit(bound, measured)),
            Text::from(rate(measured, reach.ceiling.rate.estimate)),
            variant_text(&reach.serial.case),
            Text::from(format::percent_interval(&reach.share.interval)),
        ];
        cells.extend(reach.parallel.as_ref().map(parallel).unwrap_or_default());
        Some(cells)
    }))
}

/// The bound that was found, and the one declared where that is another.
fn limit(declared: Bound, measured: Bound) -> String {
    if declared == measured {
        measured.label().to_owned()
    } else {
        format!("{} (declared: {})", measured.label(), declared.label())
    }
}

fn parallel(parallel: &ParallelReach<'_>) -> [Text; 4] {
    [
        variant_text(&parallel.case.case),
        speed_up_text(&parallel.gain),
        speed_up_text(&parallel.ceiling_gain),
        Text::from(format::percent_interval(&parallel.share.interval)),
    ]
}

/// 10^9 bytes or operations a second, with the unit.
fn rate(bound: Bound, rate: f64) -> String {
    format!("{} {}", format::number(rate), bound.unit())
}
