//! The chart with plotters: one painting for its SVG and its bitmap backend.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::bars::{AXIS, Bar, MOST_WITH_TEXT, NOTHING, SIZE_PX, TITLE, axis, ranked, unit};
use super::{Chart, ChartError, Importances, Marks};
use crate::support::drawing::{
    DrawingError, FAMILY, label, png, prepare_plotters, tick_label, ticks,
};

/// SVG and PNG, one after the other.
///
/// # Errors
/// Where the input cannot be drawn.
pub fn draw(input: &Importances) -> Result<Chart, ChartError> {
    let bars = ranked(input)?;
    prepare_plotters()?;
    let mut svg = String::new();
    let marks = {
        let page = SVGBackend::with_string(&mut svg, SIZE_PX).into_drawing_area();
        paint(&page, &bars)?
    };
    let (width, height) = SIZE_PX;
    let mut rgb = vec![0; 3 * width as usize * height as usize];
    let again = {
        let page = BitMapBackend::with_buffer(&mut rgb, SIZE_PX).into_drawing_area();
        paint(&page, &bars)?
    };
    Chart::of((marks, svg), (again, png(&rgb, SIZE_PX)?))
}

type Page<B> = DrawingArea<B, Shift>;

/// Paints the chart and records each bar as it is drawn.
fn paint<B: DrawingBackend>(page: &Page<B>, bars: &[Bar<'_>]) -> Result<Marks, DrawingError> {
    page.fill(&WHITE).map_err(DrawingError::of)?;
    let marks = if bars.is_empty() {
        let (width, height) = page.dim_in_pixel();
        let middle = Pos::new(HPos::Center, VPos::Center);
        let style = (FAMILY, 18).into_text_style(page).pos(middle);
        let centre = (width.cast_signed() / 2, height.cast_signed() / 2);
        page.draw_text(NOTHING, &style, centre).map_err(DrawingError::of)?;
        Marks::default()
    } else {
        paint_bars(page, bars)?
    };
    page.present().map_err(DrawingError::of)?;
    Ok(marks)
}

fn paint_bars<B: DrawingBackend>(page: &Page<B>, bars: &[Bar<'_>]) -> Result<Marks, DrawingError> {
    let (range, n) = (axis(bars), bars.len());
    let unit = unit(&range);
    let (_, decimals) = ticks(&range);
    let with_text = n <= MOST_WITH_TEXT;
    let text_px = u32::try_from(400 / n).unwrap_or(0).clamp(8, 15);
    let mut frame = ChartBuilder::on(page)
        .caption(TITLE, (FAMILY, 24))
        .margin(16)
        .margin_right(32)
        .x_label_area_size(48)
        .y_label_area_size(if with_text { 200 } else { 16 })
        .build_cartesian_2d(range.start / unit..range.end / unit, -0.5..n as f64 - 0.5)
        .map_err(DrawingError::of)?;
    let name = |place: &f64| {
        let bar = with_text.then(|| named(*place, bars)).flatten();
        bar.map_or_else(String::new, Bar::short_name)
    };
    frame
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .y_labels(if with_text { n } else { 1 })
        .y_label_formatter(&name)
        .x_label_formatter(&|value| tick_label(*value * unit, decimals + 1))
        .x_desc(AXIS)
        .axis_desc_style((FAMILY, 15))
        .x_label_style((FAMILY, 14))
        .y_label_style((FAMILY, text_px))
        .draw()
        .map_err(DrawingError::of)?;
    let mut marks = Marks::default();
    let gap = u32::try_from(100 / n).unwrap_or(0).min(4);
    let rectangles = bars.iter().enumerate().map(|(at, bar)| {
        marks.names.push(bar.name.to_owned());
        marks.importances.push(bar.importance);
        let middle = place(at, n);
        let corners = [(0.0, middle - 0.5), (bar.importance / unit, middle + 0.5)];
        let mut bar = Rectangle::new(corners, bar.colour(&range).filled());
        bar.set_margin(gap, gap, 0, 0);
        bar
    });
    frame.draw_series(rectangles).map_err(DrawingError::of)?;
    if with_text {
        let beside = Pos::new(HPos::Left, VPos::Center);
        let style = (FAMILY, text_px).into_text_style(page).pos(beside);
        let values = bars.iter().enumerate().map(|(at, bar)| {
            let end = (bar.importance.max(0.0) / unit, place(at, n));
            EmptyElement::at(end) + Text::new(label(bar.importance), (6, 0), style.clone())
        });
        frame.draw_series(values).map_err(DrawingError::of)?;
    }
    Ok(marks)
}

/// Where the middle of a bar is on an axis that counts from the bottom.
fn place(at: usize, n: usize) -> f64 {
    (n - 1 - at) as f64
}

/// The bar in whose middle a place on that axis is.
fn named<'b, 'i>(at: f64, bars: &'b [Bar<'i>]) -> Option<&'b Bar<'i>> {
    let n = bars.len();
    bars.iter().enumerate().find(|(i, _)| (place(*i, n) - at).abs() < 0.01).map(|(_, bar)| bar)
}
