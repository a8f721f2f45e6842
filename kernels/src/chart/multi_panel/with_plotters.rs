//! The figure with plotters, as SVG and as PNG.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::figure::{Document, Figure, Marks, PANELS, Panels, SIZE_PX};
use crate::support::drawing::{
    self, COLOURS, DrawingError, FAMILY, extent, extent_of_bars, prepare_plotters,
};

/// A drawing.
///
/// # Errors
/// Where plotters cannot draw.
pub fn svg(panels: &Panels) -> Result<Figure, DrawingError> {
    let mut text = String::new();
    let marks = paint(&SVGBackend::with_string(&mut text, SIZE_PX).into_drawing_area(), panels)?;
    Ok(Figure { marks, document: Some(Document::Svg(text)) })
}

/// Pixels.
///
/// # Errors
/// Where plotters cannot draw.
pub fn png(panels: &Panels) -> Result<Figure, DrawingError> {
    let mut rgb = vec![0; 3 * SIZE_PX.0 as usize * SIZE_PX.1 as usize];
    let page = BitMapBackend::with_buffer(&mut rgb, SIZE_PX).into_drawing_area();
    let marks = paint(&page, panels)?;
    drop(page);
    let file = drawing::png(&rgb, SIZE_PX)?;
    Ok(Figure { marks, document: Some(Document::Png(file)) })
}

type Page<B> = DrawingArea<B, Shift>;

fn paint<B: DrawingBackend>(page: &Page<B>, panels: &Panels) -> Result<Marks, DrawingError> {
    prepare_plotters()?;
    page.fill(&WHITE).map_err(DrawingError::of)?;
    let areas = page.split_evenly((2, 2));
    let mut marks = Marks::default();
    histogram(&areas[0], panels, &mut marks)?;
    scatter(&areas[1], panels, &mut marks)?;
    line(&areas[2], panels, &mut marks)?;
    bars(&areas[3], panels, &mut marks)?;
    page.present().map_err(DrawingError::of)?;
    Ok(marks)
}

/// A chart with a mesh, its axes named; `$mesh` sets what only this one has.
macro_rules! frame {
    ($area:expr, $panel:expr, $x:expr, $y:expr, |$style:ident| $mesh:expr) => {{
        let [title, x_title, y_title] = PANELS[$panel];
        let mut frame = ChartBuilder::on($area)
            .caption(title, (FAMILY, 20))
            .margin(12)
            .margin_right(20)
            .x_label_area_size(44)
            .y_label_area_size(60)
            .build_cartesian_2d($x, $y)
            .map_err(DrawingError::of)?;
        let mut mesh = frame.configure_mesh();
        let $style = mesh
            .light_line_style(WHITE)
            .bold_line_style(RGBColor(230, 230, 230))
            .label_style((FAMILY, 13))
            .axis_desc_style((FAMILY, 14))
            .x_desc(x_title)
            .y_desc(y_title);
        $mesh.draw().map_err(DrawingError::of)?;
        frame
    }};
}

fn histogram<B: DrawingBackend>(
    area: &Page<B>,
    panels: &Panels,
    marks: &mut Marks,
) -> Result<(), DrawingError> {
    let bins = panels.bins();
    let highest = bins.counts.iter().max().map_or(1.0, |count| *count as f64);
    let x = extent(bins.edges.iter().copied(), 0.02);
    let mut frame = frame!(area, 0, x, 0.0..1.05 * highest, |mesh| {
        mesh.disable_x_mesh().y_label_formatter(&|count| format!("{count:.0}"))
    });
    let colour = COLOURS[0].filled();
    let rectangles = bins.edges.windows(2).zip(&bins.counts).map(|(edges, &count)| {
        marks.edges.push(edges[0]);
        marks.counts.push(count as f64);
        let mut bar = Rectangle::new([(edges[0], 0.0), (edges[1], count as f64)], colour);
        bar.set_margin(0, 0, 0, 1);
        bar
    });
    frame.draw_series(rectangles).map_err(DrawingError::of)?;
    Ok(())
}

fn scatter<B: DrawingBackend>(
    area: &Page<B>,
    panels: &Panels,
    marks: &mut Marks,
) -> Result<(), DrawingError> {
    let x = extent(panels.points().map(|(x, _)| x), 0.05);
    let y = extent(panels.points().map(|(_, y)| y), 0.05);
    let mut frame = frame!(area, 1, x, y, |mesh| mesh.x_labels(7));
    let colour = COLOURS[1].filled();
    let dots = panels.points().map(|(x, y)| {
        marks.x.push(x);
        marks.y.push(y);
        Circle::new((x, y), 2, colour)
    });
    frame.draw_series(dots).map_err(DrawingError::of)?;
    Ok(())
}

fn line<B: DrawingBackend>(
    area: &Page<B>,
    panels: &Panels,
    marks: &mut Marks,
) -> Result<(), DrawingError> {
    let x = 0.0..(panels.line.len() as f64 - 1.0).max(1.0);
    let y = extent(panels.line.iter().copied(), 0.05);
    let mut frame = frame!(area, 2, x, y, |mesh| mesh.x_labels(7));
    for piece in panels.pieces() {
        let points = piece.map(|at| {
            marks.at.push(at as f64);
            marks.line.push(panels.line[at]);
            (at as f64, panels.line[at])
        });
        // Wider strokes have spikes in the bitmap backend where the line turns back.
        let series = LineSeries::new(points, COLOURS[2].stroke_width(1));
        frame.draw_series(series).map_err(DrawingError::of)?;
    }
    Ok(())
}

fn bars<B: DrawingBackend>(
    area: &Page<B>,
    panels: &Panels,
    marks: &mut Marks,
) -> Result<(), DrawingError> {
    let n = panels.names.len();
    let y = extent_of_bars(panels.heights.iter().copied());
    let name = |place: &f64| {
        let mut names = panels.names.iter().enumerate();
        let named = names.find(|(at, _)| (*at as f64 - place).abs() < 0.01);
        named.map_or_else(String::new, |(_, name)| name.clone())
    };
    let mut frame = frame!(area, 3, -0.5..n.max(1) as f64 - 0.5, y, |mesh| {
        mesh.disable_x_mesh().x_labels(n.max(1)).x_label_formatter(&name)
    });
    let rectangles = panels.bars().map(|(at, name, height)| {
        marks.names.push(name.to_owned());
        marks.heights.push(height);
        let corners = [(at as f64 - 0.5, 0.0), (at as f64 + 0.5, height)];
        let mut bar = Rectangle::new(corners, COLOURS[3].filled());
        bar.set_margin(0, 0, 8, 8);
        bar
    });
    frame.draw_series(rectangles).map_err(DrawingError::of)?;
    Ok(())
}
