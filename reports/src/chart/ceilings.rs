//! Bandwidth and latency of memory by working set, with the sizes of the caches.

use super::scale::Scale;
use super::svg::{Anchor, Dash, Font, Svg, width};
use super::{AXIS, MARGIN, TEXT, WIDTH, colour};
use crate::summary::{Survey, SurveyPoint};
use crate::{CeilingKind, Machine, Run, format};

/// The height of each panel, in pixels.
const PANEL: f64 = 220.0;
/// The room above a panel: its name and the caches' names, in pixels.
const PANEL_HEAD: f64 = 46.0;
/// The room of the title and its key, in pixels.
const HEAD: f64 = 62.0;
/// The room of the numbers left of a panel, in pixels.
const NUMBERS: f64 = 64.0;
/// Between two marks of the axis of working sets, as a factor.
const MARK_EVERY: f64 = 4.0;

/// Two panels, one below the other: 10^9 bytes a second, and nanoseconds a load; none where a survey
/// found nothing of memory.
///
/// Lines join the best samples; a stroke from each leads to the median of its samples. All axes are
/// logarithmic: a second cache is a tenth of the last and ten times the first.
pub fn ceilings(run: &Run) -> Option<String> {
    let survey = Survey::of(run);
    let sizes = survey.working_sets();
    let (first, last) = (sizes.first()?, sizes.last()?);
    let right = WIDTH - MARGIN;
    let x = Scale::logarithmic(first / 1.3, last * 1.3, (MARGIN + NUMBERS, right));
    let mut svg = Svg::new();
    let title = format!("Memory of {} by working set", run.info.machine.cpu);
    svg.text((MARGIN, 26.0), Anchor::Start, Font::TITLE, &title);
    let ends = ends(&survey);
    let bandwidths: Vec<Line<'_>> = lines(&survey, &CeilingKind::BANDWIDTHS, &ends);
    let latencies: Vec<Line<'_>> = lines(&survey, &[CeilingKind::Latency], &ends[..1]);
    key(&mut svg, &ends);
    let machine = &run.info.machine;
    let mut top = HEAD;
    let panels = [("GB/s: more is better", bandwidths), ("ns a load: less is better", latencies)];
    for (name, lines) in panels {
        if let Some(bottom) = panel(&mut svg, (name, top), &lines, &x, machine) {
            top = bottom;
        }
    }
    Some(svg.finish(top, &title))
}

/// A line of a panel: one kind of ceiling at one number of threads.
struct Line<'a> {
    points: Vec<&'a SurveyPoint>,
    stroke: &'static str,
    dash: Dash,
}

/// One thread and the most, or the one there is; never none.
fn ends(survey: &Survey) -> Vec<usize> {
    let threads = survey.threads();
    let first = threads.first().copied().unwrap_or(1);
    let last = threads.last().copied().filter(|last| *last > first);
    std::iter::once(first).chain(last).collect()
}

fn lines<'a>(survey: &'a Survey, kinds: &[CeilingKind], threads: &[usize]) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for &kind in kinds {
        for (at, &threads) in threads.iter().enumerate() {
            let points = survey.by_working_set(kind, threads);
            let dash = if at == 0 { Dash::Solid } else { Dash::Dashed };
            lines.push(Line { points, stroke: stroke(kind), dash });
        }
    }
    lines
}

const fn stroke(kind: CeilingKind) -> &'static str {
    match kind {
        CeilingKind::Read => colour::BLUE,
        CeilingKind::Write => colour::SEQUENCE[1].0,
        CeilingKind::Copy => colour::SEQUENCE[2].0,
        CeilingKind::Triad => colour::SEQUENCE[3].0,
        CeilingKind::Latency | CeilingKind::Arithmetic | CeilingKind::SingleArithmetic => {
            colour::INK
        }
    }
}

fn key(svg: &mut Svg, threads: &[usize]) {
    const LINE: f64 = 26.0;
    let mut x = MARGIN;
    let kinds =
        CeilingKind::BANDWIDTHS.map(|kind| (stroke(kind), Dash::Solid, kind.id().to_owned()));
    let dashed = threads.get(1).map(|threads| {
        (colour::SOFT, Dash::Dashed, format!("dashed: {threads} threads, sharing the working set"))
    });
    for (stroke, dash, name) in kinds.into_iter().chain(dashed) {
        svg.path(&[(x, 44.0), (x + LINE, 44.0)], stroke, 2.5, dash);
        svg.text((x + LINE + 6.0, 48.5), Anchor::Start, Font::SOFT, &name);
        x += LINE + 6.0 + width(&name, TEXT) + 14.0;
    }
}

/// Draws a panel and says where it ends; none where its lines have no points.
fn panel(
    svg: &mut Svg,
    (name, top): (&str, f64),
    lines: &[Line<'_>],
    x: &Scale,
    machine: &Machine,
) -> Option<f64> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let figures = || points().flat_map(|point| [point.best, point.typical.estimate]);
    let lowest = figures().filter(|figure| *figure > 0.0).reduce(f64::min)?;
    let highest = figures().reduce(f64::max)?;
    let (first, bottom) = (top + PANEL_HEAD, top + PANEL_HEAD + PANEL);
    let y = Scale::logarithmic(lowest / 1.3, highest * 1.3, (bottom, first));
    svg.text((MARGIN, top + 18.0), Anchor::Start, Font::BOLD, name);
    let (left, right) = x.ends();
    for mark in y.marks() {
        svg.line((left, y.x(mark)), (right, y.x(mark)), colour::GRID, 1.0);
        let label = format::tick_number(mark);
        svg.text((left - 8.0, y.x(mark) + 4.5), Anchor::End, Font::SOFT, &label);
    }
    working_sets(svg, x, lines, bottom);
    caches(svg, machine, x, (first, bottom));
    for line in lines {
        let place = |point: &&SurveyPoint| Some((x.x(point.working_set?), y.x(point.best)));
        let places: Vec<(f64, f64)> = line.points.iter().filter_map(place).collect();
        svg.path(&places, line.stroke, 2.0, line.dash);
        for (point, place) in line.points.iter().zip(&places) {
            svg.line(*place, (place.0, y.x(point.typical.estimate)), line.stroke, 1.0);
            svg.dot(*place, 2.5, line.stroke);
        }
    }
    Some(bottom + AXIS)
}

/// The axis of working sets: powers of two, since caches are.
fn working_sets(svg: &mut Svg, x: &Scale, lines: &[Line<'_>], bottom: f64) {
    let sizes = || lines.iter().flat_map(|line| &line.points).filter_map(|point| point.working_set);
    let (Some(first), Some(last)) = (sizes().reduce(f64::min), sizes().reduce(f64::max)) else {
        return;
    };
    let mut bytes = first;
    while bytes <= last {
        svg.line((x.x(bytes), bottom), (x.x(bytes), bottom + 4.0), colour::SOFT, 1.0);
        let label = format::bytes(bytes);
        svg.text((x.x(bytes), bottom + 18.0), Anchor::Middle, Font::SOFT, &label);
        bytes *= MARK_EVERY;
    }
    let (left, right) = x.ends();
    let middle = f64::midpoint(left, right);
    svg.text((middle, bottom + 36.0), Anchor::Middle, Font::SOFT, "working set, logarithmic");
}

fn caches(svg: &mut Svg, machine: &Machine, x: &Scale, (top, bottom): (f64, f64)) {
    for cache in &machine.caches {
        let at = x.x(cache.bytes as f64);
        svg.path(&[(at, top - 4.0), (at, bottom)], colour::GREY, 1.0, Dash::Dashed);
        let label = format!("L{} {}", cache.level, format::bytes(cache.bytes as f64));
        svg.text((at, top - 10.0), Anchor::Middle, Font::SOFT, &label);
    }
}
