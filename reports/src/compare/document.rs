//! A comparison in words and tables.

use super::{BETWEEN_RUNS, CaseChange, Comparison, Hint};
use crate::document::{Block, Column, Document, Table, Text};
use crate::report::case_text;
use crate::{CaseId, Machine, RunInfo, format};

/// Counts of instructions that differ by no more than this fraction are alike.
const INSTRUCTIONS_REPEAT_WITHIN: f64 = 1e-3;

/// A comparison as a document, for any renderer of documents.
pub fn comparison_document(comparison: &Comparison) -> Document {
    let mut document = Document::default();
    document.heading(1, "Comparison of two runs");
    document.blocks.push(Block::List(caveats(comparison)));
    document.blocks.push(Block::Table(runs(&comparison.base, &comparison.head)));
    document.heading(2, "Cases");
    if comparison.cases.is_empty() {
        document.paragraph("No case was timed in both runs.");
    } else {
        document.paragraph(counts(comparison));
        document.blocks.push(Block::Table(cases(&comparison.cases)));
    }
    let points = comparison.incomparable.iter();
    let points = points.map(|(case, why)| case_text(case).then(format!(": {why}"))).collect();
    list("Not comparable", points, &mut document);
    let names = |cases: &[CaseId]| cases.iter().map(case_text).collect();
    list("Only in the base", names(&comparison.only_base), &mut document);
    list("Only in the head", names(&comparison.only_head), &mut document);
    document
}

/// A machine in a few words.
pub(super) fn machine(machine: &Machine) -> String {
    let caches: Vec<String> =
        machine.caches.iter().map(|cache| format::bytes(cache.bytes as f64)).collect();
    format!(
        "{}, {}, {} of memory, caches {}",
        machine.cpu,
        format::plural(machine.cores, "logical processor"),
        format::bytes(machine.memory_bytes as f64),
        caches.join(" / ")
    )
}

fn caveats(comparison: &Comparison) -> Vec<Text> {
    let (base, head) = (&comparison.base, &comparison.head);
    let mut points = vec![Text::strong("No verdict").then(format!(
        ": two runs apart in time cannot give one, for unchanged code differs by up to {} between \
         them. Changes below that are called within noise; for a verdict measure both builds in \
         turn",
        format::ratio(BETWEEN_RUNS)
    ))];
    if comparison.across_machines {
        points.push(Text::strong("Different machines").then(
            ": this comparison was forced; its ratios are of the machines as much as of the code",
        ));
    }
    let mut differs = |differ: bool, what: &str, why: &str| {
        if differ {
            points.push(Text::strong(what).then(": ").then(Text::prose(why)));
        }
    };
    let debug = base.build.debug_assertions != head.build.debug_assertions;
    differs(debug, "Different builds", "one of the two is a debug build");
    let flags = (&base.build.profile, &base.build.rustflags, &base.build.target)
        != (&head.build.profile, &head.build.rustflags, &head.build.target);
    let native = base.build.is_native() != head.build.is_native();
    let why = if native {
        "one of the two was built with `target-cpu=native` and may use instructions that the other \
         does not"
    } else {
        "the compiler was asked for different code"
    };
    differs(flags, "Different flags", why);
    let locks = base.build.lock.as_ref().zip(head.build.lock.as_ref());
    differs(
        locks.is_some_and(|(base, head)| base != head),
        "Different dependencies",
        "the two were built from different `Cargo.lock` files, so a change may be a library's",
    );
    differs(base.build.rustc != head.build.rustc, "Different compilers", "see below");
    differs(base.seed != head.seed, "Different seeds", "the inputs are not the same");
    points
}

fn runs(base: &RunInfo, head: &RunInfo) -> Table {
    let mut table = Table::new([Column::left("run"), Column::left("base"), Column::left("head")]);
    let mut row = |name: &str, of: &dyn Fn(&RunInfo) -> String| {
        table.row([Text::from(name), Text::from(of(base)), Text::from(of(head))]);
    };
    row("started", &|info| info.started.clone());
    row("command", &|info| info.command.clone());
    row("commit", &|info| info.build.commit.clone().unwrap_or_else(|| "unknown".to_owned()));
    row("machine", &|info| machine(&info.machine));
    row("compiler", &|info| info.build.rustc.clone());
    row("build", &|info| format!("{} {}", info.build.profile, info.build.rustflags));
    row("Cargo.lock", &|info| info.build.lock.clone().unwrap_or_else(|| "unknown".to_owned()));
    row("seed", &|info| info.seed.to_string());
    row("steal", &|info| {
        let steal = info.conditions.steal_percent;
        steal.map_or_else(|| "unknown".to_owned(), |steal| format::percent(steal / 100.0))
    });
    table
}

fn counts(comparison: &Comparison) -> String {
    let count = |hint| comparison.cases.iter().filter(|change| change.hint == hint).count();
    format!(
        "{} in both: {} slower?, {} faster?, {} within noise.",
        format::plural(comparison.cases.len(), "case"),
        count(Hint::Slower),
        count(Hint::Faster),
        count(Hint::WithinNoise)
    )
}

fn cases(changes: &[CaseChange]) -> Table {
    let mut table = Table::new([
        Column::left("case"),
        Column::right("base time [interval]"),
        Column::right("head time [interval]"),
        Column::right("head over base"),
        Column::left("hint"),
        Column::left("heap blocks"),
        Column::left("heap bytes"),
        Column::left("instructions"),
    ]);
    for change in changes {
        table.row([
            case_text(&change.case),
            Text::from(format::time_interval(&change.base_ns)),
            Text::from(format::time_interval(&change.head_ns)),
            Text::from(format::ratio_interval(&change.ratio)),
            match change.hint {
                Hint::WithinNoise => Text::from(change.hint.label()),
                Hint::Slower | Hint::Faster => Text::strong(change.hint.label()),
            },
            counted(change.heap_blocks, format::count),
            counted(change.heap_bytes, format::bytes),
            instructions(change.instructions),
        ]);
    }
    table.without_empty_columns()
}

/// Counts repeat, so any difference is one.
fn counted(counts: Option<(f64, f64)>, format: impl Fn(f64) -> String) -> Text {
    match counts {
        None => Text::default(),
        Some((base, head)) if base == head => Text::from(format!("{}, unchanged", format(base))),
        Some((base, head)) => Text::strong(format!("{} → {}", format(base), format(head))),
    }
}

/// Instructions repeat up to a few of an allocator's or a hash's, so what is as near is unchanged.
fn instructions(counts: Option<(f64, f64)>) -> Text {
    let Some((base, head)) = counts else { return Text::default() };
    let change = head / base - 1.0;
    if change.abs() <= INSTRUCTIONS_REPEAT_WITHIN || base == head {
        return Text::from(format!("{}, unchanged", format::number(head)));
    }
    let sign = if change > 0.0 { "+" } else { "" };
    Text::strong(format!("{} ({sign}{})", format::number(head), format::percent(change)))
}

fn list(title: &str, points: Vec<Text>, document: &mut Document) {
    if !points.is_empty() {
        document.heading(2, title);
        document.blocks.push(Block::List(points));
    }
}
