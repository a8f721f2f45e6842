//! The table of claims: what is said elsewhere, what was measured of it, the same step here.

use super::Report;
use super::words::{few_samples, speed_up_text};
use crate::document::{Block, Column, Document, Table, Text};
use crate::format;
use crate::summary::{ClaimRow, ClaimVerdict, Compared, Comparison, Missing};
use crate::{Factor, Pair};

pub(super) fn section(report: &Report<'_>, document: &mut Document) {
    if report.summary.claims.is_empty() {
        return;
    }
    document.heading(2, "Claims");
    document.paragraph(
        "What is said elsewhere of these kernels, held against this run. A ratio is how many times \
         as much the second variant needs as the first, both on one thread. A claim holds where the \
         ratio's whole interval lies within what is claimed.",
    );
    document.blocks.push(Block::Table(claims_table(&report.summary.claims)));
}

/// A row a claim: its words, the measured ratio, the same step in this suite's own variants, and
/// the verdict.
pub fn claims_table(rows: &[ClaimRow]) -> Table {
    let mut table = Table::new([
        Column::left("claim"),
        Column::right("claimed"),
        Column::left("compared"),
        Column::left("measured"),
        Column::left("the same step here"),
        Column::left("verdict"),
    ]);
    for row in rows {
        let source = row.claim.source.as_ref().map(|source| format!(" ({source})"));
        let here = row.claim.here.as_ref().zip(row.here.as_ref());
        table.row([
            Text::from(format!("\"{}\"{}", row.claim.text, source.unwrap_or_default())),
            Text::from(claimed(row.claim.factor)),
            pair(&row.claim.pair),
            measured(&row.measured),
            here.map(|(names, here)| pair(names).then(": ").then(measured(here)))
                .unwrap_or_default(),
            verdict(row),
        ]);
    }
    table.without_empty_columns()
}

fn claimed(factor: Factor) -> String {
    let low = format::tick_ratio(factor.low);
    if factor.high.is_infinite() {
        return format!("more than {low}");
    }
    format!("{low} to {}", format::tick_ratio(factor.high))
}

/// The two, the kernel said once where it is one.
fn pair(pair: &Pair) -> Text {
    let more = if pair.less.kernel == pair.more.kernel {
        pair.more.variant.clone()
    } else {
        pair.more.to_string()
    };
    Text::code(pair.less.to_string()).then(" against ").then(Text::code(more))
}

fn measured(outcome: &Result<Comparison, Missing>) -> Text {
    match outcome {
        Ok(comparison) => Text::from(figures(comparison)),
        Err(missing) => Text::from("not measured: ")
            .then(Text::prose(&missing.reason))
            .then("; ")
            .then(Text::prose(&missing.remedy)),
    }
}

fn figures(own: &Comparison) -> String {
    let figure = |value| match own.of {
        Compared::Time => format::time(value),
        Compared::HeapPeak | Compared::ResidentPeak => format::bytes(value),
    };
    let what = match own.of {
        Compared::Time => "",
        Compared::HeapPeak => " of heap",
        Compared::ResidentPeak => " of resident memory",
    };
    let interval = &own.ratio.interval;
    let ratio = if interval.low < interval.high {
        speed_up_text(&own.ratio).to_plain()
    } else {
        format::ratio(interval.estimate)
    };
    let doubt = few_samples(interval, own.samples).map(|doubt| format!("; {doubt}"));
    format!(
        "{ratio} ({} against {}{what}, at {}{})",
        figure(own.less),
        figure(own.more),
        own.size,
        doubt.unwrap_or_default()
    )
}

fn verdict(row: &ClaimRow) -> Text {
    let Some((verdict, own)) = row.verdict().zip(row.measured.as_ref().ok()) else {
        return Text::from("not measured");
    };
    let ratio = format::ratio(own.ratio.interval.estimate);
    match verdict {
        ClaimVerdict::Holds | ClaimVerdict::HoldsAtLowerEnd => Text::strong(verdict.label()),
        ClaimVerdict::MoreThanClaimed | ClaimVerdict::Fails => {
            Text::strong(format!("{}: {ratio}", verdict.label()))
        }
        ClaimVerdict::Undecided => Text::strong(verdict.label())
            .then(format!(": the interval has {} in it", format::tick_ratio(row.claim.factor.low))),
    }
}
