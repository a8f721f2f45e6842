//! Charts as SVG text: times by variant, growth by size, speed-ups by kernel, stages by variant.
//!
//! They are assembled by hand, since what matters is that no label overlaps or is cut, and a label's
//! room is known only here. The ground is white and the colours are Okabe and Ito's (2008), which
//! colour-blind readers can tell apart. Figures come from the summary; none is computed here.

mod ceilings;
mod growth;
mod history;
mod roofline;
mod scale;
mod stages;
mod summary;
mod svg;
mod threads;
mod times;

pub use ceilings::ceilings;
pub use growth::growth;
pub use history::{history, history_overview};
pub use roofline::roofline;
pub use stages::stages;
pub use summary::summary;
pub use threads::threads;
pub use times::times;

/// The width of every chart, in pixels: what a page of GitHub shows without scaling.
const WIDTH: f64 = 860.0;

/// The height of a row, in pixels.
const ROW: f64 = 26.0;

/// The thickness of a bar, in pixels.
const BAR: f64 = 14.0;

/// The space left around everything, in pixels.
const MARGIN: f64 = 16.0;

/// The space between two columns, in pixels.
const GAP: f64 = 14.0;

/// The size of ordinary text, in pixels.
const TEXT: f64 = 13.0;

/// The size of titles, in pixels.
const TITLE: f64 = 15.0;

/// The room an axis with its numbers and its name takes, in pixels.
const AXIS: f64 = 46.0;

/// Okabe and Ito's colours by the part they play here.
mod colour {
    /// The fastest variant, and the first of a sequence.
    pub const BLUE: &str = "#0072b2";
    /// Any other variant.
    pub const SKY: &str = "#56b4e9";
    /// The reference.
    pub const GREY: &str = "#9a9a9a";
    /// A peer.
    pub const PEER: &str = "#e69f00";
    /// What became faster.
    pub const GREEN: &str = "#009e73";
    /// What failed, or became slower.
    pub const VERMILION: &str = "#d55e00";
    /// Text and whiskers.
    pub const INK: &str = "#1f2328";
    /// Axes and grid.
    pub const GRID: &str = "#d8dde2";
    /// Text of minor weight.
    pub const SOFT: &str = "#57606a";
    /// Stages in order, each with the colour of text that is legible on it.
    pub const SEQUENCE: [(&str, &str); 7] = [
        (BLUE, "#fff"),
        ("#e69f00", INK),
        (GREEN, "#fff"),
        ("#cc79a7", INK),
        (SKY, INK),
        (VERMILION, "#fff"),
        ("#f0e442", INK),
    ];
}

/// The width of the widest of some labels, in pixels.
fn widest<'a>(labels: impl Iterator<Item = &'a str>) -> f64 {
    labels.map(|label| svg::width(label, TEXT)).fold(0.0, f64::max)
}
