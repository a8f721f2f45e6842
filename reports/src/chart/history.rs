//! A history: a case's ratio to its anchor over the commits, its levels, and where they change.
//!
//! Commits stand at equal distances, in order. A value beyond the axis is drawn at its edge, so that
//! one outlier does not flatten the rest. Thousands of points are two elements of the picture.

use super::scale::Scale;
use super::svg::{Anchor, Dash, Font, Svg, width};
use super::{AXIS, GAP, MARGIN, TEXT, WIDTH, colour, widest};
use crate::format;
use crate::history::{Analysed, Analysis, Change};
use crate::stats::quantile;

/// The height of the plot, in pixels.
const PLOT: f64 = 240.0;

/// The room of the title and of the changes' names, in pixels.
const HEAD: f64 = 108.0;

/// How many lines of names there are above the plot.
const LINES: usize = 4;

/// The height of such a line, in pixels.
const LINE: f64 = 16.0;

/// The axis holds all values but this share at either end.
const OUTSIDE: f64 = 0.01;

/// Up to how many points their dots are large enough to be told apart.
const FEW: usize = 200;

/// The overview: columns, the height of a panel and the most panels there are.
const COLUMNS: usize = 3;
const PANEL: f64 = 118.0;
const PANELS: usize = 36;

/// The size of a panel's text, in pixels.
const SMALL: f64 = 11.0;

/// One series with its intervals, levels and changes.
pub fn history(analysis: &Analysis<'_>, own: &Analysed<'_>) -> String {
    let (low, high) = range(own);
    let bottom = HEAD + PLOT;
    let up = Scale::between(low, high, (bottom, HEAD));
    let ticks: Vec<String> = up.marks().into_iter().map(per_cent).collect();
    let left = MARGIN + widest(ticks.iter().map(String::as_str)) + GAP;
    let across = commits_axis(own, (left, WIDTH - MARGIN - GAP));
    let mut svg = Svg::new();
    let key = &own.series.key;
    let title = format!("{}: time over the anchor's, {}", key.case, key.anchor);
    svg.text(
        (MARGIN, 26.0),
        Anchor::Start,
        Font::TITLE,
        &fitting(&title, WIDTH - 2.0 * MARGIN, super::TITLE),
    );
    for (mark, tick) in up.marks().into_iter().zip(&ticks) {
        let y = up.x(mark);
        svg.line((left, y), (WIDTH - MARGIN, y), colour::GRID, 1.0);
        svg.text((left - 6.0, y + 4.5), Anchor::End, Font::SOFT, tick);
    }
    dates(&mut svg, analysis, own, &across, bottom);
    draw(&mut svg, own, &across, &up, true);
    marks(&mut svg, analysis, own, &across, bottom);
    let said = format!("{title}, on {}", key.machine);
    svg.finish(bottom + AXIS, &said)
}

/// Series side by side, each on an axis of its own with its largest change in words.
pub fn history_overview(analysis: &Analysis<'_>, shown: &[&Analysed<'_>]) -> String {
    let mut svg = Svg::new();
    let title = "Time over the anchor's, commit by commit: the largest changes";
    svg.text((MARGIN, 26.0), Anchor::Start, Font::TITLE, title);
    let room = (WIDTH - 2.0 * MARGIN - GAP * (COLUMNS as f64 - 1.0)) / COLUMNS as f64;
    for (at, own) in shown.iter().take(PANELS).enumerate() {
        let x = MARGIN + (at % COLUMNS) as f64 * (room + GAP);
        let y = 40.0 + (at / COLUMNS) as f64 * PANEL;
        panel(&mut svg, analysis, own, (x, y), room);
    }
    let panels = shown.len().min(PANELS);
    let mut height = 40.0 + panels.div_ceil(COLUMNS) as f64 * PANEL;
    if shown.len() > panels {
        let more = format!("and {} more", format::plural(shown.len() - panels, "case"));
        svg.text((MARGIN, height + 8.0), Anchor::Start, Font::SOFT, &more);
        height += 20.0;
    }
    svg.finish(height, title)
}

fn panel(
    svg: &mut Svg,
    analysis: &Analysis<'_>,
    own: &Analysed<'_>,
    (x, y): (f64, f64),
    room: f64,
) {
    let plain = Font { size: SMALL, ..Font::PLAIN };
    svg.text((x, y + 12.0), Anchor::Start, plain, &fitting(&own.series.key.case, room, SMALL));
    let size = |change: &&Change| change.shift.estimate.abs();
    if let Some(change) = own.changes.iter().max_by(|a, b| size(a).total_cmp(&size(b))) {
        let font = Font { size: SMALL, colour: tint(change), bold: true };
        svg.text((x, y + 26.0), Anchor::Start, font, &name(analysis, change));
        let others = own.changes.len() - 1;
        if others > 0 {
            let font = Font { size: SMALL, ..Font::SOFT };
            svg.text((x + room, y + 26.0), Anchor::End, font, &format!("and {others} more"));
        }
    }
    let (top, bottom) = (y + 33.0, y + PANEL - 12.0);
    svg.rect((x, top), (room, bottom - top), "#f6f8fa");
    let (low, high) = range(own);
    let up = Scale::between(low, high, (bottom, top));
    let across = commits_axis(own, (x + 3.0, x + room - 3.0));
    for change in &own.changes {
        let at = across.x(change.at as f64 - 0.5);
        svg.line((at, top), (at, bottom), tint(change), 1.0);
    }
    draw(svg, own, &across, &up, false);
}

/// Points, in detail with their intervals, and levels.
fn draw(svg: &mut Svg, own: &Analysed<'_>, across: &Scale, up: &Scale, detailed: bool) {
    let points = own.series.points.iter().enumerate();
    let y = |ln_ratio: f64| up.x(ln_ratio.exp_m1());
    if detailed {
        let whiskers: Vec<_> = points
            .clone()
            .map(|(at, point)| {
                let x = across.x(at as f64);
                ((x, y(point.low)), (x, y(point.high)))
            })
            .collect();
        svg.strokes(&whiskers, "#cfe3f1", 1.0);
    }
    let dots: Vec<_> = points.map(|(at, point)| (across.x(at as f64), y(point.ln_ratio))).collect();
    let radius = match (detailed, dots.len() <= FEW) {
        (true, true) => 2.2,
        (true, false) | (false, true) => 1.1,
        (false, false) => 0.6,
    };
    svg.dots(&dots, radius, if detailed { colour::BLUE } else { colour::SKY });
    let ends: Vec<_> = own
        .levels
        .iter()
        .map(|level| {
            let y = y(level.ln_ratio);
            ((across.x(level.from as f64 - 0.5), y), (across.x(level.to as f64 - 0.5), y))
        })
        .collect();
    svg.strokes(&ends, colour::INK, if detailed { 2.5 } else { 1.75 });
}

/// Vertical lines where levels change, named above where there is room; the table has them all.
fn marks(svg: &mut Svg, analysis: &Analysis<'_>, own: &Analysed<'_>, across: &Scale, bottom: f64) {
    let mut rooms = [f64::NEG_INFINITY; LINES];
    for change in &own.changes {
        let x = across.x(change.at as f64 - 0.5);
        let name = name(analysis, change);
        let wide = width(&name, TEXT);
        let from = (x - wide / 2.0).clamp(MARGIN, WIDTH - MARGIN - wide);
        let line = rooms.iter().position(|room| from > *room);
        let top = line.map_or(HEAD, |line| HEAD - 6.0 - line as f64 * LINE);
        svg.path(&[(x, top), (x, bottom)], tint(change), 1.5, Dash::Dashed);
        if let Some(line) = line {
            rooms[line] = from + wide + GAP;
            let font = Font { colour: tint(change), ..Font::BOLD };
            svg.text((from + wide / 2.0, top - 1.0), Anchor::Middle, font, &name);
        }
    }
}

fn name(analysis: &Analysis<'_>, change: &Change) -> String {
    /// As git shortens a hash.
    const SHORT: usize = 7;
    let hash = &analysis.history.commits[change.commit as usize].hash;
    let hash: String = hash.chars().take(SHORT).collect();
    format!("{hash} {}", format::change(change.shift.estimate))
}

const fn tint(change: &Change) -> &'static str {
    if change.shift.estimate > 0.0 { colour::VERMILION } else { colour::GREEN }
}

fn commits_axis(own: &Analysed<'_>, ends: (f64, f64)) -> Scale {
    Scale::between(-0.5, own.series.points.len() as f64 - 0.5, ends)
}

/// The days of some commits below the plot, the first and the last among them.
fn dates(svg: &mut Svg, analysis: &Analysis<'_>, own: &Analysed<'_>, across: &Scale, bottom: f64) {
    const SHOWN: usize = 5;
    let points = &own.series.points;
    let last = points.len().saturating_sub(1);
    let mut room = f64::NEG_INFINITY;
    for step in 0..SHOWN {
        let at = last * step / (SHOWN - 1);
        let commit = &analysis.history.commits[points[at].commit as usize];
        let day = commit.committed.get(..10).unwrap_or(&commit.committed);
        let (x, half) = (across.x(at as f64), width(day, TEXT) / 2.0);
        let middle = x.clamp(MARGIN + half, WIDTH - MARGIN - half);
        if middle - half > room {
            svg.line((x, bottom), (x, bottom + 4.0), colour::SOFT, 1.0);
            svg.text((middle, bottom + 18.0), Anchor::Middle, Font::SOFT, day);
            room = middle + half + GAP;
        }
    }
    let (left, right) = across.ends();
    let name =
        format!("{} in order, by the day of the commit", format::plural(points.len(), "commit"));
    svg.text((f64::midpoint(left, right), bottom + 36.0), Anchor::Middle, Font::SOFT, &name);
}

/// The changes that the axis holds, as fractions: all levels, and all points but the farthest.
fn range(own: &Analysed<'_>) -> (f64, f64) {
    let values: Vec<f64> = own.series.points.iter().map(|point| point.ln_ratio).collect();
    let levels = || own.levels.iter().map(|level| level.ln_ratio);
    let low = levels().fold(quantile(&values, OUTSIDE).unwrap_or(0.0), f64::min);
    let high = levels().fold(quantile(&values, 1.0 - OUTSIDE).unwrap_or(0.0), f64::max);
    // Room on both sides, and an axis at all where every value is the same.
    let beyond = (0.12 * (high - low)).max(5e-4);
    ((low - beyond).exp_m1(), (high + beyond).exp_m1())
}

fn per_cent(fraction: f64) -> String {
    format!("{} %", format::tick_number(fraction * 100.0))
}

/// A label that ends in an ellipsis where it is wider than its room.
fn fitting(label: &str, room: f64, size: f64) -> String {
    if width(label, size) <= room {
        return label.to_owned();
    }
    let mut kept = label.to_owned();
    while width(&kept, size) + size > room && kept.pop().is_some() {}
    kept + "…"
}
