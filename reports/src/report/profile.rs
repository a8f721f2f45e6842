//! Where the processor's time went: flame graphs, hottest functions, hottest lines.

use super::words::variant_text;
use crate::document::{Block, Column, Document, Table, Text};
use crate::format;
use crate::summary::{CaseRow, KernelSummary};
use crate::{Detail, Profile, Run, measurer};

/// How many functions and lines are shown: the rest of a profile is in its flame graph.
const ROWS_SHOWN: usize = 10;

pub(super) fn section(run: &Run, summary: &KernelSummary, document: &mut Document) {
    let profiled: Vec<(&CaseRow, &Profile)> = summary
        .rows()
        .filter_map(|row| match &run.measurement(&row.case, measurer::PROFILE)?.detail {
            Detail::Profile(profile) => Some((row, profile)),
            _ => None,
        })
        .collect();
    if profiled.is_empty() {
        return;
    }
    document.heading(3, format!("Profiles of {}", summary.id));
    for (row, profile) in profiled {
        let mut blocks = Vec::new();
        blocks.extend(links(profile));
        blocks.extend(functions(profile));
        blocks.extend(lines(profile));
        document.blocks.push(Block::Details { summary: headline(row, profile), blocks });
    }
}

fn headline(row: &CaseRow, profile: &Profile) -> Text {
    let text = variant_text(&row.case).then(format!(
        " at {}: {} samples in {}",
        row.case.size,
        format::count(profile.samples as f64),
        format::duration(profile.seconds)
    ));
    match profile.functions.first() {
        Some(hottest) => text
            .then(", hottest ")
            .then(Text::code(&hottest.name))
            .then(format!(" {}", share(hottest.self_samples, profile.samples))),
        None => text,
    }
}

fn links(profile: &Profile) -> Option<Block> {
    let files = [
        ("flame graph", &profile.flamegraph),
        ("pprof protobuf", &profile.protobuf),
        ("folded stacks", &profile.folded),
    ];
    let mut text = Text::default();
    for (name, path) in files {
        if let Some(path) = path {
            let between = if text.is_empty() { "" } else { " · " };
            text = text.then(between).then(Text::link(name, path));
        }
    }
    (!text.is_empty()).then_some(Block::Paragraph(text))
}

fn functions(profile: &Profile) -> Option<Block> {
    let mut table =
        Table::new([Column::right("self"), Column::right("total"), Column::left("function")]);
    for function in profile.functions.iter().take(ROWS_SHOWN) {
        table.row([
            Text::from(share(function.self_samples, profile.samples)),
            Text::from(share(function.total_samples, profile.samples)),
            Text::code(&function.name),
        ]);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

fn lines(profile: &Profile) -> Option<Block> {
    let mut table =
        Table::new([Column::right("self"), Column::left("line"), Column::left("function")]);
    for line in profile.lines.iter().take(ROWS_SHOWN) {
        table.row([
            Text::from(share(line.self_samples, profile.line_samples)),
            Text::code(format!("{}:{}", line.file, line.line)),
            Text::code(&line.function),
        ]);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

fn share(samples: u64, of: u64) -> String {
    if of == 0 { String::new() } else { format::percent(samples as f64 / of as f64) }
}
