//! A history in words, tables and pictures.

use std::collections::BTreeSet;

use super::{ALPHA, Analysed, Analysis, Change, SeriesKey};
use crate::document::{Block, Column, Document, Table, Text};
use crate::{Artifact, chart, format, render};

/// So many rows the table of changes has at most; a file of more is read by nobody.
const ROWS: usize = 200;

/// So many series have a picture of their own at most, those of the largest changes.
const PICTURES: usize = 100;

/// A picture of a history, with what it shows.
struct Drawn {
    /// Its file, beside the page.
    file: Artifact,
    /// What it is of.
    caption: String,
}

/// What was found, without pictures and without the series in which nothing was.
pub fn history_summary(analysis: &Analysis<'_>) -> Document {
    let mut document = Document::default();
    document.heading(1, "History");
    document.paragraph(headline(analysis));
    let changes = table(analysis);
    if !changes.rows.is_empty() {
        document.heading(2, "Changes");
        document.paragraph(
            "The largest first. A change is by how much a case is slower from a commit on; p is adjusted for \
             every place of every series.",
        );
        let cut = changes.rows.len().saturating_sub(ROWS);
        let rows = changes.rows.into_iter().take(ROWS).collect();
        document.blocks.push(Block::Table(Table { rows, columns: changes.columns }));
        if cut > 0 {
            document.paragraph(format!("{} not shown.", format::plural(cut, "further change")));
        }
    }
    document
}

/// The analysis as a document that leads to pictures beside it.
fn page(analysis: &Analysis<'_>, pictures: &[Drawn]) -> Document {
    let mut document = history_summary(analysis);
    for drawn in pictures {
        document.blocks.push(Block::Image {
            alt: drawn.caption.clone(),
            path: drawn.file.path.clone(),
            caption: Text::prose(&format::sentence(&drawn.caption)),
        });
    }
    document.heading(2, "Series");
    let block = Block::Table(series(analysis));
    let summary = Text::from("Every case on every kind of machine");
    document.blocks.push(Block::Details { summary, blocks: vec![block] });
    document
}

/// The page and its pictures.
pub fn history_files(analysis: &Analysis<'_>) -> Vec<Artifact> {
    let pictures = pictures(analysis);
    let page = render::markdown(&page(analysis, &pictures));
    let page = Artifact { path: "README.md".to_owned(), contents: page };
    std::iter::once(page).chain(pictures.into_iter().map(|drawn| drawn.file)).collect()
}

/// Series with a change, those of the largest change first.
fn changed<'a, 'h>(analysis: &'a Analysis<'h>) -> Vec<&'a Analysed<'h>> {
    let mut changed: Vec<&Analysed<'h>> =
        analysis.series.iter().filter(|own| !own.changes.is_empty()).collect();
    changed.sort_by(|a, b| b.largest().total_cmp(&a.largest()));
    changed
}

fn pictures(analysis: &Analysis<'_>) -> Vec<Drawn> {
    let changed = changed(analysis);
    if changed.is_empty() {
        return Vec::new();
    }
    let mut pictures = vec![Drawn {
        file: Artifact {
            path: "overview.svg".to_owned(),
            contents: chart::history_overview(analysis, &changed),
        },
        caption: "the cases that changed, side by side".to_owned(),
    }];
    pictures.extend(changed.iter().take(PICTURES).enumerate().map(|(at, own)| Drawn {
        file: Artifact {
            path: format!("{:03}-{}.svg", at + 1, file_stem(&own.series.key.case)),
            contents: chart::history(analysis, own),
        },
        caption: format!("`{}` on {}", own.series.key.case, own.series.key.machine),
    }));
    pictures
}

fn file_stem(case: &str) -> String {
    case.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

fn headline(analysis: &Analysis<'_>) -> String {
    let keys = || analysis.series.iter().map(|own| &own.series.key);
    let cases: BTreeSet<_> = keys().map(|key| (&key.suite, &key.case)).collect();
    let machines: BTreeSet<_> = keys().map(|key| &key.machine).collect();
    let kinds = format::count(machines.len() as f64);
    let changes: usize = analysis.series.iter().map(|own| own.changes.len()).sum();
    let short = analysis.series.len() - analysis.searched;
    let too_short = if short > 0 {
        let series = format::count(short as f64);
        format!("In {series} of the series there are too few commits yet to see one. ")
    } else {
        String::new()
    };
    format!(
        "{} on {kinds} kind{} of machine over {}, each a ratio to its anchor: {}. {too_short}\
         Where nothing changed in any case, a change is reported with a chance of at most {}.",
        format::plural(cases.len(), "case"),
        if machines.len() == 1 { "" } else { "s" },
        format::plural(analysis.history.commits.len(), "commit"),
        if changes == 0 { "no change".to_owned() } else { format::plural(changes, "change") },
        format::confidence(ALPHA)
    )
}

fn table(analysis: &Analysis<'_>) -> Table {
    let mut table = Table::new([
        Column::left("case"),
        Column::left("commit"),
        Column::left("committed"),
        Column::right("change [95 % interval]"),
        Column::right("p, adjusted"),
        Column::left("machine"),
        Column::left("anchor"),
    ]);
    let mut found: Vec<(&SeriesKey, &Change)> = analysis
        .series
        .iter()
        .flat_map(|own| own.changes.iter().map(|change| (&own.series.key, change)))
        .collect();
    let size = |change: &Change| change.shift.estimate.abs();
    found.sort_by(|a, b| size(b.1).total_cmp(&size(a.1)));
    for (key, change) in found {
        let commit = &analysis.history.commits[change.commit as usize];
        table.row([
            Text::code(key.case.clone()),
            Text::code(commit.hash.clone()),
            Text::from(commit.committed.get(..10).unwrap_or(&commit.committed).to_owned()),
            Text::from(format::change_interval(&change.shift)),
            Text::from(p_value(change.p)),
            Text::from(key.machine.clone()),
            Text::code(key.anchor.clone()),
        ]);
    }
    table
}

fn p_value(p: f64) -> String {
    /// Smaller ones say nothing more, and rest on a tail that no data reach.
    const LEAST: f64 = 1e-9;
    if p < LEAST { format!("< {}", format::scientific(LEAST)) } else { format::scientific(p) }
}

/// Every series: how long, and where it stands now.
fn series(analysis: &Analysis<'_>) -> Table {
    let mut table = Table::new([
        Column::left("case"),
        Column::left("machine"),
        Column::left("anchor"),
        Column::right("commits"),
        Column::right("changes"),
        Column::right("slower than the anchor now"),
    ]);
    for own in &analysis.series {
        let now = own.levels.last().map(|level| level.ln_ratio.exp_m1());
        table.row([
            Text::code(own.series.key.case.clone()),
            Text::from(own.series.key.machine.clone()),
            Text::code(own.series.key.anchor.clone()),
            Text::from(format::count(own.series.points.len() as f64)),
            Text::from(format::count(own.changes.len() as f64)),
            now.map(|now| Text::from(format::change(now))).unwrap_or_default(),
        ]);
    }
    table
}
