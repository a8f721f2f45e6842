//! A diagnosis in words: the verdict, and each group as a list.

use super::{Diagnosis, Group, Level, Line};
use crate::document::{Block, Document, Text};
use crate::format;

/// A diagnosis as a document, for any renderer of documents.
pub fn doctor_document(diagnosis: &Diagnosis) -> Document {
    let mut document = Document::default();
    document.heading(1, "What this place is fit for");
    document.paragraph(
        Text::strong("Verdict").then(": ").then(Text::prose(&diagnosis.verdict())).then("."),
    );
    for group in Group::ALL {
        let lines: Vec<&Line> = diagnosis.lines.iter().filter(|line| line.group == group).collect();
        if !lines.is_empty() {
            document.heading(2, group.title());
            document.blocks.push(Block::List(lines.into_iter().map(point).collect()));
        }
    }
    document
}

/// `warning: governor: what was found. What to do.`
pub(crate) fn point(line: &Line) -> Text {
    let level = match line.level {
        Level::Ok => Text::from(line.level.label()),
        _ => Text::strong(line.level.label()),
    };
    let found = level.then(format!(": {}: ", line.topic)).then(Text::prose(&line.says)).then(".");
    match &line.remedy {
        None => found,
        Some(remedy) => found.then(" ").then(Text::prose(&format::sentence(remedy))),
    }
}
