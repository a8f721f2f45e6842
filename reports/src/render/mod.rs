//! Renderers: a report in one notation each.
//!
//! One file a renderer, one line in [`all`]. Those for readers walk the same document; those for
//! programs read the summary and the findings. None computes a figure or writes a file.

mod csv;
mod html;
mod json;
mod markdown;
mod terminal;

pub use html::document as html;
pub use markdown::document as markdown;
pub use terminal::document as terminal;

use crate::{Artifact, Report};

/// Writes a report down in one notation.
pub trait Renderer: Sync {
    /// Its id, such as `markdown`.
    fn id(&self) -> &'static str;

    /// The name of the file it belongs in.
    fn file_name(&self) -> &'static str;

    /// The whole text, in one.
    fn render(&self, report: &Report<'_>) -> String;

    /// The files of a report in this notation: one, where the renderer does not say otherwise.
    fn files(&self, report: &Report<'_>) -> Vec<Artifact> {
        vec![Artifact { path: self.file_name().to_owned(), contents: self.render(report) }]
    }
}

/// Every renderer.
pub fn all() -> [&'static dyn Renderer; 5] {
    [&markdown::Markdown, &html::Html, &terminal::Terminal, &json::Json, &csv::Csv]
}

/// The renderer of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Renderer> {
    all().into_iter().find(|renderer| renderer.id() == id)
}
