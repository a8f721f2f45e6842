//! The chart without a library: one layout, written as SVG and filled in as pixels.

use std::ops::Range;

use ab_glyph::FontRef;
use plotters::style::RGBColor;

use super::bars::{AXIS, Bar, MOST_WITH_TEXT, NOTHING, SIZE_PX, TITLE, axis, ranked};
use super::pixels::Pixels;
use super::{Chart, ChartError, Importances, Marks};
use crate::support::drawing::{DrawingError, font, label, png, share, tick_label, ticks};
use crate::support::svg::{Anchor, Svg};

/// SVG and PNG, one after the other.
///
/// # Errors
/// Where the input cannot be drawn.
pub fn draw(input: &Importances) -> Result<Chart, ChartError> {
    let bars = ranked(input)?;
    Chart::of(svg(&bars), png_of(&bars)?)
}

/// SVG and PNG at once.
///
/// # Errors
/// Where the input cannot be drawn.
pub fn draw_with_rayon(input: &Importances) -> Result<Chart, ChartError> {
    let bars = ranked(input)?;
    let (svg, png) = rayon::join(|| svg(&bars), || png_of(&bars));
    Chart::of(svg, png?)
}

fn svg(bars: &[Bar<'_>]) -> (Marks, String) {
    let mut svg = Svg::new(SIZE_PX);
    let marks = paint(bars, &mut svg);
    (marks, svg.finish())
}

fn png_of(bars: &[Bar<'_>]) -> Result<(Marks, Vec<u8>), DrawingError> {
    let mut page = Paper { pixels: Pixels::new(SIZE_PX), font: font()? };
    let marks = paint(bars, &mut page);
    Ok((marks, png(page.pixels.rgb(), SIZE_PX)?))
}

/// What this chart is drawn with.
trait Canvas {
    fn rect(&mut self, corner: [f64; 2], size: [f64; 2], colour: RGBColor);
    fn rule(&mut self, x: f64, y: Range<f64>);
    fn text(&mut self, at: [f64; 2], size: f64, anchor: Anchor, text: &str);
}

const RULE: RGBColor = RGBColor(225, 225, 225);

impl Canvas for Svg {
    fn rect(&mut self, corner: [f64; 2], size: [f64; 2], colour: RGBColor) {
        Svg::rect(self, corner, size, colour);
    }

    fn rule(&mut self, x: f64, y: Range<f64>) {
        self.line(&[[x, y.start], [x, y.end]], 1.0, RULE);
    }

    fn text(&mut self, at: [f64; 2], size: f64, anchor: Anchor, text: &str) {
        Svg::text(self, at, size, anchor, text);
    }
}

struct Paper {
    pixels: Pixels,
    font: FontRef<'static>,
}

impl Canvas for Paper {
    fn rect(&mut self, corner: [f64; 2], size: [f64; 2], colour: RGBColor) {
        self.pixels.rect(corner, size, colour);
    }

    fn rule(&mut self, x: f64, y: Range<f64>) {
        self.pixels.rect([x, y.start], [1.0, y.end - y.start], RULE);
    }

    fn text(&mut self, at: [f64; 2], size: f64, anchor: Anchor, text: &str) {
        self.pixels.text(at, size, anchor, (text, &self.font));
    }
}

/// Where the bars are, in pixels.
const TOP: f64 = 56.0;
const BOTTOM: f64 = 536.0;
const RIGHT: f64 = 928.0;

/// Paints the chart and records each bar as it is drawn.
fn paint(bars: &[Bar<'_>], canvas: &mut impl Canvas) -> Marks {
    let mut marks = Marks::default();
    let (width, height) = (f64::from(SIZE_PX.0), f64::from(SIZE_PX.1));
    if bars.is_empty() {
        canvas.text([width / 2.0, height / 2.0], 18.0, Anchor::Middle, NOTHING);
        return marks;
    }
    let with_text = bars.len() <= MOST_WITH_TEXT;
    let (left, range) = (if with_text { 216.0 } else { 32.0 }, axis(bars));
    let x = |value: f64| left + (RIGHT - left) * share(value, &range);
    canvas.text([width / 2.0, 36.0], 20.0, Anchor::Middle, TITLE);
    let (values, decimals) = ticks(&range);
    for value in values {
        canvas.rule(x(value), TOP..BOTTOM);
        let text = tick_label(value, decimals);
        canvas.text([x(value), BOTTOM + 18.0], 12.0, Anchor::Middle, &text);
    }
    canvas.text([f64::midpoint(left, RIGHT), BOTTOM + 44.0], 13.0, Anchor::Middle, AXIS);
    let pitch = (BOTTOM - TOP) / bars.len() as f64;
    let size = (0.6 * pitch).clamp(7.0, 13.0);
    for (at, bar) in bars.iter().enumerate() {
        let y = TOP + pitch * at as f64;
        let (from, to) = (x(bar.importance.min(0.0)), x(bar.importance.max(0.0)));
        canvas.rect([from, y + 0.1 * pitch], [to - from, 0.8 * pitch], bar.colour(&range));
        marks.names.push(bar.name.to_owned());
        marks.importances.push(bar.importance);
        if with_text {
            let baseline = y + pitch / 2.0 + 0.36 * size;
            canvas.text([left - 8.0, baseline], size, Anchor::End, &bar.short_name());
            canvas.text([to + 6.0, baseline], size, Anchor::Start, &label(bar.importance));
        }
    }
    marks
}
