//! What more threads give the parallel variants of a kernel.

use super::scale::Scale;
use super::svg::{Anchor, Font, Svg};
use super::{AXIS, BAR, GAP, MARGIN, ROW, WIDTH, colour, widest};
use crate::format;
use crate::stats::Interval;
use crate::summary::KernelSummary;

/// The room of the title and its second line, in pixels.
const HEAD: f64 = 62.0;
/// Thread counts beyond one from which on a picture says more than a row of the table.
const LEAST_COUNTS: usize = 2;

struct Row {
    name: String,
    threads: f64,
    speed_up: Interval,
}

/// The speed-up of each parallel variant over itself on one thread at the largest size, with a mark
/// where no thread would be wasted; none below three thread counts.
pub fn threads(summary: &KernelSummary) -> Option<String> {
    let rows: Vec<Row> = summary
        .scaling_at_largest()
        .filter(|scaling| scaling.rows.len() >= LEAST_COUNTS)
        .flat_map(|scaling| &scaling.rows)
        .map(|row| Row {
            name: row.case.case.variant_label(),
            threads: row.case.case.threads as f64,
            speed_up: row.speed_up.interval,
        })
        .collect();
    let size = summary.largest_size()?.label.as_str();
    let most = rows.iter().map(|row| row.threads.max(row.speed_up.high)).reduce(f64::max)?;
    if !most.is_finite() {
        return None;
    }
    let left = MARGIN + widest(rows.iter().map(|row| row.name.as_str())) + GAP;
    let values: Vec<String> = rows.iter().map(|row| format::ratio(row.speed_up.estimate)).collect();
    let right = WIDTH - MARGIN - widest(values.iter().map(String::as_str)) - GAP;
    let scale = Scale::linear(most * 1.02, (left, right));
    let mut svg = Svg::new();
    let title = format!("Speed-up of {} at {size} by threads", summary.id);
    svg.text((MARGIN, 26.0), Anchor::Start, Font::TITLE, &title);
    let second = "over the same variant on one thread; more is better; the upright mark is where no \
                  thread is wasted";
    svg.text((MARGIN, 48.0), Anchor::Start, Font::SOFT, second);
    let bottom = HEAD + ROW * rows.len() as f64;
    scale.draw(&mut svg, (HEAD, bottom), "times as fast as on one thread", format::tick_ratio);
    for (at, (row, value)) in rows.iter().zip(&values).enumerate() {
        let middle = HEAD + ROW * (at as f64 + 0.5);
        let (start, x) = (scale.x(0.0), scale.x(row.speed_up.estimate));
        svg.text((left - GAP, middle + 4.5), Anchor::End, Font::PLAIN, &row.name);
        svg.rect((start, middle - BAR / 2.0), (x - start, BAR), colour::BLUE);
        svg.whisker(scale.x(row.speed_up.low), scale.x(row.speed_up.high), middle);
        let ideal = scale.x(row.threads);
        svg.line((ideal, middle - BAR), (ideal, middle + BAR), colour::VERMILION, 2.5);
        svg.text((right + GAP, middle + 4.5), Anchor::Start, Font::BOLD, value);
    }
    Some(svg.finish(bottom + AXIS, &title))
}
