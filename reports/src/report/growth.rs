//! How a kernel grows along its axis: the chart, a row a variant, and where one overtakes another.

use super::Report;
use super::words::file_stem;
use crate::document::{Block, Column, Document, Span, Table, Text};
use crate::summary::{Curve, Growth, KernelSummary};
use crate::{KernelInfo, chart, format};

/// The path of a kernel's growth chart.
pub(super) fn chart_path(kernel: &str) -> String {
    format!("charts/{}-growth.svg", file_stem(kernel))
}

pub(super) fn section(
    _: &Report<'_>,
    kernel: &KernelInfo,
    summary: &KernelSummary,
    document: &mut Document,
) {
    let Some(growth) = summary.growth.as_ref().filter(|growth| growth.is_sweep()) else { return };
    document.heading(3, format!("Growth of {}", kernel.id));
    document.paragraph(range(growth));
    if chart::growth(&kernel.id, growth).is_some() {
        document.blocks.push(Block::Image {
            alt: format!("Time of one iteration of {} over its size", kernel.id),
            path: chart_path(&kernel.id),
            caption: Text::from("Time over size, both logarithmic: a power is a straight line."),
        });
    }
    document.blocks.push(Block::Table(table(growth)));
    let mut points = overtakings(growth);
    points.extend(heap_promise(kernel));
    if !points.is_empty() {
        document.blocks.push(Block::List(points));
    }
}

/// From where to where, and which caches lie between.
fn range(growth: &Growth) -> String {
    let ends = growth.sizes.first().zip(growth.sizes.last());
    let (first, last) = ends.map_or((0.0, 0.0), |(a, b)| (a.extent, b.extent));
    let swept = format!(
        "Swept at {} from n = {} to {}. ",
        format::plural(growth.sizes.len(), "size"),
        format::count(first),
        format::count(last)
    );
    let caches: Vec<String> = growth
        .boundaries
        .iter()
        .map(|own| {
            let bytes = format::bytes(own.bytes as f64);
            format!("L{} ({bytes}) at n = {}", own.level, format::number(own.extent))
        })
        .collect();
    let known = growth.sizes.iter().any(|size| size.working_set.is_some());
    let caches = match (known, caches.is_empty()) {
        (false, _) => {
            "The kernel declares no cost, so it is not known which cache a size fits. ".to_owned()
        }
        (true, true) => "The working set leaves no cache in between. ".to_owned(),
        (true, false) => format!("The working set leaves {}. ", format::list(&caches)),
    };
    format!(
        "{swept}{caches}The exponent is the slope over the whole range. The law is the one of 1, \
         log n, n, n log n, n² and n³, each with a start that does not grow, which best foretells \
         a size that was left out; undecided where several do so alike."
    )
}

fn table(growth: &Growth) -> Table {
    let mut table = Table::new([
        Column::left("variant"),
        Column::right("exponent [interval]"),
        Column::left("law"),
        Column::right("error of the law"),
        Column::right("time at the smallest size"),
        Column::right("at the largest"),
        Column::right("heap peak"),
        Column::right("exponent of the peak"),
        Column::right("heap blocks"),
    ]);
    for curve in growth.swept() {
        table.row(cells(curve));
    }
    table.without_empty_columns()
}

fn cells(curve: &Curve) -> Vec<Text> {
    let text = |value: Option<String>| Text::from(value.unwrap_or_default());
    let at = |end: Option<(f64, crate::stats::Interval)>| {
        text(
            end.map(|(n, time)| format!("{} at {}", format::time(time.estimate), format::count(n))),
        )
    };
    let change =
        |from: String, to: String| if from == to { to } else { format!("{from} → {to}") };
    let heap = curve.heap.as_ref();
    vec![
        name(&curve.variant, curve.threads),
        text(curve.exponent.as_ref().map(format::number_interval)),
        Text::from(law(curve)),
        text(curve.laws.first().map(|fit| format::percent(fit.error))),
        at(curve.timed().next()),
        at(curve.timed().last()),
        text(
            heap.map(|own| {
                change(format::bytes(own.peak_bytes.0), format::bytes(own.peak_bytes.1))
            }),
        ),
        text(heap.map(|own| format::number(own.exponent))),
        text(heap.map(|own| change(format::count(own.blocks.0), format::count(own.blocks.1)))),
    ]
}

fn law(curve: &Curve) -> String {
    let names: Vec<&str> = curve.laws.iter().map(|fit| fit.law.label()).collect();
    match names.as_slice() {
        [] => "undecided: none fits".to_owned(),
        [one] => (*one).to_owned(),
        several => format!("undecided: {}", several.join(" or ")),
    }
}

fn name(variant: &str, threads: usize) -> Text {
    let threads = if threads > 1 { format!(", {threads} threads") } else { String::new() };
    Text(vec![Span::Code(variant.to_owned()), Span::Plain(threads)])
}

/// One sentence for each change of the fastest, or one that there is none.
fn overtakings(growth: &Growth) -> Vec<Text> {
    let told = growth.overtakings.iter().map(|own| {
        let from =
            format!(" wins from n = {} on, before it ", format::number_interval(&own.extent));
        let after = name(&own.after.0, own.after.1);
        after.then(from).then(name(&own.before.0, own.before.1)).then(".")
    });
    told.collect()
}

fn heap_promise(kernel: &KernelInfo) -> Option<Text> {
    kernel.streaming.then(|| {
        Text::from(
            "The kernel promises to stream: a heap peak that grows with its input is a finding.",
        )
    })
}
