//! Rooflines: a panel a size, its variants below what memory and multiply-adds allow.
//!
//! The variants of a size do the same compulsory work, so they stand one above the other; their names
//! stand beside the plot, each led to its point.

use super::scale::Scale;
use super::svg::{Anchor, Dash, Font, Svg, width};
use super::{GAP, MARGIN, TEXT, WIDTH, colour};
use crate::summary::{CaseRow, KernelSummary, SizeSummary};
use crate::{KernelInfo, SizeInfo, format};

/// The height of a plot at least, in pixels.
const PLOT: f64 = 220.0;
/// The room of a line of names, in pixels.
const LINE: f64 = 17.0;
/// The room of the title, in pixels.
const HEAD: f64 = 36.0;
/// The room of a panel's own title, in pixels.
const PANEL_TITLE: f64 = 26.0;
/// The room of an axis with its numbers and its name, and of the gap below, in pixels.
const FOOT: f64 = 56.0;
/// The room of the numbers left of a plot, in pixels.
const NUMBERS: f64 = 56.0;
/// How far the axes reach beyond what they must show, as a factor.
const BEYOND: f64 = 4.0;

/// The roofline of each measured size, the largest first; none where no size has operations, bytes,
/// and both ceilings.
pub fn roofline(kernel: &KernelInfo, summary: &KernelSummary) -> Option<String> {
    let panels: Vec<Panel<'_>> = summary
        .sizes_to_read()
        .into_iter()
        .filter_map(|size| Panel::of(kernel.size(&size.label)?, size))
        .collect();
    if panels.is_empty() {
        return None;
    }
    let mut svg = Svg::new();
    let title = format!("{}: rate of the compulsory work below the machine's ceilings", kernel.id);
    svg.text((MARGIN, 26.0), Anchor::Start, Font::TITLE, &title);
    let mut top = HEAD;
    for panel in &panels {
        top = panel.draw(&mut svg, top);
    }
    Some(svg.finish(top, &title))
}

/// One size: its roofs by threads, and its variants.
struct Panel<'a> {
    title: String,
    /// Operations a byte.
    intensity: f64,
    roofs: Vec<Roof>,
    /// Fastest first, with their rate in 10^9 operations a second.
    points: Vec<(&'a CaseRow, f64, String)>,
}

/// What is allowed on so many threads.
struct Roof {
    threads: usize,
    gigabytes_per_s: f64,
    gflops: f64,
}

impl Roof {
    /// Operations a byte at which both ceilings allow as much.
    fn ridge(&self) -> f64 {
        self.gflops / self.gigabytes_per_s
    }

    fn at(&self, intensity: f64) -> f64 {
        self.gflops.min(intensity * self.gigabytes_per_s)
    }
}

impl<'a> Panel<'a> {
    fn of(info: &SizeInfo, size: &'a SizeSummary) -> Option<Self> {
        let (flops, bytes) = (info.flops?, info.bytes?);
        let intensity = flops / bytes;
        if !intensity.is_finite() || intensity <= 0.0 {
            return None;
        }
        let mut threads: Vec<usize> = size.ceilings.iter().map(|own| own.threads).collect();
        threads.dedup();
        let roof = |threads: usize| {
            let (memory, arithmetic) = size.roof(threads)?;
            let (gigabytes_per_s, gflops) = (memory.rate.estimate, arithmetic.rate.estimate);
            Some(Roof { threads, gigabytes_per_s, gflops })
        };
        let roofs: Vec<Roof> = threads.into_iter().filter_map(roof).collect();
        let points: Vec<(&CaseRow, f64, String)> = size
            .ranked()
            .into_iter()
            .filter_map(|row| {
                let share = size.headroom(row)?.share.interval.estimate;
                let label = format!("{}, {}", row.case.variant_label(), format::percent(share));
                Some((row, row.gflops?, label))
            })
            .collect();
        let works = info.working_set.map(|bytes| format!(", works on {}", format::bytes(bytes)));
        let title = format!(
            "size {}: {} operations a byte{}",
            size.label,
            format::number(intensity),
            works.unwrap_or_default()
        );
        let is_whole = !roofs.is_empty() && !points.is_empty();
        is_whole.then_some(Self { title, intensity, roofs, points })
    }

    /// Draws the panel from `top` and says where it ends.
    fn draw(&self, svg: &mut Svg, top: f64) -> f64 {
        svg.text((MARGIN, top + 18.0), Anchor::Start, Font::BOLD, &self.title);
        let mut first = top + PANEL_TITLE;
        for (at, roof) in self.roofs.iter().enumerate() {
            let name = format!(
                "{}: {} GB/s, {} GFLOP/s",
                format::plural(roof.threads, "thread"),
                format::number(roof.gigabytes_per_s),
                format::number(roof.gflops)
            );
            svg.path(
                &[(MARGIN, first + 8.0), (MARGIN + 26.0, first + 8.0)],
                stroke(at),
                2.5,
                Dash::Solid,
            );
            svg.text((MARGIN + 34.0, first + 12.5), Anchor::Start, Font::SOFT, &name);
            first += LINE;
        }
        first += GAP + TEXT / 2.0;
        let names = self.points.iter().map(|(_, _, label)| width(label, TEXT)).fold(0.0, f64::max);
        let right = WIDTH - MARGIN - names - 3.0 * GAP;
        let bottom = first + PLOT.max(LINE * self.points.len() as f64);
        let (x, y) = self.axes((MARGIN + NUMBERS, right), (first, bottom));
        x.draw(svg, (first, bottom), "operations a byte", format::tick_number);
        for mark in y.marks() {
            svg.line((MARGIN + NUMBERS, y.x(mark)), (right, y.x(mark)), colour::GRID, 1.0);
            let label = format::tick_number(mark);
            svg.text((MARGIN + NUMBERS - 8.0, y.x(mark) + 4.5), Anchor::End, Font::SOFT, &label);
        }
        svg.text((MARGIN, first - 4.0), Anchor::Start, Font::SOFT, "GFLOP/s, logarithmic");
        let (low, high) = self.reach();
        for (at, roof) in self.roofs.iter().enumerate().rev() {
            let corners = [low, roof.ridge().clamp(low, high), high];
            let track = corners.map(|intensity| (x.x(intensity), y.x(roof.at(intensity))));
            svg.path(&track, stroke(at), 2.0, Dash::Solid);
        }
        self.variants(svg, (&x, &y), (first, bottom), right);
        bottom + FOOT
    }

    /// The intensities shown: that of the size, and every ridge.
    fn reach(&self) -> (f64, f64) {
        let shown = || self.roofs.iter().map(Roof::ridge).chain([self.intensity]);
        let (low, high) = (shown().fold(f64::INFINITY, f64::min), shown().fold(0.0, f64::max));
        (low / BEYOND, high * BEYOND)
    }

    fn axes(&self, (left, right): (f64, f64), (top, bottom): (f64, f64)) -> (Scale, Scale) {
        let (low, high) = self.reach();
        let rates = self.points.iter().map(|(_, rate, _)| *rate);
        let roofs = self.roofs.iter();
        let lowest = rates.clone().chain(roofs.clone().map(|roof| roof.at(low)));
        let highest = rates.chain(roofs.map(|roof| roof.gflops));
        let (lowest, highest) = (lowest.fold(f64::INFINITY, f64::min), highest.fold(0.0, f64::max));
        let x = Scale::logarithmic(low, high, (left, right));
        (x, Scale::logarithmic(lowest / 1.5, highest * 1.5, (bottom, top)))
    }

    /// The points and their names, which keep their order and a line each.
    fn variants(
        &self,
        svg: &mut Svg,
        (x, y): (&Scale, &Scale),
        (top, bottom): (f64, f64),
        right: f64,
    ) {
        let at = x.x(self.intensity);
        let places: Vec<f64> = self.points.iter().map(|(_, rate, _)| y.x(*rate)).collect();
        let lines = spread(&places, (top + LINE / 2.0, bottom - LINE / 2.0));
        for (((row, _, label), place), line) in self.points.iter().zip(&places).zip(lines) {
            let roof = self.roofs.iter().position(|roof| roof.threads == row.case.threads);
            let fill = roof.map_or(colour::GREY, stroke);
            let track = [(at, *place), (right + GAP / 2.0, line), (right + 2.0 * GAP, line)];
            svg.path(&track, colour::GRID, 1.0, Dash::Solid);
            svg.text((right + 2.5 * GAP, line + 4.5), Anchor::Start, Font::PLAIN, label);
            svg.dot((at, *place), 4.5, fill);
        }
    }
}

const fn stroke(roof: usize) -> &'static str {
    colour::SEQUENCE[roof % colour::SEQUENCE.len()].0
}

/// Lines for names that begin at these places, given from top to bottom: in their order, a line's
/// height apart, within the plot.
fn spread(places: &[f64], (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut lines: Vec<f64> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let below = lines.last().map_or(top, |last| last + LINE);
        let room_left = bottom - LINE * (places.len() - 1 - at) as f64;
        lines.push(place.max(below).min(room_left.max(below)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_order_and_a_line_each_within_the_plot() {
        let lines = spread(&[10.0, 11.0, 12.0, 200.0, 299.0, 300.0], (0.0, 300.0));
        let gaps = lines.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.fold(f64::INFINITY, f64::min) >= LINE - 1e-9, "{lines:?}");
        assert_eq!((lines[0], lines[3], lines[5]), (10.0, 200.0, 300.0));
    }

    #[test]
    fn a_roof_rises_to_its_ridge_and_is_flat_beyond() {
        let roof = Roof { threads: 1, gigabytes_per_s: 10.0, gflops: 50.0 };
        assert_eq!(roof.ridge(), 5.0);
        assert_eq!([1.0, 5.0, 100.0].map(|intensity| roof.at(intensity)), [10.0, 50.0, 50.0]);
    }
}
