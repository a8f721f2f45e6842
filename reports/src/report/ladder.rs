//! The ladder's table: what each step of optimisation gave over the one before.

use super::words::{maybe_speed_up, variant_text};
use crate::document::{Block, Column, Document, Table, Text};
use crate::format;
use crate::summary::KernelSummary;

pub(super) fn section(summary: &KernelSummary, document: &mut Document) {
    if summary.ladder.is_empty() {
        return;
    }
    document.heading(3, format!("The ladder of {}", summary.id));
    let mut table = Table::new([
        Column::left("step"),
        Column::left("best variant on it"),
        Column::right("time [interval]"),
        Column::right("gain over the step before"),
        Column::right("total over the reference"),
    ]);
    for step in &summary.ladder {
        table.row([
            Text::from(step.rung.label()),
            variant_text(&step.case),
            Text::from(format::time_interval(&step.time_ns)),
            maybe_speed_up(step.gain.as_ref()),
            maybe_speed_up(step.total.as_ref()),
        ]);
    }
    table.row([
        Text::from("accelerator"),
        Text::from("not measured: no GPU variant is built in"),
        Text::default(),
        Text::default(),
        Text::default(),
    ]);
    document.blocks.push(Block::Table(table));
}
