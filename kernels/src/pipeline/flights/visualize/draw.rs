//! The chart itself, with plotters: a frame with title, axes and units, a line an airline.
//!
//! A layer is one drawing of the frame or of one line in the same coordinates; a chart is all
//! layers in one document, so that they can be drawn apart.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{Line, Marks};
use crate::pipeline::flights::error::FlightsError;
use crate::support::drawing::prepare_plotters;

const SIZE_PX: (u32, u32) = (960, 540);

const TITLE: &str = "Mean arrival delay of flights out of New York City, 2013";

/// Okabe and Ito's colours, which remain distinct to colour-blind readers.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

type Frame<'a, 'b> = ChartContext<
    'a,
    SVGBackend<'b>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

fn failed(error: impl std::fmt::Display) -> FlightsError {
    FlightsError::Drawing { reason: error.to_string() }
}

/// The whole chart in one go.
pub fn draw(marks: &Marks) -> Result<String, FlightsError> {
    drawing(|area| {
        let minutes = minutes(marks);
        let mut frame = frame(area, &minutes)?;
        mesh(&mut frame)?;
        for (at, line) in marks.lines().iter().enumerate() {
            curve(&mut frame, at, line)?;
        }
        for (at, line) in marks.lines().iter().enumerate() {
            key(area, at, line)?;
        }
        Ok(())
    })
}

/// The chart from layers that `run` may draw at once: given how many there are and how to draw
/// one, it returns them in order.
pub fn draw_in_layers(
    marks: &Marks,
    run: impl FnOnce(
        usize,
        &(dyn Fn(usize) -> Result<String, FlightsError> + Sync),
    ) -> Vec<Result<String, FlightsError>>,
) -> Result<String, FlightsError> {
    let (lines, minutes) = (marks.lines(), minutes(marks));
    let layer = |layer: usize| {
        drawing(|area| match layer.checked_sub(1) {
            None => mesh(&mut frame(area, &minutes)?),
            Some(at) => {
                curve(&mut bare_frame(area, &minutes)?, at, &lines[at])?;
                key(area, at, &lines[at])
            }
        })
    };
    let layers = run(lines.len() + 1, &layer).into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut svg = String::new();
    for layer in &layers {
        // The first layer opens the document; all of them have the same first and last line.
        let inner = if svg.is_empty() {
            layer.as_str()
        } else {
            layer.split_once('\n').map_or("", |(_, inner)| inner)
        };
        svg.push_str(inner.trim_end().trim_end_matches("</svg>"));
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn drawing(
    paint: impl FnOnce(&Area<'_>) -> Result<(), FlightsError>,
) -> Result<String, FlightsError> {
    prepare_plotters().map_err(failed)?;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE_PX).into_drawing_area();
        paint(&area)?;
        area.present().map_err(failed)?;
    }
    Ok(svg)
}

/// The span of the delays, with room above and below; a span of its own where there are none.
fn minutes(marks: &Marks) -> Range<f64> {
    let delays = || marks.mean_arrival_delay.iter().copied();
    let (low, high) = (delays().fold(0.0, f64::min), delays().fold(0.0, f64::max));
    let room = (0.05 * (high - low)).max(1.0);
    low - room..high + room
}

fn build<'a, 'b>(
    area: &'a Area<'b>,
    minutes: &Range<f64>,
    title: Option<&str>,
) -> Result<Frame<'a, 'b>, FlightsError> {
    let mut builder = ChartBuilder::on(area);
    builder.margin(16).margin_right(220).x_label_area_size(48).y_label_area_size(64);
    // Without a title its room stays empty, so that all layers share their coordinates.
    match title {
        Some(title) => builder.caption(title, ("sans-serif", 22)),
        None => builder.caption(" ", ("sans-serif", 22)),
    };
    builder.build_cartesian_2d(0.5..12.5, minutes.clone()).map_err(failed)
}

fn frame<'a, 'b>(area: &'a Area<'b>, minutes: &Range<f64>) -> Result<Frame<'a, 'b>, FlightsError> {
    area.fill(&WHITE).map_err(failed)?;
    build(area, minutes, Some(TITLE))
}

fn bare_frame<'a, 'b>(
    area: &'a Area<'b>,
    minutes: &Range<f64>,
) -> Result<Frame<'a, 'b>, FlightsError> {
    build(area, minutes, None)
}

fn mesh(frame: &mut Frame<'_, '_>) -> Result<(), FlightsError> {
    let month = |value: &f64| {
        let name = (1..=12).zip(MONTHS).find(|(month, _)| f64::from(*month) == *value);
        name.map_or_else(String::new, |(_, name)| name.to_owned())
    };
    frame
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .x_labels(12)
        .x_label_formatter(&month)
        .y_label_formatter(&|minutes| format!("{minutes:.0}"))
        .x_desc("month of departure")
        .y_desc("mean arrival delay (minutes)")
        .label_style(("sans-serif", 14))
        .axis_desc_style(("sans-serif", 15))
        .draw()
        .map_err(failed)
}

fn curve(frame: &mut Frame<'_, '_>, at: usize, line: &Line) -> Result<(), FlightsError> {
    let colour = COLOURS[at % COLOURS.len()];
    let points =
        || line.months.iter().zip(line.delays).map(|(month, delay)| (*month as f64, *delay));
    frame.draw_series(LineSeries::new(points(), colour.stroke_width(2))).map_err(failed)?;
    let dots = points().map(|point| Circle::new(point, 3, colour.filled()));
    frame.draw_series(dots).map_err(failed)?;
    Ok(())
}

/// An entry of the key, to the right of the plot.
fn key(area: &Area<'_>, at: usize, line: &Line) -> Result<(), FlightsError> {
    let colour = COLOURS[at % COLOURS.len()];
    let left = i32::try_from(SIZE_PX.0).expect("a width in pixels is small") - 210;
    let top = 70 + 26 * i32::try_from(at).expect("a chart has few lines");
    let stroke = PathElement::new([(left, top), (left + 22, top)], colour.stroke_width(3));
    area.draw(&stroke).map_err(failed)?;
    let style = ("sans-serif", 14).into_text_style(area);
    area.draw_text(line.airline, &style, (left + 30, top - 8)).map_err(failed)
}
