//! Swapped stages: what each promised by Amdahl's law, and what the whole pipeline gave.

use super::words::{few_samples, variant_text};
use crate::analyse::prediction::{FEW_FAULTS, cause};
use crate::document::{Block, Column, Document, Table, Text};
use crate::summary::{KernelSummary, Promise, SwapRow, Swaps};
use crate::{CaseId, Failure, format};

pub(super) fn section(summary: &KernelSummary, document: &mut Document) {
    let Some(swaps) = &summary.swaps else { return };
    document.heading(3, format!("One stage of {} swapped at {}", summary.id, swaps.base.size));
    document.paragraph(lead(swaps));
    document.blocks.push(Block::Table(table(swaps)));
    if !swaps.failed.is_empty() {
        document.paragraph("Compositions that went wrong, and have no figures:");
        let point = |(case, failure): &(CaseId, Failure)| {
            let how = format!(": {}, {}", failure.kind.label(), failure.reason);
            Text::code(&case.variant).then(Text::prose(&how))
        };
        document.blocks.push(Block::List(swaps.failed.iter().map(point).collect()));
    }
    let points: Vec<Text> = swaps.rows.iter().filter_map(explanation).collect();
    if !points.is_empty() {
        document.paragraph("Where a promise was not kept:");
        document.blocks.push(Block::List(points));
    }
}

fn lead(swaps: &Swaps) -> Text {
    let few = few_samples(&swaps.base_ns, swaps.rounds).map(|few| format!(" ({few})"));
    Text::from("All stages run ").then(variant_text(&swaps.base)).then(format!(
        ", {} an iteration{}, but for one. Promised is 1 - p + p / s of that time, for the \
             stage's share p and its gain s alone on the same input; measured was the whole, in \
             turn with the all-reference pipeline.",
        format::time_interval(&swaps.base_ns),
        few.unwrap_or_default()
    ))
}

fn table(swaps: &Swaps) -> Table {
    let mut table = Table::new([
        Column::left("stage"),
        Column::left("runs instead"),
        Column::right("share p"),
        Column::right("gain alone, s"),
        Column::right("promised [interval]"),
        Column::right("measured [interval]"),
        Column::right("measured over promised"),
        Column::left("promise"),
        Column::right("page faults"),
    ]);
    for row in &swaps.rows {
        let threads = if row.case.threads > 1 {
            format!(", {}", format::plural(row.case.threads, "thread"))
        } else {
            String::new()
        };
        table.row([
            Text::code(&row.swapped.stage),
            Text::code(&row.swapped.variant).then(threads),
            Text::from(format::percent(row.share.estimate)),
            Text::from(format::ratio(row.alone.estimate)),
            Text::from(format::time_interval(&row.predicted_ns)),
            Text::from(format::time_interval(&row.measured_ns)),
            Text::from(format::ratio_interval(&row.off)),
            verdict(row),
            Text::from(row.faults.and_then(faults).unwrap_or_default()),
        ]);
    }
    table.without_empty_columns()
}

fn verdict(row: &SwapRow) -> Text {
    let reached = format::confidence(row.off.confidence);
    let few = if row.off.is_trustworthy() { String::new() } else { format!(" at {reached}") };
    let word = match row.verdict {
        Promise::Broken => Text::strong(row.verdict.label()),
        Promise::Kept | Promise::Unclear | Promise::Nearly => Text::from(row.verdict.label()),
    };
    word.then(few)
}

/// Page faults before and after, where they differ by more than chance.
fn faults([was, is]: [f64; 2]) -> Option<String> {
    let differ = (was - is).abs() >= FEW_FAULTS;
    differ.then(|| format!("{} → {}", format::count(was), format::count(is)))
}

/// Where the time went that was promised otherwise; nothing of a promise that was kept.
fn explanation(row: &SwapRow) -> Option<Text> {
    (row.verdict == Promise::Broken)
        .then(|| Text::code(&row.case.variant).then(": ").then(Text::prose(&cause(row))).then("."))
}
