//! The head: where, when, with what and under which conditions the figures were made.

use super::{Report, doctor, legend, peers};
use crate::document::{Block, Column, Document, Table, Text, anchor};
use crate::format;
use crate::stats::{median, relative_dispersion};
use crate::summary::{KernelSummary, Status, Summary};
use crate::{Build, Conditions, Machine, measurer};

/// The title of every report.
const TITLE: &str = "Amdahl report";

/// What leads from a kernel's page back to the first one.
pub(super) fn way_back() -> Text {
    let to = |text: &str, heading: &str| Text::link(text, format!("#{}", anchor(heading)));
    to("The whole report", TITLE).then(" · ").then(to("Legend", legend::TITLE))
}

pub(super) fn section(report: &Report<'_>, document: &mut Document) {
    let info = &report.run.info;
    document.heading(1, TITLE);
    document.paragraph(headline(report));
    let mut table = Table::new([Column::left("run"), Column::left("")]);
    let mut row = |name: &str, value: Text| {
        if !value.is_empty() {
            table.row([Text::from(name), value]);
        }
    };
    row("command", Text::code(&info.command));
    row("started", Text::from(format!("{}, took {}", info.started, format::duration(info.took_s))));
    row("machine", Text::from(machine(&info.machine)));
    row("caches", Text::from(caches(&info.machine)));
    row("features", Text::from(info.machine.features.join(", ")));
    row("system", Text::from(info.machine.os.as_str()));
    row("clock", Text::from(clock(&info.machine, &info.conditions)));
    row("compiler", Text::from(info.build.rustc.as_str()));
    row("build", build(&info.build));
    row("commit", maybe_code(info.build.commit.as_ref()));
    row("Cargo.lock", maybe_code(info.build.lock.as_ref()));
    row("peers", peers::versions(info));
    row("seed", Text::code(info.seed.to_string()));
    row("conditions", Text::from(conditions(&info.conditions)));
    row("noise", noise(&report.summary));
    row("doctor", doctor::verdict(info));
    row("note", Text::prose(&info.notes.join(" ")));
    document.blocks.push(Block::Table(table));
    doctor::section(info, document);
}

/// One sentence that says how much was measured and whether it can be trusted.
fn headline(report: &Report<'_>) -> String {
    let rows = report.summary.kernels.iter().flat_map(KernelSummary::rows_with_peers);
    let (mut measured, mut agreed, mut failed) = (0, 0, 0);
    for row in rows {
        measured += 1;
        match row.status {
            Status::Agreed => agreed += 1,
            Status::Failed { .. } => failed += 1,
            Status::NotChecked { .. } => {}
        }
    }
    let smoke = report.summary.kernels.iter().map(|kernel| &kernel.smoke);
    let (smoke_agreed, smoke_failed) =
        smoke.fold((0, 0), |(a, f), smoke| (a + smoke.agreed, f + smoke.failed.len()));
    format!(
        "{} of {}: {agreed} agree with their reference, {failed} failed. At smoke sizes {} agree, \
         {smoke_failed} failed.",
        format::plural(measured, "case"),
        format::plural(report.run.kernels.len(), "kernel"),
        format::plural(smoke_agreed, "case"),
    )
}

fn maybe_code(value: Option<&String>) -> Text {
    value.map_or_else(|| Text::from("unknown"), Text::code)
}

pub(super) fn machine(machine: &Machine) -> String {
    let guest =
        machine.hypervisor.as_ref().map(|name| format!(", guest of {name}")).unwrap_or_default();
    format!(
        "{}, {}, {} of memory{guest}",
        machine.cpu,
        format::plural(machine.cores, "logical processor"),
        format::bytes(machine.memory_bytes as f64)
    )
}

pub(super) fn caches(machine: &Machine) -> String {
    let level = |cache: &crate::Cache| {
        let shared = if cache.shared_by > 1 {
            format!(" (shared by {})", cache.shared_by)
        } else {
            String::new()
        };
        format!("L{} {}{shared}", cache.level, format::bytes(cache.bytes as f64))
    };
    machine.caches.iter().map(level).collect::<Vec<_>>().join(", ")
}

fn clock(machine: &Machine, conditions: &Conditions) -> String {
    format!(
        "{}, a pair of readings costs {}, smallest step {}",
        machine.clock_source.as_deref().unwrap_or("unknown source"),
        format::time(conditions.clock_cost_ns),
        format::time(conditions.clock_step_ns)
    )
}

fn build(build: &Build) -> Text {
    let assertions = if build.debug_assertions { ", debug assertions on" } else { "" };
    let text = Text::from(format!("{}, {}{assertions}", build.profile, build.target));
    if build.rustflags.is_empty() {
        return text.then(", no further flags");
    }
    text.then(", flags ").then(Text::code(&build.rustflags))
}

pub(super) fn conditions(conditions: &Conditions) -> String {
    let steal = conditions.steal_percent.map_or_else(
        || "steal unknown".to_owned(),
        |steal| format!("steal {}", format::percent(steal / 100.0)),
    );
    let load = conditions
        .load_before
        .map(|load| format!(", load average before {}", format::number(load)))
        .unwrap_or_default();
    steal + &load
}

/// How far the interleaved samples spread: typically, and at worst.
fn noise(summary: &Summary) -> Text {
    let rows = summary.kernels.iter().flat_map(KernelSummary::rows);
    let spreads: Vec<(f64, String)> = rows
        .filter_map(|row| {
            let timing = row.timing.as_ref().filter(|t| t.measurer == measurer::INTERLEAVED)?;
            Some((relative_dispersion(&timing.samples_ns)?, row.case.to_string()))
        })
        .collect();
    let typical = median(&spreads.iter().map(|spread| spread.0).collect::<Vec<_>>());
    let worst = spreads.iter().max_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(typical), Some((spread, case))) = (typical, worst) else {
        return Text::from("unknown: no interleaved samples");
    };
    Text::from(format!(
        "interleaved samples spread by {} typically, by {} at worst (",
        format::percent(typical),
        format::percent(*spread)
    ))
    .then(Text::code(case))
    .then(")")
}
