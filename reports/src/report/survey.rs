//! A survey of the machine's ceilings as a document of its own.

use super::head;
use crate::document::{Block, Column, Document, Table, Text};
use crate::summary::{Survey, SurveyPoint};
use crate::{CeilingKind, Machine, Outcome, Run, chart, format, measurer};

/// The path of the survey's chart, relative to its document.
pub const SURVEY_CHART: &str = "ceilings.svg";

/// The survey in words and tables. `has_chart` where the chart lies beside the document.
pub fn survey_document(run: &Run, has_chart: bool) -> Document {
    let survey = Survey::of(run);
    let mut document = Document::default();
    document.heading(1, "Ceilings of this machine");
    document.paragraph(
        "What this machine does at most, as measured: the best of the samples, which were taken at \
         different times, and in brackets their median. Far apart, something else ran. Threads share \
         the work, and the working set.",
    );
    document.blocks.push(Block::Table(facts(run)));
    multiply_adds(&survey, &mut document);
    memory(run, &survey, &mut document);
    by_threads(&survey, &mut document);
    if has_chart && chart::ceilings(run).is_some() {
        document.blocks.push(Block::Image {
            alt: "Bandwidth and latency of memory by working set".to_owned(),
            path: SURVEY_CHART.to_owned(),
            caption: Text::from("Bandwidth and latency by working set, with the caches' sizes."),
        });
    }
    failures(run, &mut document);
    document.heading(2, "How to read it");
    document.blocks.push(Block::List(legend().map(Text::from).into()));
    document
}

fn facts(run: &Run) -> Table {
    let mut table = Table::new([Column::left("survey"), Column::left("")]);
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            table.row([Text::from(name), Text::from(value)]);
        }
    };
    let info = &run.info;
    row("started", format!("{}, took {}", info.started, format::duration(info.took_s)));
    row("machine", head::machine(&info.machine));
    row("caches", head::caches(&info.machine));
    row("features", info.machine.features.join(", "));
    row("build", format!("{}, {}", info.build.profile, info.build.target));
    row("flags", info.build.rustflags.clone());
    row("conditions", head::conditions(&info.conditions));
    row("note", info.notes.join(" "));
    table
}

/// One thread and the most threads, or the one there is.
fn ends(survey: &Survey) -> Vec<usize> {
    let threads = survey.threads();
    let mut ends: Vec<usize> = threads.first().into_iter().chain(threads.last()).copied().collect();
    ends.dedup();
    ends
}

fn multiply_adds(survey: &Survey, document: &mut Document) {
    let sets = survey.instruction_sets();
    if sets.is_empty() {
        return;
    }
    document.heading(2, "Multiply-adds");
    let threads = survey.threads();
    let kinds = [(CeilingKind::Arithmetic, "f64"), (CeilingKind::SingleArithmetic, "f32")];
    let columns = kinds.iter().flat_map(|(_, precision)| {
        let title = |&threads: &usize| {
            Column::right(format!("{precision}, {} [GFLOP/s]", format::plural(threads, "thread")))
        };
        threads.iter().map(title).collect::<Vec<_>>()
    });
    let mut table = Table::new(std::iter::once(Column::left("instruction set")).chain(columns));
    for set in sets {
        let cells = kinds.iter().flat_map(|(kind, _)| {
            threads.iter().map(|&threads| cell(survey.arithmetic(*kind, set, threads)))
        });
        table.row(std::iter::once(Text::code(set)).chain(cells.collect::<Vec<_>>()));
    }
    document.blocks.push(Block::Table(table.without_empty_columns()));
}

fn memory(run: &Run, survey: &Survey, document: &mut Document) {
    let sizes = survey.working_sets();
    if sizes.is_empty() {
        return;
    }
    document.heading(2, "Memory by working set");
    let kinds = CeilingKind::BANDWIDTHS.into_iter().chain([CeilingKind::Latency]);
    let series: Vec<(CeilingKind, usize)> = kinds
        .flat_map(|kind| ends(survey).into_iter().map(move |threads| (kind, threads)))
        .collect();
    let title = |(kind, threads): &(CeilingKind, usize)| {
        let unit = if *kind == CeilingKind::Latency { "ns" } else { "GB/s" };
        Column::right(format!("{}, {} [{unit}]", kind.id(), format::plural(*threads, "thread")))
    };
    let columns = [Column::right("working set"), Column::left("fits")];
    let mut table = Table::new(columns.into_iter().chain(series.iter().map(title)));
    for bytes in sizes {
        let cells = series.iter().map(|(kind, threads)| {
            let points = survey.by_working_set(*kind, *threads);
            cell(points.into_iter().find(|point| point.working_set == Some(bytes)))
        });
        let place = [format::bytes(bytes), fits(&run.info.machine, bytes)].map(Text::from);
        table.row(place.into_iter().chain(cells.collect::<Vec<_>>()));
    }
    document.blocks.push(Block::Table(table.without_empty_columns()));
}

/// The largest working set at every number of threads, where there are more than the two ends.
fn by_threads(survey: &Survey, document: &mut Document) {
    let threads = survey.threads();
    if threads.len() <= ends(survey).len() {
        return;
    }
    document.heading(2, "Memory by threads, at the largest working set");
    let kinds = CeilingKind::BANDWIDTHS;
    let columns = kinds.map(|kind| Column::right(format!("{} [GB/s]", kind.id())));
    let mut table = Table::new(std::iter::once(Column::right("threads")).chain(columns));
    for threads in threads {
        let cells = kinds.map(|kind| cell(survey.by_working_set(kind, threads).last().copied()));
        table.row(std::iter::once(Text::from(threads.to_string())).chain(cells));
    }
    document.blocks.push(Block::Table(table));
}

fn cell(point: Option<&SurveyPoint>) -> Text {
    let text = |point: &SurveyPoint| {
        format!("{} ({})", format::number(point.best), format::number(point.typical.estimate))
    };
    point.map(text).unwrap_or_default().into()
}

/// The first cache of one core that holds so many bytes; memory beyond the last.
fn fits(machine: &Machine, bytes: f64) -> String {
    let holds = machine.caches.iter().find(|cache| cache.bytes as f64 >= bytes);
    match holds {
        Some(cache) => format!("L{}", cache.level),
        None if machine.caches.is_empty() => String::new(),
        None => "memory".to_owned(),
    }
}

/// What could not be measured.
fn failures(run: &Run, document: &mut Document) {
    let failed = run.records.iter().filter_map(|record| match &record.outcome {
        Outcome::Failed(failure) => Some((record, failure)),
        _ => None,
    });
    let points: Vec<Text> = failed
        .map(|(record, failure)| {
            let what = if record.measurer == measurer::CHECK { "check of " } else { "" };
            let how = format!(": {}, {}", failure.kind.label(), failure.reason);
            Text::from(what).then(Text::code(record.case.to_string())).then(Text::prose(&how))
        })
        .collect();
    if !points.is_empty() {
        document.heading(2, "Not measured");
        document.blocks.push(Block::List(points));
    }
}

const fn legend() -> [&'static str; 5] {
    [
        "GB/s and GFLOP/s are 10^9 bytes and operations a second; a multiply-add is two operations, \
         fused where the set has it. Scalar and SSE2 code multiplies and adds apart.",
        "read sums what it reads. write is by ordinary stores, copy by the system's memcpy, triad is \
         a = b + s*c with ordinary stores. Bytes are those that the program reads and writes: the \
         line that an ordinary store fetches first is not counted, and a memcpy that bypasses the \
         caches does not fetch it.",
        "latency is the time of a load whose address the load before it gave, along a random cycle \
         through every cache line: no prefetcher helps, and large working sets miss the translation \
         of the page as well, less so where the system uses huge pages.",
        "fits names the first cache of one core that holds the working set. Threads have caches of \
         their own, so together they may hold more.",
        "A guest of a hypervisor sees what it is given: rates of another hour may differ.",
    ]
}
