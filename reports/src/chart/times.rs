//! A kernel's times: a panel a size, a row a variant.

use super::scale::Scale;
use super::svg::{Anchor, Font, Svg, width};
use super::{AXIS, BAR, GAP, MARGIN, ROW, TEXT, WIDTH, colour, widest};
use crate::summary::{CaseRow, KernelSummary, SizeSummary, Status};
use crate::{Role, format};

/// The room of a panel's title, in pixels.
const PANEL_TITLE: f64 = 30.0;

/// The room of the picture's title and key, in pixels.
const HEAD: f64 = 62.0;

/// Where the columns of every panel stand: the plot from `left` to `right`, then the right edges of
/// the times and of the speed-ups.
struct Columns {
    left: f64,
    right: f64,
    time: f64,
    speed_up: f64,
}

/// The time of one iteration of every variant at every measured size, the largest size first;
/// none where nothing was timed.
///
/// Bars where all times fit one linear axis; dots where the axis is logarithmic, since a bar's
/// length would mean nothing there. Whiskers are intervals. What failed keeps its row.
pub fn times(kernel: &KernelSummary) -> Option<String> {
    let mut sizes = kernel.sizes_to_read();
    sizes.retain(|size| size.fastest.is_some());
    if sizes.is_empty() {
        return None;
    }
    let rows: Vec<[String; 3]> =
        sizes.iter().flat_map(|size| size.rows_with_peers()).map(labels).collect();
    let room = |column: usize| widest(rows.iter().map(|row| row[column].as_str()));
    let columns = Columns {
        left: MARGIN + room(0) + GAP,
        right: WIDTH - MARGIN - room(1) - room(2) - 2.0 * GAP,
        time: WIDTH - MARGIN - room(2) - GAP,
        speed_up: WIDTH - MARGIN,
    };
    let mut svg = Svg::new();
    let title = format!("{}: time of one iteration, less is better", kernel.id);
    svg.text((MARGIN, 26.0), Anchor::Start, Font::TITLE, &title);
    key(&mut svg, sizes.iter().any(|size| !size.peers.is_empty()));
    let mut y = HEAD;
    for size in sizes {
        y = panel(&mut svg, size, y, &columns);
    }
    Some(svg.finish(y, &title))
}

/// A row's name, time and speed-up.
fn labels(row: &CaseRow) -> [String; 3] {
    let speed_up = row.speed_up.map(|ratio| format::ratio(ratio.interval.estimate));
    let time = row.time_ns().map(format::time);
    [row.label(), time.unwrap_or_default(), speed_up.unwrap_or_default()]
}

fn key(svg: &mut Svg, with_peers: bool) {
    let mut entries =
        vec![(colour::GREY, "reference"), (colour::SKY, "variant"), (colour::BLUE, "fastest")];
    if with_peers {
        entries.push((colour::PEER, "peer"));
    }
    let mut x = MARGIN;
    for (fill, name) in entries {
        svg.rect((x, 38.0), (12.0, 12.0), fill);
        svg.text((x + 18.0, 49.0), Anchor::Start, Font::SOFT, name);
        x += 18.0 + width(name, TEXT) + 18.0;
    }
    svg.whisker(x, x + 18.0, 44.0);
    svg.text(
        (x + 26.0, 49.0),
        Anchor::Start,
        Font::SOFT,
        "interval; at the right: time, speed-up over the reference",
    );
}

/// Draws a panel from `top` and returns where it ends.
fn panel(svg: &mut Svg, size: &SizeSummary, top: f64, columns: &Columns) -> f64 {
    svg.text((MARGIN, top + 18.0), Anchor::Start, Font::BOLD, &format!("size {}", size.label));
    let first = top + PANEL_TITLE;
    let bottom = first + ROW * size.rows_with_peers().count() as f64;
    let timed = || size.rows_with_peers().filter_map(|row| Some(row.timing.as_ref()?.time_ns));
    let intervals = || timed().filter(|time| time.low > 0.0 && time.high.is_finite());
    let smallest = intervals().map(|time| time.low).fold(f64::INFINITY, f64::min);
    let largest = intervals().map(|time| time.high).fold(0.0, f64::max);
    let scale = Scale::fitting(smallest, largest, (columns.left, columns.right));
    scale.draw(svg, (first, bottom), "time of one iteration", format::tick_time);
    for (at, row) in size.rows_with_peers().enumerate() {
        let middle = first + ROW * (at as f64 + 0.5);
        let fill = if size.fastest == Some(at) {
            colour::BLUE
        } else if row.role == Role::Reference {
            colour::GREY
        } else if row.language.is_some() {
            colour::PEER
        } else {
            colour::SKY
        };
        let font = if size.fastest == Some(at) { Font::BOLD } else { Font::PLAIN };
        let [name, time, speed_up] = labels(row);
        svg.text((columns.left - GAP, middle + 4.5), Anchor::End, font, &name);
        mark(svg, row, &scale, (columns.left, middle), fill);
        svg.text((columns.time, middle + 4.5), Anchor::End, font, &time);
        svg.text((columns.speed_up, middle + 4.5), Anchor::End, font, &speed_up);
    }
    bottom + AXIS
}

fn mark(svg: &mut Svg, row: &CaseRow, scale: &Scale, (left, middle): (f64, f64), fill: &str) {
    const RADIUS: f64 = 6.0;
    let Some(timing) = &row.timing else {
        let why = match &row.status {
            Status::Agreed => "not timed",
            Status::Failed { failure, .. } => failure.kind.label(),
            Status::NotChecked { .. } => "not checked",
        };
        let font = Font { colour: colour::VERMILION, ..Font::PLAIN };
        svg.text((left + 6.0, middle + 4.5), Anchor::Start, font, why);
        return;
    };
    let time = timing.time_ns;
    let x = scale.x(time.estimate);
    if scale.is_logarithmic() {
        svg.line((left, middle), (x, middle), fill, 1.0);
        svg.dot((x, middle), RADIUS, fill);
    } else {
        svg.rect((left, middle - BAR / 2.0), (x - left, BAR), fill);
    }
    svg.whisker(scale.x(time.low), scale.x(time.high), middle);
}
