//! CSV texts that nobody chose, with the numbers that stand in them.

use amdahl::{Exchanged, Value};
use proptest::prelude::*;

/// How a text is written: what carries no meaning.
#[derive(Debug, Clone)]
pub struct Style {
    pub line_end: &'static str,
    pub ends_with_a_line: bool,
    pub begins_with_a_mark: bool,
    /// Every cell of this number, counted through the text, is quoted.
    pub quoted_every: usize,
    /// So many lines have a blank one below them.
    pub blank_every: usize,
}

/// Any style; half of them without a quote, since one quote changes how a file is read.
pub fn styles() -> impl Strategy<Value = Style> {
    let every = || prop_oneof![1 => Just(usize::MAX), 1 => 1..6_usize];
    let line_ends = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    (line_ends, any::<bool>(), any::<bool>(), every(), every()).prop_map(
        |(line_end, ends_with_a_line, begins_with_a_mark, quoted_every, blank_every)| Style {
            line_end,
            ends_with_a_line,
            begins_with_a_mark,
            quoted_every,
            blank_every,
        },
    )
}

impl Style {
    /// The text of these lines. A line of one empty cell is quoted: unquoted, it were blank.
    pub fn text(&self, lines: &[Vec<String>]) -> String {
        let mut text = String::from(if self.begins_with_a_mark { "\u{feff}" } else { "" });
        let mut cells = 0;
        for (at, line) in lines.iter().enumerate() {
            for (column, cell) in line.iter().enumerate() {
                cells += 1;
                text.push_str(if column > 0 { "," } else { "" });
                let needs_quotes = cell.contains(['"', ',', '\n', '\r']);
                let would_vanish = line.len() == 1 && cell.is_empty();
                if cells % self.quoted_every == 0 || needs_quotes || would_vanish {
                    text.push_str(&["\"", &cell.replace('"', "\"\""), "\""].concat());
                } else {
                    text.push_str(cell);
                }
            }
            if at + 1 < lines.len() || self.ends_with_a_line {
                text.push_str(self.line_end);
                text.push_str(if at % self.blank_every == 0 { self.line_end } else { "" });
            }
        }
        text
    }
}

/// The input of a streaming kernel.
pub fn input(csv: &str, chunk_rows: i64) -> Exchanged {
    Exchanged::named([("csv", Value::from(csv)), ("chunk_rows", Value::from(chunk_rows))])
}

/// A cell with its number, if it has one.
pub fn cells() -> impl Strategy<Value = (String, Option<f64>)> {
    let number = |number: f64, text: String| (text, Some(number));
    prop_oneof![
        4 => (-1e3..1e3_f64).prop_map(move |value| number(value, value.to_string())),
        1 => (-1e150..1e150_f64).prop_map(move |value| number(value, format!("{value:e}"))),
        1 => (-99..99_i32).prop_map(move |value| number(f64::from(value), format!(" {value} "))),
        1 => prop::sample::select(vec!["0.0", "-0", "5e-324", "1e-310", "+1.5", "7.", ".25"])
            .prop_map(move |text| number(text.parse().expect("a number"), text.to_owned())),
        1 => prop::sample::select(vec!["", "", "nan", "NaN", "NA", "null", "-nan"])
            .prop_map(|text| (text.to_owned(), None)),
    ]
}

/// The same with an infinity now and then.
pub fn cells_with_infinities() -> impl Strategy<Value = (String, Option<f64>)> {
    let infinities = prop::sample::select(vec!["inf", "-inf", "Infinity"]);
    prop_oneof![
        12 => cells(),
        1 => infinities.prop_map(|text| (text.to_owned(), Some(text.parse().expect("a number")))),
    ]
}
