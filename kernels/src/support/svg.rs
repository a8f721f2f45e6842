//! SVG written as text: elements, attributes, and nothing that a chart does not need.

use std::fmt::{self, Display, Formatter, Write};

use plotters::style::RGBColor;

use super::drawing::FAMILY;

/// An SVG document in the making; coordinates are pixels from the upper left.
pub struct Svg {
    text: String,
}

/// A coordinate to a tenth of a pixel: whole numbers are written several times faster than a
/// fraction is rounded in decimal.
struct Px(f64);

impl Display for Px {
    #[allow(clippy::cast_possible_truncation, reason = "pages are small, and the cast saturates")]
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let tenths = (10.0 * self.0).round() as i64;
        if tenths < 0 {
            f.write_char('-')?;
        }
        let (whole, rest) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
        if rest == 0 { write!(f, "{whole}") } else { write!(f, "{whole}.{rest}") }
    }
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

    fn push(&mut self, element: fmt::Arguments<'_>) {
        self.text.write_fmt(element).expect("a string takes all that is written");
    }

    /// A filled rectangle.
    pub fn rect(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], colour: RGBColor) {
        let (x, y, width, height) = (Px(x), Px(y), Px(width), Px(height));
        let colour = hex(colour);
        self.push(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             fill=\"{colour}\"/>\n"
        ));
    }

    /// A dot.
    pub fn circle(&mut self, [x, y]: [f64; 2], radius: f64, colour: RGBColor) {
        let (x, y, colour) = (Px(x), Px(y), hex(colour));
        self.push(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{colour}\"/>\n"
        ));
    }

    /// A line through points.
    pub fn line(&mut self, points: &[[f64; 2]], width: f64, colour: RGBColor) {
        let colour = hex(colour);
        self.push(format_args!(
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" points=\""
        ));
        for (x, y) in points.iter().map(|[x, y]| (Px(*x), Px(*y))) {
            self.push(format_args!("{x},{y} "));
        }
        self.text.push_str("\"/>\n");
    }

    /// A text at its baseline.
    pub fn text(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, text: &str) {
        self.text_turned([x, y], size, anchor, "", text);
    }

    /// A text that runs upwards.
    pub fn text_upwards(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, text: &str) {
        let turn = format!(" transform=\"rotate(-90 {} {})\"", Px(x), Px(y));
        self.text_turned([x, y], size, anchor, &turn, text);
    }

    fn text_turned(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, turn: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y) = (Px(x), Px(y));
        self.push(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\"{turn}>"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_written_to_a_tenth() {
        let written = [0.0, -0.04, 12.34, -0.25, 99.96, -7.0].map(|x| Px(x).to_string());
        assert_eq!(written, ["0", "0", "12.3", "-0.3", "100", "-7"]);
    }
}
