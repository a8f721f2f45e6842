//! The figure as SVG without a library.

use std::ops::Range;

use super::figure::{Document, Figure, Marks, PANELS, Panels, SIZE_PX};
use crate::support::drawing::{
    COLOURS, DrawingError, extent, extent_of_bars, share, tick_label, ticks,
};
use crate::support::svg::{Anchor, Svg};
use plotters::style::RGBColor;

/// A drawing.
///
/// # Errors
/// None; libraries have some.
#[allow(clippy::unnecessary_wraps, reason = "libraries can fail, and all are called alike")]
pub fn svg(panels: &Panels) -> Result<Figure, DrawingError> {
    let mut svg = Svg::new(SIZE_PX);
    let mut marks = Marks::default();
    histogram(&mut svg, panels, &mut marks);
    scatter(&mut svg, panels, &mut marks);
    line(&mut svg, panels, &mut marks);
    bars(&mut svg, panels, &mut marks);
    Ok(Figure { marks, document: Some(Document::Svg(svg.finish())) })
}

/// A panel's place on the page and in its data.
struct Frame {
    left: f64,
    top: f64,
    x: Range<f64>,
    y: Range<f64>,
}

const WIDTH: f64 = 408.0;
const HEIGHT: f64 = 248.0;
const RULE: RGBColor = RGBColor(230, 230, 230);
const AXIS: RGBColor = RGBColor(60, 60, 60);

impl Frame {
    /// Draws a panel's titles, rules and ticks; names stand in for the ticks of x.
    fn new(svg: &mut Svg, panel: usize, [x, y]: [Range<f64>; 2], names: &[String]) -> Self {
        let (column, row) = ((panel % 2) as f64, (panel / 2) as f64);
        let frame = Self { left: 72.0 + 500.0 * column, top: 44.0 + 350.0 * row, x, y };
        let (left, top, bottom) = (frame.left, frame.top, frame.top + HEIGHT);
        let [title, x_title, y_title] = PANELS[panel];
        svg.text([left + WIDTH / 2.0, top - 14.0], 16.0, Anchor::Middle, title);
        svg.text([left + WIDTH / 2.0, bottom + 38.0], 12.0, Anchor::Middle, x_title);
        svg.text_upwards([left - 50.0, top + HEIGHT / 2.0], 12.0, Anchor::Middle, y_title);
        let (values, decimals) = ticks(&frame.y);
        for value in values {
            let y = frame.at(0.0, value)[1];
            svg.line(&[[left, y], [left + WIDTH, y]], 1.0, RULE);
            svg.text([left - 6.0, y + 4.0], 11.0, Anchor::End, &tick_label(value, decimals));
        }
        for (at, name) in names.iter().enumerate() {
            let x = frame.at(at as f64 + 0.5, 0.0)[0];
            svg.text([x, bottom + 16.0], 11.0, Anchor::Middle, name);
        }
        let (values, decimals) = ticks(&frame.x);
        for value in values.into_iter().filter(|_| names.is_empty()) {
            let x = frame.at(value, 0.0)[0];
            svg.line(&[[x, bottom], [x, bottom + 4.0]], 1.0, AXIS);
            svg.text([x, bottom + 16.0], 11.0, Anchor::Middle, &tick_label(value, decimals));
        }
        svg.line(&[[left, top], [left, bottom], [left + WIDTH, bottom]], 1.0, AXIS);
        frame
    }

    /// Where a point lies on the page.
    fn at(&self, x: f64, y: f64) -> [f64; 2] {
        let (x, y) = (share(x, &self.x), share(y, &self.y));
        [self.left + WIDTH * x, self.top + HEIGHT * (1.0 - y)]
    }

    /// A bar from 0 to a height.
    fn bar(&self, svg: &mut Svg, x: Range<f64>, height: f64, colour: RGBColor) {
        let [left, top] = self.at(x.start, height.max(0.0));
        let [right, bottom] = self.at(x.end, height.min(0.0));
        svg.rect([left, top], [right - left, bottom - top], colour);
    }
}

fn histogram(svg: &mut Svg, panels: &Panels, marks: &mut Marks) {
    let bins = panels.bins();
    let highest = bins.counts.iter().max().map_or(1.0, |count| *count as f64);
    let x = extent(bins.edges.iter().copied(), 0.02);
    let frame = Frame::new(svg, 0, [x, 0.0..1.05 * highest], &[]);
    for (edges, count) in bins.edges.windows(2).zip(bins.counts) {
        let gap = 0.05 * (edges[1] - edges[0]);
        frame.bar(svg, edges[0]..edges[1] - gap, count as f64, COLOURS[0]);
        marks.edges.push(edges[0]);
        marks.counts.push(count as f64);
    }
}

fn scatter(svg: &mut Svg, panels: &Panels, marks: &mut Marks) {
    let x = extent(panels.points().map(|(x, _)| x), 0.05);
    let y = extent(panels.points().map(|(_, y)| y), 0.05);
    let frame = Frame::new(svg, 1, [x, y], &[]);
    for (x, y) in panels.points() {
        svg.circle(frame.at(x, y), 2.0, COLOURS[1]);
        marks.x.push(x);
        marks.y.push(y);
    }
}

fn line(svg: &mut Svg, panels: &Panels, marks: &mut Marks) {
    let x = 0.0..(panels.line.len() as f64 - 1.0).max(1.0);
    let y = extent(panels.line.iter().copied(), 0.05);
    let frame = Frame::new(svg, 2, [x, y], &[]);
    for piece in panels.pieces() {
        let mut corners = Vec::with_capacity(piece.len());
        for at in piece {
            corners.push(frame.at(at as f64, panels.line[at]));
            marks.at.push(at as f64);
            marks.line.push(panels.line[at]);
        }
        svg.line(&corners, 1.5, COLOURS[2]);
    }
}

fn bars(svg: &mut Svg, panels: &Panels, marks: &mut Marks) {
    let x = 0.0..panels.names.len().max(1) as f64;
    let y = extent_of_bars(panels.heights.iter().copied());
    let frame = Frame::new(svg, 3, [x, y], &panels.names);
    for (at, name, height) in panels.bars() {
        frame.bar(svg, at as f64 + 0.12..at as f64 + 0.88, height, COLOURS[3]);
        marks.names.push(name.to_owned());
        marks.heights.push(height);
    }
}
