//! SVG written as text: elements, attributes, and nothing that a chart does not need.

use std::fmt::Write;

use plotters::style::RGBColor;

use super::drawing::FAMILY;

/// An SVG document in the making; coordinates are pixels from the upper left.
pub struct Svg {
    text: String,
}

/// Where the given point of a text lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At its left end.
    Start,
    /// In its middle.
    Middle,
    /// At its right end.
    End,
}

impl Svg {
    /// A white page.
    pub fn new((width, height): (u32, u32)) -> Self {
        let mut svg = Self { text: String::with_capacity(16 * 1024) };
        svg.push(format_args!(
            "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             xmlns=\"http://www.w3.org/2000/svg\" font-family=\"{FAMILY}\" fill=\"#222222\">\n"
        ));
        svg.rect([0.0, 0.0], [f64::from(width), f64::from(height)], RGBColor(255, 255, 255));
        svg
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        self.text.write_fmt(element).expect("a string takes all that is written");
    }

    /// A filled rectangle.
    pub fn rect(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], colour: RGBColor) {
        let colour = hex(colour);
        self.push(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             fill=\"{colour}\"/>\n"
        ));
    }

    /// A dot.
    pub fn circle(&mut self, [x, y]: [f64; 2], radius: f64, colour: RGBColor) {
        let colour = hex(colour);
        self.push(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{colour}\"/>\n"
        ));
    }

    /// A line through points.
    pub fn line(&mut self, points: &[[f64; 2]], width: f64, colour: RGBColor) {
        let colour = hex(colour);
        self.push(format_args!(
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" points=\""
        ));
        for [x, y] in points {
            self.push(format_args!("{x:.1},{y:.1} "));
        }
        self.text.push_str("\"/>\n");
    }

    /// A text at its baseline.
    pub fn text(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, text: &str) {
        self.text_turned([x, y], size, anchor, "", text);
    }

    /// A text that runs upwards.
    pub fn text_upwards(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, text: &str) {
        let turn = format!(" transform=\"rotate(-90 {x:.1} {y:.1})\"");
        self.text_turned([x, y], size, anchor, &turn, text);
    }

    fn text_turned(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, turn: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\"{turn}>"
        ));
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                // XML has no other control characters, not even escaped.
                c if c.is_control() => self.text.push(' '),
                c => self.text.push(c),
            }
        }
        self.text.push_str("</text>\n");
    }

    /// The document.
    pub fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }
}

/// A colour as SVG and CSS write it.
pub fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}
