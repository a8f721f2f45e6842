//! What each variant reaches of its bound, in a picture and in the words of the tables.

use super::words::file_stem;
use crate::document::{Block, Document, Text};
use crate::summary::{CaseRow, KernelSummary, SizeSummary};
use crate::{KernelInfo, chart, format};

/// Below this factor nothing worth a sentence is left: it is within what the ceilings are known to.
const NOTHING_LEFT: f64 = 1.05;

/// The path of a kernel's roofline.
pub(super) fn chart_path(kernel: &str) -> String {
    format!("charts/{}-roofline.svg", file_stem(kernel))
}

pub(super) fn section(kernel: &KernelInfo, summary: &KernelSummary, document: &mut Document) {
    if chart::roofline(kernel, summary).is_none() {
        return;
    }
    document.blocks.push(Block::Image {
        alt: format!("Roofline of {}", kernel.id),
        path: chart_path(&kernel.id),
        caption: Text::from(
            "Roofline: the rate of the compulsory operations over how many there are for each \
             compulsory byte, below what memory and multiply-adds of this machine allow.",
        ),
    });
}

/// The share of the bound on as many threads.
pub(super) fn share(size: &SizeSummary, row: &CaseRow) -> Option<String> {
    Some(format::percent(size.headroom(row)?.share.interval.estimate))
}

/// How much is left, and of what: `1.3x left: bandwidth`.
pub(super) fn headroom(size: &SizeSummary, row: &CaseRow) -> Option<String> {
    let headroom = size.headroom(row)?;
    let bound = headroom.ceiling.bound.word();
    Some(if headroom.is_above_the_ceiling() {
        format!("none, and above the ceiling: {bound}")
    } else if headroom.left.estimate < NOTHING_LEFT {
        format!("none left: {bound}")
    } else {
        format!("{} left: {bound}", format::ratio(headroom.left.estimate))
    })
}
