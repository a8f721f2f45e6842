//! A pipeline's time by stage, a stacked bar a variant.

use super::scale::Scale;
use super::svg::{Anchor, Font, Svg, width};
use super::{AXIS, GAP, MARGIN, ROW, TEXT, WIDTH, colour, widest};
use crate::format;
use crate::summary::{StageTable, Stages};

/// The thickness of a stacked bar, in pixels: its shares are written inside.
const THICK: f64 = 20.0;

/// The height of a line of the key, in pixels.
const KEY_LINE: f64 = 22.0;

/// The name of what is in no stage.
const OUTSIDE: &str = "outside every stage";

/// One iteration of each variant, divided into its stages; none where no variant has stages.
///
/// The axis is that of shares, for a slow reference beside fast variants would leave their stages too
/// narrow to be seen; the time stands at the right. A share is written where it has room.
pub fn stages(stages: &Stages) -> Option<String> {
    let tables = &stages.tables;
    let names = stage_names(tables);
    if names.is_empty() {
        return None;
    }
    let labels: Vec<String> = tables.iter().map(|table| table.case.variant_label()).collect();
    let values: Vec<String> =
        tables.iter().map(|table| format::time(table.total_ns.estimate)).collect();
    let left = MARGIN + widest(labels.iter().map(String::as_str)) + GAP;
    let right = WIDTH - MARGIN - widest(values.iter().map(String::as_str)) - GAP;
    let mut svg = Svg::new();
    let kernel = tables.first().map(|table| table.case.kernel.as_str()).unwrap_or_default();
    let title =
        format!("{kernel} at {}: where an iteration goes; at the right: its time", stages.size);
    svg.text((MARGIN, 26.0), Anchor::Start, Font::TITLE, &title);
    let top = key(&mut svg, &names);
    let bottom = top + ROW * tables.len() as f64;
    let scale = Scale::linear(1.0, (left, right));
    scale.draw(&mut svg, (top, bottom), "share of the critical path", format::percent_whole);
    for (at, table) in tables.iter().enumerate() {
        let middle = top + ROW * (at as f64 + 0.5);
        svg.text((left - GAP, middle + 4.5), Anchor::End, Font::PLAIN, &labels[at]);
        bar(&mut svg, table, &names, &scale, middle);
        svg.text((WIDTH - MARGIN, middle + 4.5), Anchor::End, Font::PLAIN, &values[at]);
    }
    Some(svg.finish(bottom + AXIS, &title))
}

/// Every stage's name, in the order in which the variants enter them.
fn stage_names(tables: &[StageTable]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for stage in tables.iter().flat_map(|table| &table.stages) {
        if !names.contains(&stage.name.as_str()) {
            names.push(&stage.name);
        }
    }
    names
}

/// Draws the key below the title, in as many lines as it needs, and returns where it ends.
fn key(svg: &mut Svg, names: &[&str]) -> f64 {
    let (mut x, mut y) = (MARGIN, 38.0);
    let stages = names.iter().enumerate().map(|(at, name)| (fill(at).0, *name));
    for (fill, name) in stages.chain([(colour::GREY, OUTSIDE)]) {
        let room = 18.0 + width(name, TEXT);
        if x + room > WIDTH - MARGIN {
            (x, y) = (MARGIN, y + KEY_LINE);
        }
        svg.rect((x, y), (12.0, 12.0), fill);
        svg.text((x + 18.0, y + 11.0), Anchor::Start, Font::SOFT, name);
        x += room + 18.0;
    }
    y + KEY_LINE
}

const fn fill(stage: usize) -> (&'static str, &'static str) {
    colour::SEQUENCE[stage % colour::SEQUENCE.len()]
}

fn bar(svg: &mut Svg, table: &StageTable, names: &[&str], scale: &Scale, middle: f64) {
    let mut from = 0.0;
    for stage in table.stages.iter().chain(&table.outside) {
        let place = names.iter().position(|name| *name == stage.name);
        let (fill, ink) = place.map_or((colour::GREY, colour::INK), fill);
        let to = from + stage.share.estimate;
        let (x, end) = (scale.x(from), scale.x(to));
        svg.rect((x, middle - THICK / 2.0), (end - x, THICK), fill);
        let share = format::percent_whole(stage.share.estimate);
        if width(&share, TEXT) + 6.0 < end - x {
            let font = Font { colour: ink, ..Font::PLAIN };
            svg.text((f64::midpoint(x, end), middle + 4.5), Anchor::Middle, font, &share);
        }
        from = to;
    }
}
