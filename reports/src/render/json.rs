//! The summary and the findings for programs.
//!
//! # Format, version 1
//!
//! One object: `amdahl` is `"report"`, `version` is 1, and
//!
//! - `run`: `started`, `took_s`, `command`, `seed`, `cpu`, `rustc`, `commit`, `debug_assertions`,
//!   `steal_percent`;
//! - `findings`, most severe first: `analyser`, `severity` (`problem`, `warning`, `note`), `case`
//!   (or null), `message`, `evidence` (a list of `name` and `value`);
//! - `kernels`: `id`, `fastest` (a case or null), `sizes` (each with `label` and `rows`), `ladder`,
//!   `stages` (or null), `growth` (or null: `extents`, `curves`, `overtakings`).
//!
//! A case is `kernel`, `variant`, `size`, `threads`. An interval is `estimate`, `low`, `high`,
//! `confidence`. Times are in nanoseconds, heap in bytes, shares and errors are fractions. What was
//! not measured is null, and so is a number that JSON cannot hold. The raw samples are in the
//! records, not here.

use serde_json::{Value, json};

use super::Renderer;
use crate::stats::Interval;
use crate::stats::amdahl::FACTORS;
use crate::summary::{
    AmdahlTable, CaseRow, Growth, KernelSummary, Ratio, StageRow, StageTable, Stages, Status, Step,
};
use crate::{CaseId, Finding, Report};

/// Writes `report.json`.
pub(super) struct Json;

impl Renderer for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn file_name(&self) -> &'static str {
        "report.json"
    }

    fn render(&self, report: &Report<'_>) -> String {
        let info = &report.run.info;
        let value = json!({
            "amdahl": "report",
            "version": 1,
            "run": {
                "started": info.started,
                "took_s": info.took_s,
                "command": info.command,
                "seed": info.seed,
                "cpu": info.machine.cpu,
                "rustc": info.build.rustc,
                "commit": info.build.commit,
                "debug_assertions": info.build.debug_assertions,
                "steal_percent": info.conditions.steal_percent,
            },
            "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
            "kernels": report.summary.kernels.iter().map(kernel).collect::<Vec<_>>(),
        });
        format!("{value:#}\n")
    }
}

fn finding(finding: &Finding) -> Value {
    let evidence = finding.evidence.iter().map(|e| json!({ "name": e.name, "value": e.value }));
    json!({
        "analyser": finding.analyser,
        "severity": finding.severity.label(),
        "case": finding.case.as_ref().map(case),
        "message": finding.message,
        "evidence": evidence.collect::<Vec<_>>(),
    })
}

fn kernel(kernel: &KernelSummary) -> Value {
    let sizes = kernel.sizes.iter().map(|size| {
        json!({ "label": size.label, "rows": size.rows.iter().map(row).collect::<Vec<_>>() })
    });
    json!({
        "id": kernel.id,
        "fastest": kernel.winner().map(|row| case(&row.case)),
        "sizes": sizes.collect::<Vec<_>>(),
        "ladder": kernel.ladder.iter().map(step).collect::<Vec<_>>(),
        "stages": kernel.stages.as_ref().map(stages),
        "growth": kernel.growth.as_ref().filter(|own| own.is_sweep()).map(growth),
    })
}

fn growth(growth: &Growth) -> Value {
    let curves = growth.curves.iter().map(|curve| {
        json!({
            "variant": curve.variant,
            "threads": curve.threads,
            "exponent": curve.exponent.as_ref().map(interval),
            "laws": curve.laws.iter().map(|fit| fit.law.label()).collect::<Vec<_>>(),
            "peak_exponent": curve.heap.map(|heap| heap.exponent),
        })
    });
    let overtakings = growth.overtakings.iter().map(|own| {
        let case = |(variant, threads): &(String, usize)| {
            json!({ "variant": variant, "threads": threads })
        };
        json!({
            "before": case(&own.before),
            "after": case(&own.after),
            "extent": interval(&own.extent),
        })
    });
    json!({
        "extents": growth.sizes.iter().map(|size| size.extent).collect::<Vec<_>>(),
        "curves": curves.collect::<Vec<_>>(),
        "overtakings": overtakings.collect::<Vec<_>>(),
    })
}

fn row(row: &CaseRow) -> Value {
    let (status, reason) = match &row.status {
        Status::Agreed => ("agrees", None),
        Status::Failed { failure, .. } => (failure.kind.label(), Some(failure.reason.clone())),
        Status::NotChecked { reason, remedy } => {
            ("not checked", Some(format!("{reason}; {remedy}")))
        }
    };
    json!({
        "case": case(&row.case),
        "status": status,
        "reason": reason,
        "rung": row.rung.label(),
        "timed_by": row.timing.as_ref().map(|timing| timing.measurer.clone()),
        "samples": row.timing.as_ref().map(|timing| timing.samples_ns.len()),
        "time_ns": row.timing.as_ref().map(|timing| interval(&timing.time_ns)),
        "speed_up": row.speed_up.as_ref().map(ratio),
        "setup_ns": row.setup_ns.as_ref().map(interval),
        "cold_ns": row.cold_ns,
        "gflops": row.gflops,
        "gigabytes_per_s": row.gigabytes_per_s,
        "heap": row.heap.map(|heap| json!({
            "blocks": heap.blocks,
            "bytes": heap.bytes,
            "peak_bytes": heap.peak_bytes,
            "cold_blocks": heap.cold_blocks,
            "cold_bytes": heap.cold_bytes,
        })),
        "agreement": row.agreement.as_ref().map(|agreement| json!({
            "against": agreement.against,
            "error": agreement.error,
            "allowed": agreement.allowed,
            "used": agreement.used,
            "in_place": agreement.in_place,
        })),
        "notes": row.notes,
    })
}

fn step(step: &Step) -> Value {
    json!({
        "rung": step.rung.label(),
        "case": case(&step.case),
        "time_ns": interval(&step.time_ns),
        "gain": step.gain.as_ref().map(ratio),
        "total": step.total.as_ref().map(ratio),
    })
}

fn stages(stages: &Stages) -> Value {
    json!({
        "size": stages.size,
        "cases": stages.tables.iter().map(stage_table).collect::<Vec<_>>(),
        "amdahl": stages.amdahl.as_ref().map(amdahl),
    })
}

fn stage_table(table: &StageTable) -> Value {
    json!({
        "case": case(&table.case),
        "total_ns": interval(&table.total_ns),
        "span_cost_ns": table.span_cost_ns,
        "stages": table.stages.iter().map(stage).collect::<Vec<_>>(),
        "outside": table.outside.as_ref().map(stage),
    })
}

fn stage(stage: &StageRow) -> Value {
    json!({
        "name": stage.name,
        "self_ns": interval(&stage.self_ns),
        "total_ns": interval(&stage.total_ns),
        "share": interval(&stage.share),
        "calls": stage.calls,
        "heap_blocks": stage.heap_blocks,
        "heap_bytes": stage.heap_bytes,
    })
}

fn amdahl(table: &AmdahlTable) -> Value {
    let rows = table.rows.iter().map(|row| {
        let speed_ups = FACTORS.iter().zip(&row.speed_ups).map(|(factor, speed_up)| {
            let factor = if factor.is_finite() { json!(factor) } else { json!("inf") };
            json!({ "factor": factor, "overall": interval(speed_up) })
        });
        json!({
            "stage": row.stage,
            "share": interval(&row.share),
            "speed_ups": speed_ups.collect::<Vec<_>>(),
        })
    });
    json!({
        "case": case(&table.case),
        "denominator_ns": interval(&table.total_ns),
        "stages": rows.collect::<Vec<_>>(),
    })
}

fn case(case: &CaseId) -> Value {
    json!({
        "kernel": case.kernel,
        "variant": case.variant,
        "size": case.size,
        "threads": case.threads,
    })
}

fn ratio(ratio: &Ratio) -> Value {
    let mut value = interval(&ratio.interval);
    value["paired"] = json!(ratio.paired);
    value
}

fn interval(interval: &Interval) -> Value {
    json!({
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "confidence": interval.confidence,
    })
}
