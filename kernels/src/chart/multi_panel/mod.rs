//! One figure of four panels by two libraries and by hand (exercise E.4).

mod figure;
pub mod plain;
pub mod with_charming;
pub mod with_plotters;

use amdahl::{Kernel, Sizes, Timed};

pub use crate::support::drawing::DrawingError;
pub use figure::{Document, Figure, FigureError, Marks, Panels};

/// A histogram, a scatter plot, a line and bars in one figure of 1000 x 700 pixels.
///
/// The exercise compares libraries of charts by the lines they ask for, the time they take, the
/// size and the kinds of what comes out. Charming draws nothing itself: it writes down what a
/// browser is to draw, with a script that the page loads from the network, so that the page does
/// not work offline; and writing all that JSON takes its time too. Plotters draws SVG and pixels
/// alike from one description; plain code knows its one figure and nothing else.
///
/// Figures agree on the marks drawn, each recorded as it is, and not on bytes. What is not finite,
/// or beyond 1e300, is not drawn: a value in no bin of the histogram, a point of the scatter plot left out, a gap in
/// the line, a place without a bar. The histogram has 20 bins of equal width from the lowest value
/// to the highest, which lies in the last. Panels without data keep their frame.
pub fn kernel() -> Kernel {
    Kernel::new("multi_panel", "one figure of four panels: histogram, scatter plot, line, bars")
        .exercise("E.4")
        .sizes(Sizes::smoke([0, 1, 2, 67]).measured([1_000]))
        .input(|&n, rng| Panels::example(n, rng))
        .growing(|n| n)
        .reference("plotters", |panels| timed(panels, with_plotters::svg))
        .variant("plotters_png", |panels| timed(panels, with_plotters::png))
        .variant("charming", |panels| timed(panels, with_charming::html))
        .variant("plain", |panels| timed(panels, plain::svg))
        .build()
}

type Draw = fn(&Panels) -> Result<Figure, DrawingError>;

fn timed(panels: &Panels, draw: Draw) -> Timed<'_, Result<Figure, FigureError>> {
    Timed::returning(move || Ok(draw(panels)?))
}

/// A row of the exercise's table that no clock tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The variant.
    pub variant: &'static str,
    /// What it writes here.
    pub format: &'static str,
    /// What its library can write as well, as it is built here.
    pub other_formats: &'static [&'static str],
    /// The lines of code of the figure, without comments and blank lines.
    pub lines_of_code: usize,
    /// The size of the figure of these panels.
    pub size_bytes: usize,
}

/// The exercise's table for these panels: each variant's lines, formats and size.
///
/// Plain code is charged for its SVG writer too, which a library brings along.
///
/// # Errors
/// Where a library cannot draw.
pub fn facts(panels: &Panels) -> Result<Vec<Facts>, FigureError> {
    let plotters = include_str!("with_plotters.rs");
    let charming = include_str!("with_charming.rs");
    let plain = concat!(include_str!("plain.rs"), include_str!("../../support/svg.rs"));
    let rows: [(_, Draw, _, &[_], usize); 4] = [
        ("plotters", with_plotters::svg, "SVG", &["PNG"], lines_of_code(plotters)),
        ("plotters_png", with_plotters::png, "PNG", &["SVG"], lines_of_code(plotters)),
        ("charming", with_charming::html, "HTML", &["JSON"], lines_of_code(charming)),
        ("plain", plain::svg, "SVG", &[], lines_of_code(plain)),
    ];
    let row = |(variant, draw, format, other_formats, lines_of_code): (_, Draw, _, _, _)| {
        let size_bytes = draw(panels)?.document.map_or(0, |document| document.bytes().len());
        Ok(Facts { variant, format, other_formats, lines_of_code, size_bytes })
    };
    rows.into_iter().map(row).collect()
}

fn lines_of_code(source: &str) -> usize {
    let lines = source.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}
