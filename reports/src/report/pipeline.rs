//! A pipeline's section: its stages by variant, Amdahl's law, and the sentence that sums it up.

use super::what_if;
use super::words::{few_samples, file_stem, variant_text};
use crate::analyse::{bottleneck, probe_cost};
use crate::document::{Block, Column, Document, Table, Text};
use crate::format;
use crate::stats::amdahl::FACTORS;
use crate::summary::{AmdahlTable, KernelSummary, StageRow, StageTable};
use crate::{KernelInfo, chart};

/// The path of a pipeline's chart of stages.
pub(super) fn chart_path(kernel: &str) -> String {
    format!("charts/{}-stages.svg", file_stem(kernel))
}

pub(super) fn section(kernel: &KernelInfo, summary: &KernelSummary, document: &mut Document) {
    let Some(stages) = &summary.stages else { return };
    document.heading(3, format!("Stages of {} at {}", kernel.id, stages.size));
    document.paragraph(declared(kernel));
    let reference = stages.amdahl.as_ref().and_then(|amdahl| stages.table(&amdahl.case));
    if let Some(sentence) = reference.and_then(bottleneck::sentence) {
        document.paragraph(Text::prose(&sentence).then("."));
    }
    if chart::stages(stages).is_some() {
        document.blocks.push(Block::Image {
            alt: format!("Time of each stage of {} by variant", kernel.id),
            path: chart_path(&kernel.id),
            caption: Text::from("Which stages an iteration waits for, and how long it takes."),
        });
    }
    document.paragraph(COLUMNS);
    for table in &stages.tables {
        document.blocks.push(Block::Paragraph(
            Text::strong("Stages of ").then(variant_text(&table.case)).then(whole(table)),
        ));
        document.blocks.push(Block::Table(stage_table(table)));
        if let Some(sentence) = probe_cost::sentence(table) {
            document.paragraph(Text::prose(&format::sentence(&sentence)));
        }
    }
    if let Some(amdahl) = &stages.amdahl {
        amdahl_section(kernel, amdahl, document);
    }
    what_if::section(kernel, stages, document);
}

/// What the columns of a stage table mean.
const COLUMNS: &str = "The critical path is what the iteration waits for at each instant: its parts \
and the time outside every stage sum to the iteration, and shares are of it. Wall is from entry to exit, \
self time (shown where it is not the critical path) without the stages within; both count overlapping \
calls once. CPU is \
the time of all threads together, read in a pass of its own.";

fn whole(table: &StageTable) -> String {
    let samples = table.stages.first().map_or(0, |stage| stage.shares.len());
    let few = few_samples(&table.total_ns, samples).map(|few| format!("; {few}"));
    format!(
        ": {} an iteration, spans on (each costs {}){}",
        format::time_interval(&table.total_ns),
        format::time(table.span_cost_ns),
        few.unwrap_or_default()
    )
}

fn declared(kernel: &KernelInfo) -> Text {
    kernel.stages.iter().enumerate().fold(Text::default(), |text, (at, stage)| {
        text.then(if at > 0 { ", then " } else { "In order: " })
            .then(Text::code(&stage.name))
            .then(format!(" ({})", stage.variants.join(", ")))
    })
}

/// The column of CPU time.
const CPU: usize = 5;

fn stage_table(table: &StageTable) -> Table {
    let mut rows = Table::new([
        Column::left("stage"),
        Column::right("critical path [interval]"),
        Column::right("share of the whole"),
        Column::right("self time"),
        Column::right("wall"),
        Column::right("CPU"),
        Column::right("calls"),
        Column::right("heap blocks"),
        Column::right("heap bytes"),
    ]);
    // Where stages neither overlap nor nest across threads the two are the same.
    let is_own = |stage: &StageRow| stage.self_ns.estimate != stage.critical_ns.estimate;
    let shows_self = table.stages.iter().any(is_own);
    let largest = table.bottleneck().map(|stage| stage.name.as_str());
    for stage in &table.stages {
        let name = Text::code(&stage.name);
        let bottleneck = largest == Some(stage.name.as_str());
        rows.row(figures(
            if bottleneck { name.then(" ").then(Text::strong("largest")) } else { name },
            stage,
            shows_self,
        ));
    }
    if let Some(outside) = &table.outside {
        let cells = figures(Text::from(outside.name.as_str()), outside, false);
        let of_any_time = [0, 1, 2, CPU].map(|column| (column, cells[column].clone()));
        let mut cells = vec![Text::default(); cells.len()];
        for (column, cell) in of_any_time {
            cells[column] = cell;
        }
        rows.row(cells);
    }
    rows.without_empty_columns()
}

fn figures(name: Text, stage: &StageRow, shows_self: bool) -> Vec<Text> {
    let self_time = shows_self.then(|| format::time(stage.self_ns.estimate));
    vec![
        name,
        Text::from(format::time_interval(&stage.critical_ns)),
        Text::from(format::percent_interval(&stage.share)),
        Text::from(self_time.unwrap_or_default()),
        Text::from(format::time(stage.total_ns.estimate)),
        Text::from(stage.cpu_ns.map(|cpu| format::time(cpu.estimate)).unwrap_or_default()),
        Text::from(format::count(stage.calls)),
        Text::from(stage.heap_blocks.map(format::count).unwrap_or_default()),
        Text::from(stage.heap_bytes.map(format::bytes).unwrap_or_default()),
    ]
}

fn amdahl_section(kernel: &KernelInfo, amdahl: &AmdahlTable, document: &mut Document) {
    document.heading(3, format!("If a stage of {} were faster", kernel.id));
    document.paragraph(
        Text::from("The overall speed-up of ")
            .then(variant_text(&amdahl.case))
            .then(" by Amdahl's law, 1 / ((1 - p) + p / s). The denominator of every share p is a whole iteration, ")
            .then(format!("{}.", format::time_interval(&amdahl.total_ns))),
    );
    let factors = FACTORS.map(|factor| {
        Column::right(if factor.is_finite() {
            format!("{factor}x faster")
        } else {
            "infinitely faster".to_owned()
        })
    });
    let mut table =
        Table::new([Column::left("stage"), Column::right("share p")].into_iter().chain(factors));
    for row in &amdahl.rows {
        let speed_ups = row.speed_ups.iter().map(|s| Text::from(format::ratio_interval(s)));
        table.row(
            [Text::code(&row.stage), Text::from(format::percent_interval(&row.share))]
                .into_iter()
                .chain(speed_ups),
        );
    }
    document.blocks.push(Block::Table(table));
}
