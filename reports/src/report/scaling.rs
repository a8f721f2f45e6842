//! What more threads give a kernel: speed-up, efficiency, serial fraction, and the laws of scaling.

use super::words::{file_stem, speed_up_text};
use crate::document::{Block, Column, Document, Table, Text};
use crate::stats::scaling::{Fit, LEAST_POINTS_OF_UNIVERSAL};
use crate::summary::{Grown, KernelSummary, Scaling, ThreadsRow};
use crate::{chart, format};

/// The path of a kernel's chart of threads.
pub(super) fn chart_path(kernel: &str) -> String {
    format!("charts/{}-threads.svg", file_stem(kernel))
}

pub(super) fn section(summary: &KernelSummary, document: &mut Document) {
    if summary.scaling.is_empty() {
        return;
    }
    document.heading(3, format!("Threads of {}", summary.id));
    document.blocks.push(Block::Table(table(summary)));
    document.paragraph(laws(summary));
    if chart::threads(summary).is_some() {
        document.blocks.push(Block::Image {
            alt: format!("Speed-up of {} by threads", summary.id),
            path: chart_path(&summary.id),
            caption: Text::from("Speed-up over one thread; the upright mark wastes none."),
        });
    }
    let grown = summary.grown();
    if !grown.is_empty() {
        document.blocks.push(Block::List(grown.iter().map(promise).collect()));
    }
}

fn table(summary: &KernelSummary) -> Table {
    let mut table = Table::new([
        Column::left("variant"),
        Column::left("size"),
        Column::right("threads"),
        Column::right("time [interval]"),
        Column::right("speed-up over one thread"),
        Column::right("efficiency"),
        Column::right("serial fraction"),
        Column::right("gain of the ceiling"),
        Column::right("of the ceiling"),
    ]);
    for size in summary.sizes_to_read() {
        for scaling in summary.scaling.iter().filter(|own| own.size == size.label) {
            for row in &scaling.rows {
                table.row(cells(scaling, row));
            }
        }
    }
    table.without_empty_columns()
}

fn cells(scaling: &Scaling, row: &ThreadsRow) -> Vec<Text> {
    let time = row.case.timing.as_ref().map(|timing| format::time_interval(&timing.time_ns));
    let share = row.ceiling_share.map(|share| format::percent(share.interval.estimate));
    vec![
        Text::code(&scaling.variant),
        Text::from(scaling.size.as_str()),
        Text::from(format::count(row.case.case.threads as f64)),
        Text::from(time.unwrap_or_default()),
        speed_up_text(&row.speed_up),
        Text::from(format::percent_interval(&row.efficiency)),
        Text::from(format::percent_interval(&row.serial)),
        row.ceiling_gain.as_ref().map(speed_up_text).unwrap_or_default(),
        Text::from(share.unwrap_or_default()),
    ]
}

/// What the fitted laws say at the largest size, or why there is nothing to fit.
fn laws(summary: &KernelSummary) -> Text {
    let points = summary.scaling_at_largest().map(|own| own.rows.len()).max().unwrap_or(0);
    if points < 2 {
        return Text::from(
            "The serial fraction is Karp and Flatt's: what would have to be serial for Amdahl's law \
             to give the speed-up. Two thread counts fit it exactly, whatever the cause; no law can \
             be told from another by them.",
        );
    }
    let mut text = Text::from("Fitted over the threads:");
    for scaling in summary.scaling_at_largest() {
        let Some(amdahl) = &scaling.amdahl else { continue };
        text = text.then(" ").then(Text::code(&scaling.variant)).then(format!(
            " by Amdahl's law {} serial{}",
            format::percent(amdahl.serial),
            misfit(amdahl)
        ));
        text = match &scaling.universal {
            Some(universal) => text.then(universal_law(universal)),
            None => text.then(format!(
                "; the Universal Scalability Law needs {LEAST_POINTS_OF_UNIVERSAL} thread counts \
                 above one."
            )),
        };
    }
    text
}

fn universal_law(fit: &Fit) -> String {
    let coherence = fit.coherence.unwrap_or_default();
    let most = fit.most_useful_threads().map_or_else(
        || "no thread count from which more make it slower".to_owned(),
        |most| format!("slower beyond {} threads", format::number(most)),
    );
    format!(
        "; by the Universal Scalability Law contention {}, coherence {}{}, {most}.",
        format::percent(fit.serial),
        format::percent(coherence),
        misfit(fit)
    )
}

fn misfit(fit: &Fit) -> String {
    fit.misfit
        .map(|misfit| format!(" (off by at most {})", format::percent(misfit)))
        .unwrap_or_default()
}

/// Gustafson's promise and what came.
fn promise(grown: &Grown) -> Text {
    let off = grown.measured.interval;
    let so = if off.is_below(grown.predicted.low) {
        ", less: what does not scale grows with the size"
    } else if off.is_above(grown.predicted.high) {
        ", more: what does not scale shrinks as the size grows"
    } else {
        ", as promised"
    };
    Text::code(&grown.variant).then(format!(
        " from {} to {}, on {} threads: if what is serial at the smaller size did not grow, \
         Gustafson's law would give {}; measured {}{so}.",
        grown.from,
        grown.to,
        format::count(grown.threads as f64),
        format::ratio_interval(&grown.predicted),
        format::ratio_interval(&off)
    ))
}
