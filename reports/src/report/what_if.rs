//! What experiments say of each stage, in words and a table: for a pipeline, and for any program.

use super::words::variant_text;
use crate::document::{Block, Column, Document, Table, Text};
use crate::stats::Interval;
use crate::stats::amdahl::overall_speed_up_interval;
use crate::summary::{Effect, Stages, WhatIfRow, WhatIfTable, what_if};
use crate::{KernelInfo, Shift, WhatIf, format};

/// The experiments on a pipeline's cases.
pub(super) fn section(kernel: &KernelInfo, stages: &Stages, document: &mut Document) {
    if stages.what_if.is_empty() {
        return;
    }
    document.heading(3, format!("What moving a stage of {} does to the whole", kernel.id));
    document.paragraph(meaning(Shift::Delay));
    for experiment in &stages.what_if {
        let shares = experiment.case.as_ref().and_then(|case| stages.table(case));
        let share = |stage: &str| {
            let row = shares?.stages.iter().find(|row| row.name == stage)?;
            Some((row.share, overall_speed_up_interval(&row.shares, 2.0)?))
        };
        if let Some(case) = &experiment.case {
            let title = Text::strong("Experiments on ").then(variant_text(case));
            document.paragraph(title.then(whole(experiment)));
        }
        document.blocks.push(Block::Table(table(experiment, share)));
    }
}

/// The experiments on a program that is no kernel, as a document of its own.
pub fn experiment(title: &str, measured: &WhatIf) -> Document {
    let experiment = what_if(None, measured);
    let mut document = Document::default();
    document.heading(1, title);
    document.paragraph(meaning(measured.shift));
    document.paragraph(Text::from("One run").then(whole(&experiment)));
    document.blocks.push(Block::Table(table(&experiment, |_| None)));
    for row in &experiment.rows {
        if let Ok(effect) = &row.effect {
            document.paragraph(Text::prose(&format::sentence(&sentence(&row.stage, effect))));
        }
    }
    document
}

fn meaning(shift: Shift) -> Text {
    let how = match shift {
        Shift::Delay => "Each call of a stage is made longer by a delay of known length",
        Shift::VirtualSpeedUp => {
            "While a thread runs a stage the other threads are delayed by a part of its time, and the \
             delay is taken off the whole, as if the stage were that much faster"
        }
    };
    Text::from(format!(
        "{how}, in rounds of random order. The slope is how far the whole moves for each \
         nanosecond the stage moves: 1 where the whole waits for it, 0 where it has slack. A slope is \
         local: once a stage is shorter by more than its lead, another one is waited for, so the last \
         two columns are what would come if the slope held."
    ))
}

fn whole(experiment: &WhatIfTable) -> String {
    experiment.total_ns.as_ref().map_or_else(
        || ": nothing was shifted.".to_owned(),
        |total| {
            format!(
                ": {} an iteration with nothing shifted, the largest shift is {} of it.",
                format::time_interval(total),
                format::percent(experiment.largest_shift)
            )
        },
    )
}

/// `share` gives a stage's share and what it predicts by Amdahl's law, where stages were timed.
fn table(experiment: &WhatIfTable, share: impl Fn(&str) -> Option<(Interval, Interval)>) -> Table {
    let mut table = Table::new([
        Column::left("stage"),
        Column::right("time in it"),
        Column::right("share p"),
        Column::right("slope [interval]"),
        Column::left("the whole waits"),
        Column::right("2x faster, by its share"),
        Column::right("2x faster, by experiment"),
        Column::right("free, by experiment"),
    ]);
    for row in &experiment.rows {
        let predicted = share(&row.stage);
        let mut cells = vec![
            Text::code(&row.stage),
            Text::from(format::time(row.busy_ns)),
            Text::from(predicted.map(|(p, _)| format::percent(p.estimate)).unwrap_or_default()),
        ];
        let by_share = predicted.map(|(_, twice)| format::ratio_interval(&twice));
        cells.extend(outcome(row, by_share.unwrap_or_default()));
        table.row(cells);
    }
    table.without_empty_columns()
}

fn outcome(row: &WhatIfRow, by_share: String) -> Vec<Text> {
    match &row.effect {
        Ok(effect) => vec![
            Text::from(slope(&effect.slope)),
            Text::from(effect.verdict.label()),
            Text::from(by_share),
            Text::from(format::ratio_interval(&effect.if_twice)),
            Text::from(format::ratio_interval(&effect.if_free)),
        ],
        Err(reason) => vec![
            Text::default(),
            Text::prose(&format!("not measured: {reason}")),
            Text::from(by_share),
        ],
    }
}

/// A slope with its interval: two decimals, since more were never significant.
fn slope(slope: &Interval) -> String {
    // Adding 0 makes a negative zero positive.
    let two = |value: f64| format!("{:.2}", (value * 100.0).round() / 100.0 + 0.0);
    format!("{} [{}, {}]", two(slope.estimate), two(slope.low), two(slope.high))
}

/// What an effect says, in a sentence.
pub(crate) fn sentence(stage: &str, effect: &Effect) -> String {
    format!(
        "if `{stage}` were twice as fast, the whole would be {} as fast by experiment, as long as its \
         slope of {} holds ({})",
        format::ratio_interval(&effect.if_twice),
        slope(&effect.slope),
        effect.verdict.label()
    )
}
