//! A kernel's section: what it computes, a table a size, its chart, and what else is known of it.

use super::words::{UNPAIRED, few_samples, file_stem, row_text, speed_up_text, variant_text};
use super::{Report, counted, growth, ladder, pipeline, profile, roofline, scaling, swap};
use crate::document::{Block, Column, Document, Table, Text};
use crate::summary::{CaseRow, Heap, KernelSummary, SizeSummary, Status};
use crate::{KernelInfo, Role, VariantInfo, chart, format, measurer};

/// The path of a kernel's chart.
pub(super) fn chart_path(kernel: &str) -> String {
    format!("charts/{}.svg", file_stem(kernel))
}

pub(super) fn section(
    report: &Report<'_>,
    kernel: &KernelInfo,
    summary: &KernelSummary,
    document: &mut Document,
) {
    document.heading(2, kernel.id.as_str());
    document.paragraph(about(kernel));
    document.paragraph(smoke(summary));
    smoke_failures(summary, document);
    for size in summary.sizes_to_read() {
        document.heading(3, format!("{} at {}", kernel.id, size.label));
        document.paragraph(work(kernel, size));
        document.blocks.push(Block::Table(speed(size)));
        let memory = memory_and_agreement(kernel, size);
        if !memory.rows.is_empty() {
            document.paragraph(heap_title(size));
            document.blocks.push(Block::Table(memory));
        }
        remarks(size, document);
    }
    if chart::times(summary).is_some() {
        document.blocks.push(Block::Image {
            alt: format!("Time of one iteration of each variant of {}", kernel.id),
            path: chart_path(&kernel.id),
            caption: Text::from("Time of one iteration, with its interval; less is better."),
        });
    }
    roofline::section(kernel, summary, document);
    counted::section(summary, document);
    growth::section(report, kernel, summary, document);
    ladder::section(summary, document);
    scaling::section(summary, document);
    pipeline::section(kernel, summary, document);
    swap::section(summary, document);
    profile::section(report.run, summary, document);
    absent(kernel, summary, document);
}

fn about(kernel: &KernelInfo) -> Text {
    let mut text = Text::prose(&format::sentence(&kernel.about));
    if let Some(exercise) = &kernel.exercise {
        text = text.then(format!(" Exercise {exercise}."));
    }
    if let Some(reference) = kernel.reference() {
        text = text.then(" The reference is ").then(Text::code(&reference.name)).then(".");
    }
    text
}

fn smoke(summary: &KernelSummary) -> String {
    let smoke = &summary.smoke;
    if smoke.sizes.is_empty() {
        return "Not checked at smoke sizes.".to_owned();
    }
    let sizes = if smoke.sizes.len() == 1 { "size" } else { "sizes" };
    format!(
        "Checked at the smoke {sizes} {}: {} agree, {} failed.",
        format::list(&smoke.sizes),
        format::plural(smoke.agreed, "case"),
        smoke.failed.len()
    )
}

fn smoke_failures(summary: &KernelSummary, document: &mut Document) {
    let failed = &summary.smoke.failed;
    if failed.is_empty() {
        return;
    }
    let point = |(case, failure): &(crate::CaseId, crate::Failure)| {
        let how = format!(" at {}: {}, {}", case.size, failure.kind.label(), failure.reason);
        variant_text(case).then(Text::prose(&how))
    };
    document.blocks.push(Block::List(failed.iter().map(point).collect()));
}

/// What an iteration must at least do, and what agreement allows.
fn work(kernel: &KernelInfo, size: &SizeSummary) -> String {
    let Some(info) = kernel.size(&size.label) else { return String::new() };
    let mut parts = Vec::new();
    parts.extend(info.flops.map(format::flops));
    parts.extend(info.bytes.map(format::bytes));
    let work = if parts.is_empty() {
        String::new()
    } else {
        format!("An iteration needs at least {}. ", format::list(&parts))
    };
    let tolerance = info.tolerance;
    let allowed = match (tolerance.relative, tolerance.absolute) {
        (0.0, 0.0) => "no difference at all".to_owned(),
        (relative, 0.0) => format!("{} relative", format::scientific(relative)),
        (0.0, absolute) => format!("{} absolute", format::scientific(absolute)),
        (relative, absolute) => format!(
            "{} relative plus {} absolute",
            format::scientific(relative),
            format::scientific(absolute)
        ),
    };
    format!("{work}Agreement allows {allowed}.")
}

/// How fast every variant is, and against what.
fn speed(size: &SizeSummary) -> Table {
    let reference = size.reference().map(|row| row.case.variant.clone());
    let over = reference.unwrap_or_else(|| "the reference".to_owned());
    let mut table = Table::new([
        Column::left("variant"),
        Column::right("time [interval]"),
        Column::right(Text::from("speed-up over ").then(Text::code(over))),
        Column::right("setup"),
        Column::right("first iteration"),
        Column::right("GFLOP/s"),
        Column::right("GB/s"),
        Column::right("of the ceiling"),
        Column::left("headroom"),
        Column::right("instructions"),
    ]);
    for (at, row) in size.rows_with_peers().enumerate() {
        table.row(speed_cells(size, row, size.fastest == Some(at)));
    }
    table.without_empty_columns()
}

fn speed_cells(size: &SizeSummary, row: &CaseRow, fastest: bool) -> Vec<Text> {
    let variant = row_text(row);
    let variant = if fastest { variant.then(" ").then(Text::strong("fastest")) } else { variant };
    let text = |value: Option<String>| Text::from(value.unwrap_or_default());
    vec![
        variant,
        time(row),
        match (row.role, &row.speed_up) {
            (Role::Reference, _) => Text::from("reference"),
            (_, Some(ratio)) => speed_up_text(ratio),
            (_, None) => Text::default(),
        },
        text(row.setup_ns.map(|setup| format::time(setup.estimate))),
        text(row.cold_ns.map(format::time)),
        text(row.gflops.map(format::number)),
        text(row.gigabytes_per_s.map(format::number)),
        text(roofline::share(size, row)),
        text(roofline::headroom(size, row)),
        text(row.instructions.map(format::number)),
    ]
}

fn heap_title(size: &SizeSummary) -> &'static str {
    if size.peers.is_empty() {
        return "Heap of one iteration, and how closely the results agree:";
    }
    "Heap of one iteration, and how closely the results agree. Memory added is the most that an \
     iteration adds to what its process keeps between iterations; heap, profiles and instructions \
     are not measured of peers, which are timed only:"
}

/// What every variant allocates, and how closely it agrees.
fn memory_and_agreement(kernel: &KernelInfo, size: &SizeSummary) -> Table {
    let mut columns = vec![
        Column::left("variant"),
        Column::right("heap blocks"),
        Column::right("heap bytes"),
        Column::right("heap peak"),
        Column::right("of the first"),
        Column::right("memory added"),
        Column::right("lines of code"),
        Column::right("largest error"),
        Column::right("allowed there"),
        Column::right("used of what is allowed"),
    ];
    columns.extend(kernel.qualities.iter().map(|name| Column::right(name.as_str())));
    let mut table = Table::new(columns);
    let has_any = |row: &&CaseRow| row.heap.is_some() || row.agreement.is_some();
    for row in size.rows_with_peers().filter(has_any) {
        let heap = row.heap.as_ref();
        let agreement = row.agreement.as_ref();
        let text = |value: Option<String>| Text::from(value.unwrap_or_default());
        let mut cells = vec![
            row_text(row),
            text(heap.map(|heap| format::count(heap.blocks))),
            text(heap.and_then(|heap| heap.bytes).map(format::bytes)),
            text(heap.and_then(|heap| heap.peak_bytes).map(format::bytes)),
            text(heap.and_then(cold_heap)),
            text(row.resident_peak.map(format::bytes)),
            text(row.lines.map(|lines| format::count(lines as f64))),
            text(agreement.map(|agreement| format::scientific(agreement.error))),
            text(agreement.map(|agreement| format::scientific(agreement.allowed))),
            text(agreement.map(|agreement| format::percent(agreement.used))),
        ];
        cells.extend((0..kernel.qualities.len()).map(|at| {
            let quality = agreement.and_then(|agreement| agreement.qualities.get(at));
            text(quality.map(|quality| format::scientific(*quality)))
        }));
        table.row(cells);
    }
    table.without_empty_columns()
}

fn time(row: &CaseRow) -> Text {
    match (&row.status, &row.timing) {
        (Status::Failed { failure, .. }, _) => Text::strong(failure.kind.label()),
        (Status::NotChecked { .. }, _) => Text::strong("not checked"),
        (Status::Agreed, Some(timing)) => Text::from(format::time_interval(&timing.time_ns)),
        (Status::Agreed, None) => Text::from("not timed"),
    }
}

/// What must be said beside the figures, each remark once with the variants it is about.
fn remarks(size: &SizeSummary, document: &mut Document) {
    let mut remarks: Vec<(String, Text)> = Vec::new();
    for row in size.rows_with_peers() {
        for note in notes(row) {
            let name = row_text(row);
            match remarks.iter_mut().find(|(known, _)| *known == note) {
                Some((_, names)) => {
                    *names = std::mem::take(names).then("; ").then(name);
                }
                None => remarks.push((note, name)),
            }
        }
    }
    if remarks.is_empty() {
        return;
    }
    let points = remarks.into_iter().map(|(note, names)| names.then(": ").then(Text::prose(&note)));
    document.blocks.push(Block::List(points.collect()));
}

fn notes(row: &CaseRow) -> Vec<String> {
    let mut notes = Vec::new();
    match &row.status {
        Status::Agreed => {}
        Status::Failed { measurer, failure } => {
            let how = failure.kind.label();
            notes.push(format!("{how} under `{measurer}`: {}", failure.reason));
        }
        Status::NotChecked { reason, remedy } => notes.push(format!("{reason}; {remedy}")),
    }
    if let Some(timing) = &row.timing {
        if timing.measurer != measurer::INTERLEAVED {
            notes.push(format!("timed by `{}`", timing.measurer));
        }
        notes.extend(few_samples(&timing.time_ns, timing.samples_ns.len()));
    }
    if let Some(ratio) = row.speed_up.filter(|ratio| !ratio.interval.is_trustworthy()) {
        let reached = format::confidence(ratio.interval.confidence);
        notes.push(format!("the speed-up's interval reaches {reached} only"));
    }
    if row.is_in_place() {
        notes.push("in place".to_owned());
    }
    notes.extend(row.notes.iter().cloned());
    notes
}

/// The first iteration's heap, where it differs from the steady one.
fn cold_heap(heap: &Heap) -> Option<String> {
    let parts: Vec<String> = heap
        .cold_blocks
        .map(|blocks| format!("{} blocks", format::count(blocks)))
        .into_iter()
        .chain(heap.cold_bytes.map(format::bytes))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn absent(kernel: &KernelInfo, summary: &KernelSummary, document: &mut Document) {
    let mut points: Vec<Text> = kernel
        .absent
        .iter()
        .map(|absent| Text::code(&absent.variant).then(": ").then(Text::prose(&absent.reason)))
        .collect();
    for variant in &kernel.variants {
        // What is left out of a sweep is told where the sweep is.
        let measured = variant.left_out.iter().filter(|own| kernel.size(&own.size).is_some());
        points.extend(measured.map(|left_out| {
            let place = Text::code(variant.shown()).then(format!(" at {}: ", left_out.size));
            place.then(Text::prose(&left_out.reason))
        }));
    }
    let not_run = summary.not_run.iter();
    let shown = |name: &String| kernel.variant(name).map_or(name.clone(), VariantInfo::shown);
    points.extend(not_run.map(|name| Text::code(shown(name)).then(": not part of this run")));
    if points.is_empty() {
        return;
    }
    document.heading(3, format!("Variants without figures for {}", kernel.id));
    document.blocks.push(Block::List(points));
}

/// What the mark before a speed-up means.
pub(super) fn unpaired_legend() -> Text {
    Text::from(format!(
        "{UNPAIRED}before a speed-up: its samples were not taken in turn with the reference's, so \
         what the machine drifted in between is in it"
    ))
}
