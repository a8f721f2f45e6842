//! The operations that a kernel declares beside those its reference does.

use crate::document::{Block, Column, Document, Table, Text};
use crate::format;
use crate::summary::{CountedSize, KernelSummary};

pub(super) fn section(summary: &KernelSummary, document: &mut Document) {
    if summary.counted.is_empty() {
        return;
    }
    let excessive = summary.counted.iter().filter(|size| size.is_excessive()).count();
    let verdict = match excessive {
        0 => "never more than its reference does".to_owned(),
        sizes => format!("more than its reference does at {}", format::plural(sizes, "smoke size")),
    };
    let mut table = Table::new([
        Column::left("smoke size"),
        Column::right("declared"),
        Column::right("counted"),
        Column::right("declared of counted"),
        Column::right("roots"),
        Column::right("functions"),
        Column::right("comparisons"),
    ]);
    for size in &summary.counted {
        table.row(cells(size));
    }
    document.blocks.push(Block::Details {
        summary: Text::from(format!("Operations declared and counted: {verdict}")),
        blocks: vec![Block::Table(table.without_empty_columns())],
    });
}

fn cells(size: &CountedSize) -> [Text; 7] {
    let counted = size.counted.flops() as f64;
    let declared = size.declared.map(format::flops).unwrap_or_default();
    let share = size.declared.filter(|_| counted > 0.0).map(|own| format::percent(own / counted));
    let apart = |count: u64| match count {
        0 => Text::default(),
        count => Text::from(format::count(count as f64)),
    };
    [
        Text::from(size.size.as_str()),
        Text::from(declared),
        Text::from(format::flops(counted)),
        Text::from(share.unwrap_or_default()),
        apart(size.counted.roots),
        apart(size.counted.functions),
        apart(size.counted.comparisons),
    ]
}
