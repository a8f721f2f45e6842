//! An answer in words and tables, for any renderer of documents.

use super::answer::{Answer, Faster, Part, Reading};
use crate::document::{Block, Column, Document, Table, Text};
use crate::format;

/// The answer as a document.
pub fn document(answer: &Answer) -> Document {
    let mut document = Document::default();
    document.heading(1, title(answer));
    document.paragraph(
        Text::strong(format!("{} overall", format::predicted_ratio(answer.speed_up))).then(
            format!(
                ": from {} to {}. No speed-up of {} alone gives more than {}.",
                answer.unit.show(answer.total),
                answer.unit.show(answer.total_after),
                if answer.functions.len() == 1 { "this function" } else { "these functions" },
                format::predicted_ratio(answer.limit)
            ),
        ),
    );
    document.blocks.push(Block::List(vec![total(answer), part(answer)]));
    document.blocks.push(Block::Table(functions(answer)));
    if answer.other_part.is_some() || !answer.readings.is_empty() {
        document.heading(2, "Other readings, and why they are not the answer");
        document.blocks.push(Block::Table(readings(answer)));
    }
    if !answer.notes.is_empty() {
        document.heading(2, "Notes");
        document
            .blocks
            .push(Block::List(answer.notes.iter().map(|note| Text::prose(note)).collect()));
    }
    document
}

fn title(answer: &Answer) -> Text {
    let mut title = Text::from("What if ");
    let last = answer.functions.len().saturating_sub(1);
    for (at, function) in answer.functions.iter().enumerate() {
        let between = match at {
            0 => "",
            _ if at == last => " and ",
            _ => ", ",
        };
        let how = format!(" were {}", faster(function.factor));
        title = title.then(between).then(Text::code(&function.label)).then(how);
    }
    title
}

fn faster(factor: f64) -> String {
    if factor == f64::INFINITY {
        "free".to_owned()
    } else {
        format!("{} as fast", format::tick_ratio(factor))
    }
}

fn total(answer: &Answer) -> Text {
    Text::strong("The total")
        .then(format!(" is {}, ", answer.unit.show(answer.total)))
        .then(Text::prose(&format!("{}. Read from {}.", answer.origin, answer.format)))
}

fn part(answer: &Answer) -> Text {
    let same = answer.functions.iter().all(|function| function.cumulative == Some(function.own));
    let words = match answer.part {
        _ if same => {
            ": self and cumulative time are the same here, so it does not matter which of them does."
        }
        Part::Cumulative => " is cumulative time: a call from entry to exit, with all it calls.",
        Part::Own => " is self time: the body of the function without what it calls.",
    };
    Text::strong("What becomes faster").then(words)
}

fn functions(answer: &Answer) -> Table {
    let mut table = Table::new([
        Column::left("function"),
        Column::right("calls"),
        Column::right("self"),
        Column::right("cumulative"),
        Column::right("counted"),
        Column::right("share of the total"),
        Column::right("becomes"),
    ]);
    for function in &answer.functions {
        table.row([
            Text::code(&function.label),
            Text::from(calls(function)),
            Text::from(answer.unit.show(function.own)),
            Text::from(function.cumulative.map(|c| answer.unit.show(c)).unwrap_or_default()),
            Text::from(answer.unit.show(function.counted)),
            Text::from(format::percent(function.counted / answer.total)),
            Text::from(faster(function.factor)),
        ]);
    }
    table.without_empty_columns()
}

/// As Python prints them: `5/1` where four of five calls were within another.
fn calls(function: &Faster) -> String {
    match function.calls {
        None => String::new(),
        Some(calls) if calls.all == calls.outermost => format::count(calls.all as f64),
        Some(calls) => {
            format!("{}/{}", format::count(calls.all as f64), format::count(calls.outermost as f64))
        }
    }
}

fn readings(answer: &Answer) -> Table {
    let mut table = Table::new([
        Column::left("taken for the total"),
        Column::right("total"),
        Column::right("counted"),
        Column::right("speed-up"),
        Column::right("at most"),
        Column::left("why it is not the answer"),
    ]);
    let mut row = |what: &str, reading: &Reading| {
        table.row([
            Text::prose(what),
            Text::from(answer.unit.show(reading.total)),
            Text::from(answer.unit.show(reading.counted)),
            Text::from(format::predicted_ratio(reading.speed_up)),
            Text::from(format::predicted_ratio(reading.limit)),
            Text::prose(&reading.why_not),
        ]);
    };
    for reading in &answer.readings {
        row(&reading.what, reading);
    }
    if let Some(other) = &answer.other_part {
        row(&format!("the same, but {}", other.what), other);
    }
    table
}
