//! What was not measured, with the reason and the remedy: a gap in a table is never a zero.

use super::Report;
use crate::analyse::missing::gaps;
use crate::document::{Block, Column, Document, Table, Text};
use crate::format;

/// How many cases are named before the rest is counted.
const CASES_NAMED: usize = 4;

pub(super) fn section(report: &Report<'_>, document: &mut Document) {
    document.heading(2, "Not measured");
    let gaps = gaps(report.run);
    if gaps.is_empty() {
        document.paragraph("Everything that was asked for was measured.");
        return;
    }
    let mut table = Table::new([
        Column::left("measurer"),
        Column::left("cases"),
        Column::left("reason"),
        Column::left("remedy"),
    ]);
    for gap in gaps {
        let mut names: Vec<String> =
            gap.cases.iter().take(CASES_NAMED).map(ToString::to_string).collect();
        let rest = gap.cases.len().saturating_sub(CASES_NAMED);
        if rest > 0 {
            names.push(format::plural(rest, "more case"));
        }
        table.row([
            Text::code(gap.measurer),
            Text::from(format::list(&names)),
            Text::prose(gap.reason),
            Text::prose(gap.remedy),
        ]);
    }
    document.blocks.push(Block::Table(table));
}
