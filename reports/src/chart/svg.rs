//! The few SVG elements that charts need.
//!
//! Coordinates are pixels from the top left, printed with one decimal so that the same figures give
//! the same bytes.

use std::fmt::Write as _;

use super::{WIDTH, colour};

/// The width of an average character over the font's size: that of `DejaVu` Sans, the widest of the
/// fonts asked for, so that text is never cut where another one is used.
const CHARACTER: f64 = 0.62;

/// An estimate of a label's width at a font size, in pixels, rather too large than too small.
pub(super) fn width(label: &str, size: f64) -> f64 {
    label.chars().count() as f64 * CHARACTER * size
}

/// On which side of its point a text stands.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy)]
pub(super) struct Font<'a> {
    pub size: f64,
    pub colour: &'a str,
    pub bold: bool,
}

impl Font<'static> {
    pub const PLAIN: Self = Self { size: super::TEXT, colour: colour::INK, bold: false };
    pub const BOLD: Self = Self { size: super::TEXT, colour: colour::INK, bold: true };
    pub const SOFT: Self = Self { size: super::TEXT, colour: colour::SOFT, bold: false };
    pub const TITLE: Self = Self { size: super::TITLE, colour: colour::INK, bold: true };
}

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dash {
    Solid,
    Dashed,
}

/// Where a stroke begins and where it ends.
pub(super) type Stroke = ((f64, f64), (f64, f64));

/// A picture in the making.
pub(super) struct Svg {
    body: String,
}

impl Svg {
    pub const fn new() -> Self {
        Self { body: String::new() }
    }

    /// The whole picture, with what it shows in words for those who cannot see it.
    pub fn finish(self, height: f64, description: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" font-family=\"system-ui,-apple-system,\
             'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif\">\n<title>{}</title>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{}</svg>\n",
            escape(description),
            self.body
        )
    }

    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, font: Font<'_>, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if font.bold { " font-weight=\"600\"" } else { "" };
        self.push(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{}\"{weight} \
             fill=\"{}\">{}</text>",
            font.size,
            font.colour,
            escape(text)
        ));
    }

    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str) {
        self.push(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             fill=\"{fill}\"/>"
        ));
    }

    pub fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: &str, thick: f64) {
        self.push(format_args!(
            "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{stroke}\" \
             stroke-width=\"{thick}\"/>"
        ));
    }

    /// A line through these points in order.
    pub fn path(&mut self, points: &[(f64, f64)], stroke: &str, thick: f64, dash: Dash) {
        let mut track = String::new();
        for (at, (x, y)) in points.iter().enumerate() {
            let command = if at == 0 { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            let _ = write!(track, "{command}{x:.1} {y:.1}");
        }
        let dash = match dash {
            Dash::Solid => "",
            Dash::Dashed => " stroke-dasharray=\"6 4\"",
        };
        self.push(format_args!(
            "<path d=\"{track}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{thick}\"{dash}/>"
        ));
    }

    /// Many separate strokes as one element: thousands of elements would make a picture slow to show.
    pub fn strokes(&mut self, ends: &[Stroke], stroke: &str, thick: f64) {
        let mut track = String::with_capacity(ends.len() * 24);
        for ((x1, y1), (x2, y2)) in ends {
            // Writing to a string cannot fail.
            let _ = write!(track, "M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}");
        }
        self.push(format_args!(
            "<path d=\"{track}\" stroke=\"{stroke}\" stroke-width=\"{thick}\"/>"
        ));
    }

    /// Many dots as one element.
    pub fn dots(&mut self, points: &[(f64, f64)], radius: f64, fill: &str) {
        let mut track = String::with_capacity(points.len() * 14);
        for (x, y) in points {
            // Writing to a string cannot fail.
            let _ = write!(track, "M{x:.1} {y:.1}h0");
        }
        self.push(format_args!(
            "<path d=\"{track}\" stroke=\"{fill}\" stroke-width=\"{:.1}\" stroke-linecap=\"round\"/>",
            2.0 * radius
        ));
    }

    pub fn dot(&mut self, (x, y): (f64, f64), radius: f64, fill: &str) {
        self.push(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{fill}\"/>"
        ));
    }

    /// An interval from `low` to `high` with a cap at either end.
    pub fn whisker(&mut self, low: f64, high: f64, y: f64) {
        const CAP: f64 = 4.0;
        self.line((low, y), (high, y), colour::INK, 1.5);
        for x in [low, high] {
            self.line((x, y - CAP), (x, y + CAP), colour::INK, 1.5);
        }
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.body, "{element}");
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
