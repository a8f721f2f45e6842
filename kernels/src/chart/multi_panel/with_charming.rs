//! The figure with charming: an HTML page whose script draws, with the figure's data as JSON.

use charming::Chart;
use charming::component::{Axis, Grid, Title};
use charming::datatype::DataPoint;
use charming::element::{
    AxisLabel, AxisType, ItemStyle, LineStyle, NameLocation, SplitLine, Symbol, TextAlign,
    TextStyle,
};
use charming::series::{Bar, Line, Scatter};

use super::figure::{Document, Figure, Marks, PANELS, Panels, SIZE_PX};
use crate::support::drawing::{COLOURS, DrawingError};
use crate::support::svg::hex;

/// A page; its script comes from the network.
///
/// # Errors
/// None; other libraries have some.
#[allow(clippy::unnecessary_wraps, reason = "other libraries can fail, and all are called alike")]
pub fn html(panels: &Panels) -> Result<Figure, DrawingError> {
    let mut marks = Marks::default();
    let mut chart = Chart::new().animation(false);
    for (panel, [title, ..]) in PANELS.into_iter().enumerate() {
        let (left, top) = corner(panel);
        let middle =
            Title::new().text(title).left(left + 200).top(top - 34).text_align(TextAlign::Center);
        chart = chart.title(middle.text_style(TextStyle::new().font_size(16)));
        chart = chart.grid(Grid::new().left(left).top(top).width(400).height(240));
    }
    let chart = histogram(chart, panels, &mut marks);
    let chart = scatter(chart, panels, &mut marks);
    let chart = line(chart, panels, &mut marks);
    let chart = bars(chart, panels, &mut marks);
    Ok(Figure { marks, document: Some(Document::Html(page(&chart))) })
}

fn corner(panel: usize) -> (i32, i32) {
    (if panel.is_multiple_of(2) { 80 } else { 570 }, if panel < 2 { 50 } else { 400 })
}

/// The page of charming's own renderer, whose template engine is twenty crates for five gaps.
fn page(chart: &Chart) -> String {
    let (width, height) = SIZE_PX;
    // A name must not end the script.
    let option = chart.to_string().replace("</", "<\\/");
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\"/>\n<title>Evaluation</title>\n\
         <script src=\"https://cdn.jsdelivr.net/npm/echarts@5.5.1/dist/echarts.min.js\"></script>\n\
         </head>\n<body>\n<div id=\"chart\" style=\"width: {width}px; height: {height}px\"></div>\n\
         <script>\necharts.init(document.getElementById('chart')).setOption({option});\n</script>\n\
         </body>\n</html>\n"
    )
}

fn axis(panel: usize, along_x: bool) -> Axis {
    let [_, x_title, y_title] = PANELS[panel];
    let axis = Axis::new().grid_index(panel as f64).name_location(NameLocation::Middle);
    if along_x {
        axis.name(x_title).name_gap(26).split_line(SplitLine::new().show(false))
    } else {
        axis.name(y_title).name_gap(44)
    }
}

fn histogram(chart: Chart, panels: &Panels, marks: &mut Marks) -> Chart {
    let bins = panels.bins();
    let middles = bins.edges.windows(2).map(|edges| f64::midpoint(edges[0], edges[1]));
    let middles: Vec<String> = middles.map(|middle| format!("{middle:.1}")).collect();
    let mut heights: Vec<DataPoint> = Vec::new();
    for (edge, count) in bins.edges.into_iter().zip(bins.counts) {
        marks.edges.push(edge);
        marks.counts.push(count as f64);
        heights.push(count.into());
    }
    chart
        .x_axis(axis(0, true).type_(AxisType::Category).data(middles))
        .y_axis(axis(0, false).type_(AxisType::Value))
        .series(
            Bar::new()
                .x_axis_index(0)
                .y_axis_index(0)
                .bar_width("95%")
                .item_style(ItemStyle::new().color(hex(COLOURS[0])))
                .data(heights),
        )
}

fn scatter(chart: Chart, panels: &Panels, marks: &mut Marks) -> Chart {
    let mut points: Vec<DataPoint> = Vec::new();
    for (x, y) in panels.points() {
        marks.x.push(x);
        marks.y.push(y);
        points.push(vec![x, y].into());
    }
    chart
        .x_axis(axis(1, true).type_(AxisType::Value).scale(true))
        .y_axis(axis(1, false).type_(AxisType::Value).scale(true))
        .series(
            Scatter::new()
                .x_axis_index(1)
                .y_axis_index(1)
                .symbol_size(4)
                .item_style(ItemStyle::new().color(hex(COLOURS[1])))
                .data(points),
        )
}

fn line(chart: Chart, panels: &Panels, marks: &mut Marks) -> Chart {
    let mut points: Vec<DataPoint> = Vec::new();
    for piece in panels.pieces() {
        // A point without a height is a gap.
        if !points.is_empty() {
            points.push(vec![piece.start as f64 - 0.5, f64::NAN].into());
        }
        for at in piece {
            marks.at.push(at as f64);
            marks.line.push(panels.line[at]);
            points.push(vec![at as f64, panels.line[at]].into());
        }
    }
    chart
        .x_axis(axis(2, true).type_(AxisType::Value))
        .y_axis(axis(2, false).type_(AxisType::Value).scale(true))
        .series(
            Line::new()
                .x_axis_index(2)
                .y_axis_index(2)
                .symbol(Symbol::None)
                .line_style(LineStyle::new().color(hex(COLOURS[2])).width(1.5))
                .data(points),
        )
}

fn bars(chart: Chart, panels: &Panels, marks: &mut Marks) -> Chart {
    // Every name, not every other.
    let names = axis(3, true).type_(AxisType::Category).axis_label(AxisLabel::new().interval(0));
    // NaN is written as null, a place without a bar.
    let mut heights: Vec<DataPoint> = vec![f64::NAN.into(); panels.names.len()];
    for (at, name, height) in panels.bars() {
        marks.names.push(name.to_owned());
        marks.heights.push(height);
        heights[at] = height.into();
    }
    chart
        .x_axis(names.data(panels.names.clone()))
        .y_axis(axis(3, false).type_(AxisType::Value))
        .series(
            Bar::new()
                .x_axis_index(3)
                .y_axis_index(3)
                .item_style(ItemStyle::new().color(hex(COLOURS[3])))
                .data(heights),
        )
}
