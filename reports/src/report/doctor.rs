//! The doctor's verdict on the place of a run, in the head, and its lines in a fold below.

use crate::RunInfo;
use crate::doctor::{Diagnosis, Level, Subject, point};
use crate::document::{Block, Document, Text};
use crate::format;

/// The verdict; nothing where the run did not look around.
pub(super) fn verdict(info: &RunInfo) -> Text {
    Subject::of(info)
        .map(|subject| Text::prose(&Diagnosis::of(&subject).verdict()))
        .unwrap_or_default()
}

/// What the verdict rests on, the worst first.
pub(super) fn section(info: &RunInfo, document: &mut Document) {
    let Some(subject) = Subject::of(info) else { return };
    let mut lines = Diagnosis::of(&subject).lines;
    lines.sort_by_key(|line| std::cmp::Reverse(line.level));
    let count = |level| lines.iter().filter(|line| line.level == level).count();
    let summary = format!(
        "What the doctor saw: {}, {}, {} not measured, {} ok",
        format::plural(count(Level::Problem), "problem"),
        format::plural(count(Level::Warning), "warning"),
        count(Level::NotMeasured),
        count(Level::Ok)
    );
    let points = Block::List(lines.iter().map(point).collect());
    let summary = Text::from(summary);
    document.blocks.push(Block::Details { summary, blocks: vec![points] });
}
