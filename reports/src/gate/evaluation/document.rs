//! An evaluation in words and tables.

use super::super::{BOUND_CONFIDENCE, Verdict};
use super::figures::{Beside, Evaluation, Found, Programs, Rate, Requirement, requirements};
use super::relabel::{RELABELLINGS, relabelled_alarms};
use super::{CriterionSays, Plant, PlantKind, SuiteKind};
use crate::document::{Block, Column, Document, Table, Text};
use crate::format;
use crate::stats::{median, quantile};

const HOW: &str = "Written by `cargo amdahl gate --self-test`. Each suite is a run of the gate between a \
                   program and a copy of it, of cases drawn by a seed. Into the copy slow-downs may be \
                   planted, by percent of a case's own time. What is planted is known, so what the gate \
                   says can be counted. Shares have exact intervals of 95 % (Clopper and Pearson 1934).";

/// The evaluation as a document, for any renderer of documents. Relabellings are drawn anew, always the
/// same.
pub fn evaluation_document(evaluation: &Evaluation<'_>) -> Document {
    let trials = evaluation.unchanged_trials();
    let trials: Vec<_> = trials.iter().map(Vec::as_slice).collect();
    let relabelled = relabelled_alarms(&trials, RELABELLINGS);
    let mut document = Document::default();
    document.heading(1, "How often the gate is right");
    document.paragraph(Text::prose(HOW));
    document.blocks.push(Block::List(extent(evaluation)));
    document.heading(2, "Required and found");
    document.blocks.push(Block::Table(required(&requirements(evaluation, relabelled))));
    document.heading(2, "Suites without a planted slow-down");
    document.blocks.push(Block::Table(verdicts(evaluation)));
    document.paragraph(Text::prose(&alarms(evaluation, relabelled)));
    if evaluation.of(SuiteKind::Relinked, Beside::Anything).next().is_some() {
        document.paragraph(Text::prose(&relinked(evaluation)));
    }
    document.heading(2, "Planted slow-downs");
    document.paragraph(Text::prose(
        "Confirmed: called slower on fresh launches. Passed: bounded by twice the limit of 1 %. \
         Neither: left undecided, and the suite did not pass by it. At 0 % the slow-down is there and \
         does nothing. Allocations of a slow-down are timed and not counted: those that are counted \
         need no statistics.",
    ));
    document.blocks.push(Block::Table(by_size(evaluation)));
    document.blocks.push(Block::Table(by_kind(evaluation)));
    document.heading(2, "What could not have hidden");
    document.blocks.push(Block::Table(bounds(evaluation)));
    document.heading(2, "Beside criterion");
    beside_criterion(evaluation, &mut document);
    document
}

fn extent(evaluation: &Evaluation<'_>) -> Vec<Text> {
    let Some(first) = evaluation.judged.first() else {
        return vec![Text::from("No suite went through the gate yet.")];
    };
    let runs = || evaluation.judged.iter().map(|own| &own.suite.run);
    let seconds: Vec<f64> = runs().map(|run| run.took_s).collect();
    let mut cases: Vec<usize> = runs().map(|run| run.cases.len()).collect();
    cases.sort_unstable();
    let middle = cases[cases.len() / 2];
    let machine = &first.suite.run.machine;
    let started = |pick: fn(_, _) -> _| runs().map(|run| run.started.as_str()).reduce(pick);
    let day =
        |when: Option<&str>| when.and_then(|when| when.get(..10)).unwrap_or_default().to_owned();
    let beside = evaluation.judged.iter().filter(|own| own.suite.neighbour).count();
    let count = |kind| evaluation.of(kind, Beside::Anything).count();
    let points = [
        format!(
            "{}, {}, {}.",
            machine.cpu,
            format::plural(machine.cores, "core"),
            machine
                .hypervisor
                .as_deref()
                .map_or("no hypervisor".to_owned(), |by| format!("a guest of {by}"))
        ),
        format!(
            "{} through the gate: {} unchanged, {} relinked, {} with planted slow-downs; {} of them beside \
             a process that keeps one processor busy for half of the time. {} through criterion.",
            format::plural(evaluation.judged.len(), "suite"),
            count(SuiteKind::Unchanged),
            count(SuiteKind::Relinked),
            count(SuiteKind::Planted),
            beside,
            evaluation.criterion.len(),
        ),
        format!(
            "A suite has {} (median) and a budget of {}, and takes {} (median; at most {}).",
            format::plural(middle, "case"),
            format::duration(first.suite.run.protocol.budget_s),
            format::duration(median(&seconds).unwrap_or(0.0)),
            format::duration(seconds.iter().copied().fold(0.0, f64::max)),
        ),
        format!("From {} to {}, UTC.", day(started(std::cmp::min)), day(started(std::cmp::max))),
    ];
    points.iter().map(|point| Text::prose(point)).collect()
}

fn required(all: &[Requirement]) -> Table {
    let mut table = Table::new([
        Column::left("required"),
        Column::right("share"),
        Column::right("found [95 % interval]"),
        Column::right("alone"),
        Column::right("beside a neighbour"),
        Column::left("said of it"),
    ]);
    for own in all {
        let sign = if own.at_most { "at most" } else { "at least" };
        table.row([
            Text::from(own.what.clone()),
            Text::from(format!("{sign} {}", format::percent(own.wanted))),
            Text::from(own.all.text()),
            Text::from(own.alone.text()),
            Text::from(own.beside.text()),
            Text::prose(&own.said()),
        ]);
    }
    table
}

fn verdicts(evaluation: &Evaluation<'_>) -> Table {
    let mut table = Table::new([
        Column::left("suites"),
        Column::left("beside"),
        Column::right("end in 0"),
        Column::right("end in 2, an alarm"),
        Column::right("end in 3"),
    ]);
    for kind in [SuiteKind::Unchanged, SuiteKind::Relinked] {
        for (beside, word) in [(Beside::Nobody, "nobody"), (Beside::Neighbour, "a busy neighbour")]
        {
            let share = |verdict| evaluation.ends(kind, beside, verdict);
            if share(Verdict::Pass).of == 0 {
                let why = if kind == SuiteKind::Relinked {
                    "not measured: give `--self-test-variant`, see docs/methodology.md"
                } else {
                    "not measured yet"
                };
                table.row([Text::from(kind.word()), Text::from(word), Text::prose(why)]);
                continue;
            }
            table.row([
                Text::from(kind.word()),
                Text::from(word),
                Text::from(share(Verdict::Pass).text()),
                Text::from(share(Verdict::Regression).text()),
                Text::from(share(Verdict::Inconclusive).text()),
            ]);
        }
    }
    table
}

fn alarms(evaluation: &Evaluation<'_>, relabelled: Rate) -> String {
    let said = |rate: Rate, none: &str| if rate.of == 0 { none.to_owned() } else { rate.text() };
    format!(
        "Of the cases in which nothing was planted, between copies of one file, so many are called slower: {}. \
         Of the unchanged suites with their launches' signs drawn anew, all cases of a launch alike, so many \
         alarm: {}.",
        said(evaluation.called_slower(Programs::Copies), "none was measured yet"),
        said(relabelled, "none was measured yet"),
    )
}

/// What a suite between two layouts of one source says, which is no false alarm.
fn relinked(evaluation: &Evaluation<'_>) -> String {
    let changes = evaluation.relinked_changes();
    let by = median(&changes).map_or_else(String::new, |middle| {
        let most = changes.iter().copied().fold(0.0, f64::max);
        format!(", by {} (median; at most {})", format::percent(middle), format::percent(most))
    });
    format!(
        "Relinked is the same source, whose code lies elsewhere. Of its cases so many are called slower: {}; \
         and slower or faster: {}{by}. Such a difference is there in every launch of these two builds, and \
         comes of no work: `--explain` times both sides in other layouts too, and makes of a case that is slower \
         in some of them alone a warning.",
        evaluation.called_slower(Programs::Relinked).text(),
        evaluation.called_changed(Programs::Relinked).text(),
    )
}

fn size(percent: f64) -> Text {
    Text::from(format!("{} %", format::tick_number(percent)))
}

fn by_size(evaluation: &Evaluation<'_>) -> Table {
    let mut table = Table::new([
        Column::right("planted"),
        Column::right("confirmed"),
        Column::right("alone"),
        Column::right("beside a neighbour"),
        Column::right("passed"),
        Column::right("estimate, median [10 %, 90 %]"),
    ]);
    let found = evaluation.found();
    for percent in evaluation.sizes() {
        let own: Vec<&Found<'_>> =
            found.iter().filter(|own| own.plant.percent == percent).collect();
        let estimates: Vec<f64> = own.iter().filter_map(|own| own.estimate).collect();
        table.row([
            size(percent),
            Text::from(evaluation.confirmed(percent, Beside::Anything).text()),
            Text::from(evaluation.confirmed(percent, Beside::Nobody).text()),
            Text::from(evaluation.confirmed(percent, Beside::Neighbour).text()),
            Text::from(Rate::of(own.iter().map(|own| own.is_passed)).text()),
            spread(&estimates),
        ]);
    }
    table
}

/// Median and the outer tenths of fractions.
fn spread(fractions: &[f64]) -> Text {
    let at = |q| quantile(fractions, q).map(format::percent);
    match (at(0.5), at(0.1), at(0.9)) {
        (Some(middle), Some(low), Some(high)) => Text::from(format!("{middle} [{low}, {high}]")),
        _ => Text::default(),
    }
}

fn by_kind(evaluation: &Evaluation<'_>) -> Table {
    let columns = PlantKind::ALL.map(|kind| Column::right(format!("{}, confirmed", kind.word())));
    let mut table = Table::new([Column::right("planted")].into_iter().chain(columns));
    let found = evaluation.found();
    for percent in evaluation.sizes() {
        let of = |kind| {
            let own =
                found.iter().filter(|own| own.plant.percent == percent && own.plant.kind == kind);
            let rate = Rate::of(own.map(|own| own.is_confirmed));
            Text::from(format!("{} of {}", rate.hits, rate.of))
        };
        table.row([size(percent)].into_iter().chain(PlantKind::ALL.map(of)));
    }
    table
}

fn bounds(evaluation: &Evaluation<'_>) -> Table {
    let title = format!("slower by less than, at {}", format::confidence(BOUND_CONFIDENCE));
    let mut table = Table::new([
        Column::left("of"),
        Column::left("beside"),
        Column::right("how many"),
        Column::right(format!("{title}, median [10 %, 90 %]")),
    ]);
    for (neighbour, word) in [(false, "nobody"), (true, "a busy neighbour")] {
        let suites = || {
            evaluation.judged.iter().filter(move |own| {
                own.suite.kind == SuiteKind::Unchanged && own.suite.neighbour == neighbour
            })
        };
        let sights: Vec<f64> = suites().filter_map(|own| own.judgement.sight).collect();
        let cases: Vec<f64> = suites()
            .flat_map(|own| own.judgement.cases.iter().filter_map(|case| case.time.bound))
            .collect();
        for (of, values) in [("a case", cases), ("the worst case of a suite", sights)] {
            table.row([
                Text::from(of),
                Text::from(word),
                Text::from(format::count(values.len() as f64)),
                spread(&values),
            ]);
        }
    }
    table
}

fn beside_criterion(evaluation: &Evaluation<'_>, document: &mut Document) {
    let said = evaluation.by_criterion();
    if said.is_empty() {
        document.paragraph("No suite went through criterion yet.");
        return;
    }
    document.paragraph(Text::prose(
        "The same programs, cases, slow-downs and budget, which criterion may overrun: it \
         measures all of the base and saves it as a baseline, then all of the head. Counted is what it prints: \"Performance has regressed\" or \
         \"improved\", which is at 5 % significance and beyond its noise threshold of 1 %.",
    ));
    let mut table =
        Table::new([Column::left("of"), Column::right("criterion"), Column::right("the gate")]);
    let calls = |keep: &dyn Fn(Option<&Plant>) -> bool, wanted: &[CriterionSays]| {
        let kept = said.iter().filter(|(plant, _)| keep(*plant));
        Rate::of(kept.map(|(_, says)| wanted.contains(says))).text()
    };
    let none = |plant: Option<&Plant>| plant.is_none();
    let either = [CriterionSays::Regressed, CriterionSays::Improved];
    table.row([
        Text::from("cases without a change, called slower"),
        Text::from(calls(&none, &[CriterionSays::Regressed])),
        Text::from(evaluation.called_slower(Programs::Copies).text()),
    ]);
    table.row([
        Text::from("cases without a change, called slower or faster"),
        Text::from(calls(&none, &either)),
        Text::from(evaluation.called_changed(Programs::Copies).text()),
    ]);
    table.row([
        Text::from("suites that call one of those slower"),
        Text::from(evaluation.criterion_suites_that_alarm().text()),
        Text::from(evaluation.suites_that_alarm().text()),
    ]);
    for percent in evaluation.sizes().into_iter().filter(|percent| *percent > 0.0) {
        let is_of = |plant: Option<&Plant>| plant.is_some_and(|own| own.percent == percent);
        table.row([
            Text::from(format!("slow-downs of {} %, called slower", format::tick_number(percent))),
            Text::from(calls(&is_of, &[CriterionSays::Regressed])),
            Text::from(evaluation.confirmed(percent, Beside::Anything).text()),
        ]);
    }
    document.blocks.push(Block::Table(table));
    let seconds: Vec<f64> = evaluation.criterion.iter().map(|suite| suite.took_s).collect();
    document.paragraph(format!(
        "A suite of criterion takes {} (median).",
        format::duration(median(&seconds).unwrap_or(0.0))
    ));
}
