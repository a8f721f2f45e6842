//! The whole run in one picture: how much faster each kernel's fastest variant is.

use super::scale::Scale;
use super::svg::{Anchor, Font, Svg};
use super::{AXIS, BAR, GAP, MARGIN, ROW, WIDTH, colour, widest};
use crate::stats::Interval;
use crate::summary::Summary;
use crate::{Role, format};

/// The room of the title and its second line, in pixels.
const HEAD: f64 = 62.0;

/// The speed-up of each kernel's fastest variant over its reference, on a logarithmic axis around
/// 1; none where no kernel has one.
pub fn summary(summary: &Summary) -> Option<String> {
    let rows: Vec<(String, Interval, [String; 2])> = summary
        .kernels
        .iter()
        .filter_map(|kernel| {
            let winner = kernel.winner()?;
            let speed_up = match winner.role {
                Role::Reference => Interval::exact(1.0),
                Role::Serial | Role::Parallel => winner.speed_up?.interval,
            };
            if speed_up.low <= 0.0 || !speed_up.high.is_finite() {
                return None;
            }
            let values = [format::ratio(speed_up.estimate), winner.case.variant_label()];
            Some((format!("{}, {}", kernel.id, winner.case.size), speed_up, values))
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let left = MARGIN + widest(rows.iter().map(|row| row.0.as_str())) + GAP;
    let room = |column: usize| widest(rows.iter().map(|row| row.2[column].as_str()));
    let variants = WIDTH - MARGIN - room(1);
    let right = variants - GAP - room(0) - GAP;
    let smallest = rows.iter().map(|row| row.1.low).fold(1.0, f64::min);
    let largest = rows.iter().map(|row| row.1.high).fold(2.0, f64::max);
    let scale = Scale::logarithmic(smallest / 1.1, largest * 1.1, (left, right));
    let mut svg = Svg::new();
    let title = "Speed-up of each kernel's fastest variant over its reference";
    svg.text((MARGIN, 26.0), Anchor::Start, Font::TITLE, title);
    let second = "more is better; bars begin at the reference (1x), whiskers are intervals; at the \
                  right: speed-up, variant";
    svg.text((MARGIN, 48.0), Anchor::Start, Font::SOFT, second);
    let bottom = HEAD + ROW * rows.len() as f64;
    scale.draw(&mut svg, (HEAD, bottom), "times as fast as the reference", format::tick_ratio);
    let one = scale.x(1.0);
    svg.line((one, HEAD), (one, bottom), colour::INK, 1.5);
    for (at, (name, speed_up, [value, variant])) in rows.iter().enumerate() {
        let middle = HEAD + ROW * (at as f64 + 0.5);
        let x = scale.x(speed_up.estimate);
        svg.text((left - GAP, middle + 4.5), Anchor::End, Font::PLAIN, name);
        svg.rect((one.min(x), middle - BAR / 2.0), ((x - one).abs(), BAR), colour::BLUE);
        svg.whisker(scale.x(speed_up.low), scale.x(speed_up.high), middle);
        svg.text((variants - GAP, middle + 4.5), Anchor::End, Font::BOLD, value);
        svg.text((variants, middle + 4.5), Anchor::Start, Font::PLAIN, variant);
    }
    Some(svg.finish(bottom + AXIS, title))
}
