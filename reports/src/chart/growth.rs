//! A kernel's growth: time over size, both logarithmic, a line a variant.

use super::scale::Scale;
use super::svg::{Anchor, Font, Svg};
use super::{AXIS, GAP, MARGIN, TEXT, WIDTH, colour, widest};
use crate::summary::{Curve, Growth};
use crate::{Role, format};

/// The height of the plot, in pixels.
const PLOT: f64 = 360.0;

/// The room of the title and of the caches' names, in pixels.
const HEAD: f64 = 62.0;

/// How far apart the names at the right stand at least, in pixels.
const LINE: f64 = 17.0;

/// The time of one iteration of every variant along the kernel's axis; none without a sweep.
///
/// On logarithmic axes a power is a straight line, and its exponent the slope. Thin vertical lines
/// are where the working set leaves a cache. Lines join medians; whiskers are their intervals.
pub fn growth(kernel: &str, growth: &Growth) -> Option<String> {
    let curves: Vec<&Curve> = growth.swept().collect();
    if curves.is_empty() {
        return None;
    }
    let names: Vec<String> = curves.iter().map(|curve| curve.label()).collect();
    let timed = || curves.iter().flat_map(|curve| curve.timed());
    let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let times = (
        least(&mut timed().map(|(_, time)| time.low.max(f64::MIN_POSITIVE))),
        most(&mut timed().map(|(_, time)| time.high)),
    );
    let extents =
        (least(&mut timed().map(|(extent, _)| extent)), most(&mut timed().map(|(n, _)| n)));
    let bottom = HEAD + PLOT;
    let up = Scale::logarithmic(times.0 / 1.3, times.1 * 1.3, (bottom, HEAD));
    let ticks: Vec<String> = up.marks().into_iter().map(format::tick_time).collect();
    let left = MARGIN + widest(ticks.iter().map(String::as_str)) + GAP;
    let right = WIDTH - MARGIN - widest(names.iter().map(String::as_str)) - 2.0 * GAP;
    let across = Scale::logarithmic(extents.0 / 1.1, extents.1 * 1.1, (left, right));
    let mut svg = Svg::new();
    let title = format!("{kernel}: time of one iteration as its size grows, less is better");
    svg.text((MARGIN, 26.0), Anchor::Start, Font::TITLE, &title);
    across.draw(&mut svg, (HEAD, bottom), "n, the extent along the axis", format::count);
    for (mark, tick) in up.marks().into_iter().zip(&ticks) {
        let y = up.x(mark);
        svg.line((left, y), (right, y), colour::GRID, 1.0);
        svg.text((left - 6.0, y + 4.5), Anchor::End, Font::SOFT, tick);
    }
    caches(&mut svg, growth, &across, (HEAD, bottom));
    let mut ends = Vec::new();
    for (at, (curve, name)) in curves.iter().zip(names).enumerate() {
        let stroke = stroke(curve, at);
        let points: Vec<(f64, f64)> =
            curve.timed().map(|(n, time)| (across.x(n), up.x(time.estimate))).collect();
        for pair in points.windows(2) {
            svg.line(pair[0], pair[1], stroke, 2.0);
        }
        for (n, time) in curve.timed() {
            let x = across.x(n);
            svg.line((x, up.x(time.low)), (x, up.x(time.high)), stroke, 1.5);
        }
        for point in &points {
            svg.dot(*point, 3.5, stroke);
        }
        ends.extend(points.last().map(|end| (*end, name, stroke)));
    }
    labels(&mut svg, ends, (HEAD, bottom), right + GAP);
    Some(svg.finish(bottom + AXIS, &title))
}

/// The reference is grey; the others take turns.
fn stroke(curve: &Curve, at: usize) -> &'static str {
    if curve.role == Role::Reference {
        return colour::GREY;
    }
    // Yellow, the last of the sequence, is not legible as a line on white.
    let colours = &colour::SEQUENCE[..colour::SEQUENCE.len() - 1];
    colours[at % colours.len()].0
}

fn caches(svg: &mut Svg, growth: &Growth, across: &Scale, (top, bottom): (f64, f64)) {
    let mut room = f64::NEG_INFINITY;
    for boundary in &growth.boundaries {
        let x = across.x(boundary.extent);
        svg.line((x, top), (x, bottom), colour::SOFT, 1.0);
        let name = format!("leaves L{}, {}", boundary.level, format::bytes(boundary.bytes as f64));
        let half = super::svg::width(&name, TEXT) / 2.0;
        // Two boundaries side by side: the second one's name stands lower, inside the plot.
        let y = if x - half < room { top + 14.0 } else { top - 6.0 };
        room = x + half;
        svg.text((x, y), Anchor::Middle, Font::SOFT, &name);
    }
}

/// The names at the right end of their lines, apart from one another, each joined to its line.
fn labels(
    svg: &mut Svg,
    mut ends: Vec<((f64, f64), String, &str)>,
    (top, bottom): (f64, f64),
    x: f64,
) {
    ends.sort_by(|a, b| a.0.1.total_cmp(&b.0.1));
    let mut places: Vec<f64> = Vec::new();
    for ((_, y), ..) in &ends {
        let above = places.last().map_or(top, |last| last + LINE);
        places.push(y.max(above));
    }
    // What ran out at the bottom is pushed up again.
    let mut floor = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(floor);
        floor = *place - LINE;
    }
    for (((from_x, from_y), name, stroke), place) in ends.into_iter().zip(places) {
        svg.line((from_x, from_y), (x - 4.0, place), stroke, 0.75);
        svg.text((x, place + 4.5), Anchor::Start, Font::PLAIN, &name);
    }
}
