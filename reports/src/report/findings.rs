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
    let fold = notes.len() > NOTES_SHOWN;
    let (shown, folded) = if fold { (grave, notes) } else { ([grave, notes].concat(), Vec::new()) };
    if !shown.is_empty() {
        document.blocks.push(Block::List(shown.into_iter().map(point).collect()));
    }
    if !folded.is_empty() {
        let summary = Text::from(format::plural(folded.len(), "note"));
        let list = Block::List(folded.into_iter().map(point).collect());
        document.blocks.push(Block::Details { summary, blocks: vec![list] });
    }
}

/// Those about one kernel, for its own page; nothing where there are none.
pub(super) fn of_kernel(report: &Report<'_>, kernel: &str, document: &mut Document) {
    let own = report
        .findings
        .iter()
        .filter(|finding| finding.case.as_ref().is_some_and(|case| case.kernel == kernel));
    let points: Vec<Text> = own.map(point).collect();
    if !points.is_empty() {
        document.heading(3, format!("Findings on {kernel}"));
        document.blocks.push(Block::List(points));
    }
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
