//! Phrases and cells that several sections share.

use crate::document::{Span, Text};
use crate::format;
use crate::stats::Interval;
use crate::summary::{CaseRow, Ratio};
use crate::{Agreement, CaseId};

/// Marks a speed-up whose samples were not taken in turn with the reference's.
pub(super) const UNPAIRED: &str = "≈ ";

/// A variant with its thread count where that is more than one.
pub(super) fn variant_text(case: &CaseId) -> Text {
    let threads = if case.threads > 1 {
        format!(", {}", format::plural(case.threads, "thread"))
    } else {
        String::new()
    };
    Text(vec![Span::Code(case.variant.clone()), Span::Plain(threads)])
}

/// The variant of a row, a peer's with its language.
pub(super) fn row_text(row: &CaseRow) -> Text {
    let Some(language) = &row.language else { return variant_text(&row.case) };
    let name = row.name.strip_suffix(&format!(" ({language})")).unwrap_or(&row.name);
    let mut text = variant_text(&CaseId { variant: name.to_owned(), ..row.case.clone() });
    text.0.insert(1, Span::Plain(format!(" ({language})")));
    text
}

/// A case by its printed name.
pub(crate) fn case_text(case: &CaseId) -> Text {
    Text::code(case.to_string())
}

/// A speed-up with its interval, marked where it is unpaired.
pub(super) fn speed_up_text(ratio: &Ratio) -> Text {
    let mark = if ratio.paired { "" } else { UNPAIRED };
    Text::from(format!("{mark}{}", format::ratio_interval(&ratio.interval)))
}

/// A speed-up with its interval; nothing where there is none.
pub(super) fn maybe_speed_up(ratio: Option<&Ratio>) -> Text {
    ratio.map(speed_up_text).unwrap_or_default()
}

/// The largest error and how much of what is allowed it uses.
pub(super) fn error_text(agreement: &Agreement) -> String {
    if agreement.error == 0.0 {
        return "0".to_owned();
    }
    format!("{}, {}", format::scientific(agreement.error), format::percent(agreement.used))
}

/// What to say of an interval that too few samples gave; nothing of a trustworthy one.
pub(super) fn few_samples(interval: &Interval, samples: usize) -> Option<String> {
    if interval.is_trustworthy() {
        return None;
    }
    let samples = format::plural(samples, "sample");
    if interval.confidence == 0.0 {
        return Some(format!("{samples}, no interval"));
    }
    Some(format!("{} interval of {samples}", format::confidence(interval.confidence)))
}

/// A name as part of a file's name: anything but letters, digits, `-` and `_` becomes `-`.
pub(super) fn file_stem(name: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.chars().map(|c| if safe(c) { c } else { '-' }).collect()
}
