//! The findings, most severe first; the mere notes folded away where there are many.

use super::Report;
use crate::document::{Block, Document, Span, Text};
use crate::format;
use crate::{Finding, Severity};

/// How many notes are shown unfolded: more would hide the tables that follow.
const NOTES_SHOWN: usize = 6;

pub(super) fn section(report: &Report<'_>, document: &mut Document) {
    document.heading(2, "Findings");
    if report.findings.is_empty() {
        document.paragraph("None.");
        return;
    }
    let (notes, grave): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.severity == Severity::Note);
    if !grave.is_empty() {
        document.blocks.push(Block::List(grave.into_iter().map(point).collect()));
    }
    if notes.is_empty() {
        return;
    }
    let count = notes.len();
    let list = Block::List(notes.into_iter().map(point).collect());
    document.blocks.push(if count > NOTES_SHOWN {
        Block::Details { summary: Text::from(format::plural(count, "note")), blocks: vec![list] }
    } else {
        list
    });
}

fn point(finding: &Finding) -> Text {
    let mut text = Text::strong(finding.severity.label())
        .then(": ")
        .then(Text::prose(&finding.message))
        .then(".");
    if !finding.evidence.is_empty() {
        let figures: Vec<String> =
            finding.evidence.iter().map(|e| format!("{}: {}", e.name, e.value)).collect();
        text.0.push(Span::Plain(" ".to_owned()));
        text.0.push(Span::Emphasis(format!("({})", figures.join("; "))));
    }
    text
}
