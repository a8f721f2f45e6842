//! Where to go on: for each kernel what is left to gain, what was tried, and what to do next.

use super::Report;
use super::words::variant_text;
use crate::document::{Block, Column, Document, Table, Text, anchor};
use crate::stats::amdahl::limit;
use crate::summary::{AmdahlRow, KernelSummary, Left, Next, Outlook, SwapRow, Swaps};
use crate::{Detail, KernelInfo, Role, format, measurer};

/// The heading, to which others link.
const TITLE: &str = "Where to go on";

/// A line that leads here; nothing where there is nothing to lead to.
pub(super) fn way(report: &Report<'_>, document: &mut Document) {
    if !report.summary.outlooks().is_empty() {
        let link = Text::link("Where to go on", format!("#{}", anchor(TITLE)));
        document
            .paragraph(link.then(": what is left to gain of each kernel, and what to do first."));
    }
}

pub(super) fn section(report: &Report<'_>, document: &mut Document) {
    let outlooks = report.summary.outlooks();
    if outlooks.is_empty() {
        return;
    }
    document.heading(2, TITLE);
    document.paragraph(
        "The kernels with most left to gain come first. At most left is the distance of the fastest \
         variant from the machine's ceiling or, for a pipeline without one, what it would gain if its \
         largest stage were free. Tried is what each step gave over the one before.",
    );
    let mut table = Table::new([
        Column::left("kernel"),
        Column::left("fastest so far"),
        Column::right("over the reference"),
        Column::right("at most left"),
        Column::left("because"),
        Column::left("tried"),
        Column::left("do next"),
    ]);
    for outlook in &outlooks {
        table.row(cells(report, outlook));
    }
    document.blocks.push(Block::Table(table.without_empty_columns()));
    for (kernel, summary) in report.kernels().filter(|(_, summary)| summary.stages.is_some()) {
        pipeline(kernel, summary, document);
    }
}

fn cells(report: &Report<'_>, outlook: &Outlook<'_>) -> Vec<Text> {
    let id = &outlook.kernel.id;
    let gained = outlook.fastest.speed_up.as_ref();
    vec![
        Text::link(id, format!("#{}", anchor(id))),
        variant_text(&outlook.fastest.case),
        Text::from(
            gained.map(|gained| format::ratio(gained.interval.estimate)).unwrap_or_default(),
        ),
        Text::from(outlook.left.as_ref().map(at_most).unwrap_or_default()),
        outlook.left.as_ref().map(because).unwrap_or_default(),
        Text::from(tried(outlook.kernel)),
        next(report, outlook),
    ]
}

/// The gain that is left; a case beyond the ceiling has none.
fn at_most(left: &Left<'_>) -> String {
    let at_most = left.at_most();
    if at_most.is_below(1.0) { "none".to_owned() } else { format::ratio_interval(at_most) }
}

fn because(left: &Left<'_>) -> Text {
    match left {
        Left::Ceiling { share, .. } => {
            Text::from(format!("at {} of the ceiling", format::percent(share.interval.estimate)))
        }
        Left::Stage { stage, .. } => Text::code(&stage.name)
            .then(format!(" takes {} of it", format::percent(stage.share.estimate))),
    }
}

/// The gain of each rung of the ladder, without those that were not climbed.
fn tried(kernel: &KernelSummary) -> String {
    let steps = kernel.ladder.iter().filter_map(|step| {
        let gain = step.gain.as_ref()?;
        Some(format!("{} {}", step.rung.label(), format::ratio(gain.interval.estimate)))
    });
    steps.collect::<Vec<_>>().join(", ")
}

fn next(report: &Report<'_>, outlook: &Outlook<'_>) -> Text {
    match &outlook.next {
        Next::Nothing => Text::from("nothing: it is at the ceiling"),
        Next::Stage(stage) => Text::from("mend ").then(Text::code(&stage.name)),
        Next::Rung(rung) => Text::from(format!("{}: nothing measured does", rung.label())),
        Next::Threads(serial) => Text::from(format!(
            "find what {} of the time keeps the threads from sharing",
            format::percent(serial.estimate)
        )),
        Next::Profile => hottest(report, outlook).map_or_else(
            || Text::from("profile it: every step was tried"),
            |function| Text::from("look at ").then(Text::code(function)),
        ),
    }
}

/// The function in which the fastest case spends most samples.
fn hottest<'a>(report: &'a Report<'_>, outlook: &Outlook<'_>) -> Option<&'a str> {
    let measurement = report.run.measurement(&outlook.fastest.case, measurer::PROFILE)?;
    let Detail::Profile(profile) = &measurement.detail else { return None };
    profile.functions.first().map(|function| function.name.as_str())
}

/// A pipeline: which stage first, what it can give, and what came of trying.
fn pipeline(kernel: &KernelInfo, summary: &KernelSummary, document: &mut Document) {
    let Some(stages) = &summary.stages else { return };
    let Some(amdahl) = &stages.amdahl else { return };
    document.heading(3, format!("Where to go on with {}", kernel.id));
    document.paragraph(first(amdahl.rows.as_slice(), summary));
    let mut table = Table::new([
        Column::left("stage"),
        Column::right(Text::from("share of ").then(Text::code(&amdahl.case.variant))),
        Column::right("at most"),
        Column::left("best swap"),
        Column::right("promised"),
        Column::right("measured"),
        Column::left("promise"),
    ]);
    let mut rows: Vec<&AmdahlRow> = amdahl.rows.iter().collect();
    rows.sort_by(|a, b| b.share.estimate.total_cmp(&a.share.estimate));
    for row in rows {
        let best =
            summary.swaps.as_ref().and_then(|swaps| swaps.of_stage(&row.stage).first().copied());
        table.row(stage_cells(row, summary.swaps.as_ref().zip(best)));
    }
    document.blocks.push(Block::Table(table.without_empty_columns()));
    document.paragraph(then(summary));
}

fn stage_cells(row: &AmdahlRow, swap: Option<(&Swaps, &SwapRow)>) -> Vec<Text> {
    let [.., limit] = &row.speed_ups;
    let mut cells = vec![
        Text::code(&row.stage),
        Text::from(format::percent_interval(&row.share)),
        Text::from(format::ratio_interval(limit)),
    ];
    if let Some((swaps, swap)) = swap {
        let promised = swap.predicted_ns.map_decreasing(|after| swaps.base_ns.estimate / after);
        cells.extend([
            Text::code(&swap.swapped.variant),
            Text::from(format::ratio_interval(&promised)),
            Text::from(format::ratio_interval(&swap.speed_up)),
            Text::from(swap.verdict.label()),
        ]);
    }
    cells
}

/// What to do first: the swap that gave the whole most, else the largest stage.
fn first(rows: &[AmdahlRow], summary: &KernelSummary) -> Text {
    let best = summary.swaps.as_ref().and_then(|swaps| {
        let gain = |row: &&SwapRow| row.speed_up.estimate;
        swaps.rows.iter().max_by(|a, b| gain(a).total_cmp(&gain(b)))
    });
    let largest = rows.iter().max_by(|a, b| a.share.estimate.total_cmp(&b.share.estimate));
    let Some(largest) = largest else { return Text::default() };
    let [.., limit] = &largest.speed_ups;
    let begin = Text::from("Begin with ").then(Text::code(&largest.stage)).then(format!(
        ": it takes {} of the reference, so mending it gives at most {}.",
        format::percent(largest.share.estimate),
        format::ratio(limit.estimate)
    ));
    match best {
        Some(best) if best.speed_up.is_above(1.0) => begin
            .then(" The best single swap, ")
            .then(Text::code(format!("{}:{}", best.swapped.stage, best.swapped.variant)))
            .then(format!(", gave {}.", format::ratio_interval(&best.speed_up))),
        Some(_) => begin.then(" No single swap that was measured gained anything."),
        None => begin,
    }
}

/// What is left once the fastest variant is in place.
fn then(summary: &KernelSummary) -> Text {
    let Some(size) = summary.largest_size() else { return Text::default() };
    let Some(fastest) = size.winner().filter(|row| row.role != Role::Reference) else {
        return Text::from("No variant is faster than the reference.");
    };
    let gained = fastest.speed_up.as_ref().map(|gained| format::ratio(gained.interval.estimate));
    let text = Text::from("With all stages changed, ")
        .then(variant_text(&fastest.case))
        .then(format!(" gives {}.", gained.unwrap_or_else(|| "what the table says".to_owned())));
    let table = summary.stages.as_ref().and_then(|stages| stages.table(&fastest.case));
    match table.and_then(|table| table.bottleneck()) {
        Some(stage) => {
            text.then(" Its largest stage is then ").then(Text::code(&stage.name)).then(format!(
                ", {} of it: at most {} more.",
                format::percent(stage.share.estimate),
                format::ratio(limit(stage.share.estimate))
            ))
        }
        None => text,
    }
}
