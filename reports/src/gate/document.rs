//! A gate in words and tables: the verdict, what counts against the head, how much could be seen, and
//! the rest folded away.

use super::explained::why_table;
use super::{
    BOUND_CONFIDENCE, CaseResult, ExactOutcome, ExactResult, GateRun, GatedCase, Judgement, Side,
    TimeOutcome, Verdict,
};
use crate::document::{Block, Column, Document, Table, Text};
use crate::format;
use crate::report::case_text;
use crate::{CaseId, Metric, Unit};

/// The gate as a document, for any renderer of documents.
pub fn gate_document(run: &GateRun, judgement: &Judgement) -> Document {
    document_of(run, judgement, rows(run, judgement))
}

/// How many rows the tables of the document have, all together.
pub(super) fn rows(run: &GateRun, judgement: &Judgement) -> usize {
    sections(run, judgement).iter().map(|section| section.table.rows.len()).sum()
}

/// A titled table of cases.
struct Section {
    title: &'static str,
    folded: bool,
    table: Table,
}

/// The document with so many rows, the weightiest; what is cut is counted.
pub(super) fn document_of(run: &GateRun, judgement: &Judgement, shown: usize) -> Document {
    let mut document = Document::default();
    document.heading(1, format!("Gate: {}", judgement.verdict.label()));
    document.paragraph(headline(run, judgement));
    if !judgement.reasons.is_empty() {
        let points = judgement.reasons.iter().map(|why| Text::prose(&format::sentence(why)));
        document.blocks.push(Block::List(points.collect()));
    }
    let mut left = shown;
    let mut cut = 0;
    for mut section in sections(run, judgement) {
        let kept = section.table.rows.len().min(left);
        left -= kept;
        cut += section.table.rows.len() - kept;
        section.table.rows.truncate(kept);
        if section.table.rows.is_empty() {
            continue;
        }
        let count = format::count(kept as f64);
        if section.folded {
            let summary = Text::from(format!("{} ({count})", section.title));
            document
                .blocks
                .push(Block::Details { summary, blocks: vec![Block::Table(section.table)] });
        } else {
            document.heading(2, section.title);
            document.blocks.push(Block::Table(section.table));
        }
    }
    if cut > 0 {
        document.paragraph(format!("{} not shown.", format::plural(cut, "further row")));
    }
    document.heading(2, "How it was measured");
    document.blocks.push(Block::List(protocol(run, judgement)));
    document.blocks.push(Block::Table(sides(run)));
    document
}

fn headline(run: &GateRun, judgement: &Judgement) -> Text {
    let compared = format::plural(run.cases.len(), "case");
    let confidence = format::confidence(BOUND_CONFIDENCE);
    let text = match (judgement.verdict, judgement.sight) {
        (Verdict::Pass, _) if !judgement.reasons.is_empty() => {
            format!("{compared} compared. Nothing is held against the head, but:")
        }
        (Verdict::Pass, Some(sight)) => format!(
            "{compared} compared. Each is slower by less than {} at {confidence}, if at all.",
            format::percent_at_most(sight)
        ),
        (Verdict::Pass, None) => format!("{compared} compared."),
        (Verdict::Rebaseline, _) => format!(
            "{compared} compared. More than the code differs, so nothing is held against the head."
        ),
        (Verdict::Regression, _) => format!("{compared} compared. Against the head:"),
        (Verdict::Inconclusive, _) => {
            format!("{compared} compared. Neither a regression nor a pass can be claimed:")
        }
    };
    Text::from(text)
}

fn sections(run: &GateRun, judgement: &Judgement) -> Vec<Section> {
    let pairs: Vec<(&GatedCase, &CaseResult)> = run.cases.iter().zip(&judgement.cases).collect();
    let times = |title, folded, keep: &dyn Fn(&TimeOutcome) -> bool| {
        let mut kept: Vec<_> =
            pairs.iter().copied().filter(|(_, result)| keep(&result.time.outcome)).collect();
        let weight = |result: &CaseResult| result.time.change.map_or(0.0, |change| change.estimate);
        kept.sort_by(|a, b| weight(b.1).total_cmp(&weight(a.1)));
        Section { title, folded, table: time_table(&kept) }
    };
    let counts = |title, folded, keep: &dyn Fn(&ExactOutcome) -> bool| Section {
        title,
        folded,
        table: exact_table(&pairs, keep),
    };
    let list = |title, cases: &[CaseId]| {
        let mut table = Table::new([Column::left("case")]);
        for case in cases {
            table.row([case_text(case)]);
        }
        Section { title, folded: false, table }
    };
    vec![
        times("Fails in the head", false, &|of| matches!(of, TimeOutcome::Failed(_))),
        times("Slower", false, &|of| *of == TimeOutcome::Slower),
        Section { title: "Why", folded: false, table: why_table(run, judgement) },
        counts("More than before", false, &|of| *of == ExactOutcome::Increased),
        times("Slower by its layout alone", false, &|of| *of == TimeOutcome::SlowerByLayout),
        times("Undecided", false, &|of| matches!(of, TimeOutcome::Undecided(_))),
        times("Not comparable", false, &|of| matches!(of, TimeOutcome::NotComparable(_))),
        list("Only in the base", &run.only_base),
        list("Only in the head", &run.only_head),
        counts("More, and accepted", false, &|of| matches!(of, ExactOutcome::Accepted(_))),
        times("Faster", false, &|of| *of == TimeOutcome::Faster),
        counts("Less than before", false, &|of| *of == ExactOutcome::Decreased),
        counts("Not counted", true, &|of| matches!(of, ExactOutcome::NotCounted(_))),
        times("Within the limit", true, &|of| *of == TimeOutcome::Within),
    ]
}

fn time_table(cases: &[(&GatedCase, &CaseResult)]) -> Table {
    let mut table = Table::new([
        Column::left("case"),
        Column::right("base"),
        Column::right("change [99 % interval]"),
        Column::right("slower by less than"),
        Column::right("limit"),
        Column::right("launches"),
        Column::right("disturbed pairs"),
        Column::left("said of it"),
    ]);
    for (case, result) in cases {
        let (trial, time) = (&case.time, &result.time);
        let said = match &time.outcome {
            TimeOutcome::Undecided(why)
            | TimeOutcome::Failed(why)
            | TimeOutcome::NotComparable(why) => why.clone(),
            _ => trial.limit.reason.clone().unwrap_or_default(),
        };
        let timed = time.launches > 0;
        let shown = |text: String| if timed { Text::from(text) } else { Text::default() };
        table.row([
            case_text(&trial.case),
            shown(format::time(trial.base_ns)),
            time.change
                .as_ref()
                .map(|change| Text::from(format::change_interval(change)))
                .unwrap_or_default(),
            time.bound.map(|bound| Text::from(format::percent_at_most(bound))).unwrap_or_default(),
            shown(format::percent(trial.limit.allowed_fraction(trial.base_ns))),
            shown(format::count(time.launches as f64)),
            shown(format!(
                "{} of {}",
                format::count(trial.pairs.disturbed as f64),
                format::count(trial.pairs.all as f64)
            )),
            Text::prose(&said),
        ]);
    }
    table.without_empty_columns()
}

fn exact_table(pairs: &[(&GatedCase, &CaseResult)], keep: &dyn Fn(&ExactOutcome) -> bool) -> Table {
    let mut table = Table::new([
        Column::left("case"),
        Column::left("metric"),
        Column::right("base"),
        Column::right("head"),
        Column::right("change"),
        Column::left("said of it"),
    ]);
    for (case, result) in pairs {
        for (counts, exact) in case.exact.iter().zip(&result.exact) {
            if !keep(&exact.outcome) {
                continue;
            }
            let said = match &exact.outcome {
                ExactOutcome::Accepted(reason) => format!("accepted: {reason}"),
                ExactOutcome::NotCounted(why) => why.clone(),
                _ => String::new(),
            };
            let value =
                |of: Option<f64>| of.map(|of| value(&counts.metric, of)).unwrap_or_default();
            table.row([
                case_text(&case.time.case),
                Text::code(counts.metric.clone()),
                value(exact.base),
                value(exact.head),
                change(exact),
                Text::prose(&said),
            ]);
        }
    }
    table.without_empty_columns()
}

fn value(metric: &str, value: f64) -> Text {
    let is_bytes = Metric::by_id(metric).is_some_and(|metric| metric.unit == Unit::Bytes);
    Text::from(if is_bytes { format::bytes(value) } else { format::count(value) })
}

fn change(exact: &ExactResult) -> Text {
    let Some((base, head)) = exact.base.zip(exact.head) else { return Text::default() };
    if base == 0.0 {
        return Text::default();
    }
    let sign = if head > base { "+" } else { "" };
    Text::from(format!("{sign}{}", format::percent((head - base) / base)))
}

fn protocol(run: &GateRun, judgement: &Judgement) -> Vec<Text> {
    let effort = |effort: super::Effort| {
        format!(
            "{} launches x up to {}",
            format::count(effort.launches as f64),
            format::plural(effort.epochs, "epoch")
        )
    };
    let of = &run.protocol;
    let mut points = vec![
        format!("Every case: {}, each epoch four slots in ABBA order.", effort(of.screen)),
        format!(
            "Took {} of {}, builds excluded{}.",
            format::duration(run.took_s),
            format::duration(of.budget_s),
            if of.cut_short { "; the budget ended before the plan did" } else { "" }
        ),
    ];
    if of.second.launches > 0 {
        let looked_at = run.cases.iter().filter(|case| case.time.second.is_some()).count();
        points.insert(
            1,
            format!(
                "Looked at again, on fresh launches alone: {}, up to {}.",
                format::plural(looked_at, "case"),
                effort(of.second)
            ),
        );
    }
    if let Some(sight) = judgement.sight {
        points.push(format!(
            "Smallest slow-down that could not have hidden in any case: {} at {}.",
            format::percent_at_most(sight),
            format::confidence(BOUND_CONFIDENCE)
        ));
    }
    let pairs = run.cases.iter().map(|case| case.time.pairs);
    let (all, disturbed) =
        pairs.fold((0, 0), |sum, pairs| (sum.0 + pairs.all, sum.1 + pairs.disturbed));
    if all > 0 {
        points.push(format!(
            "The machine disturbed {} of all pairs of slots.",
            format::percent(disturbed as f64 / all as f64)
        ));
    }
    let names: Vec<String> =
        run.canaries.iter().map(|canary| format!("`{}`", canary.case)).collect();
    if !names.is_empty() {
        points.push(format!("Canaries, the base against its own copy: {}.", format::list(&names)));
    }
    points.push(format!("Seed {}.", run.seed));
    points.extend(run.notes.iter().cloned());
    points.iter().map(|point| Text::prose(point)).collect()
}

fn sides(run: &GateRun) -> Table {
    let mut table = Table::new([Column::left("side"), Column::left("base"), Column::left("head")]);
    let mut row = |name: &str, of: &dyn Fn(&Side) -> Option<String>| {
        let cell = |side: &Side| Text::from(of(side).unwrap_or_else(|| "unknown".to_owned()));
        table.row([Text::from(name), cell(&run.base), cell(&run.head)]);
    };
    row("build", &|side| Some(side.name.clone()));
    row("commit", &|side| side.commit.clone());
    row("compiler", &|side| side.rustc.clone());
    row("lock file", &|side| side.lock.clone());
    table
}
