//! The gate for a pull request: Markdown that fits into one comment.

use super::document::{document_of, rows};
use super::{GateRun, Judgement};
use crate::render;

/// A comment on GitHub holds 65,536 characters; the rest is room for what a bot puts around it.
pub const PULL_REQUEST_CHARACTERS: usize = 65_000;

/// The gate as Markdown of at most so many characters: the weightiest rows first, and a count of those
/// that are not shown.
pub fn pull_request(run: &GateRun, judgement: &Judgement, characters: usize) -> String {
    let fits = |shown: usize| {
        let text = render::markdown(&document_of(run, judgement, shown));
        (text.chars().count() <= characters).then_some(text)
    };
    let all = rows(run, judgement);
    if let Some(text) = fits(all) {
        return text;
    }
    // The text grows with its rows, so the most that fit are found by halving.
    let (mut shown, mut beyond) = (0, all);
    while beyond - shown > 1 {
        let middle = usize::midpoint(shown, beyond);
        if fits(middle).is_some() {
            shown = middle;
        } else {
            beyond = middle;
        }
    }
    let text = fits(shown).unwrap_or_else(|| render::markdown(&document_of(run, judgement, 0)));
    text.chars().take(characters).collect()
}
