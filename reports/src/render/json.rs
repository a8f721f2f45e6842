//! The summary and the findings for programs.
//!
//! # Format, version 1
//!
//! One object: `amdahl` is `"report"`, `version` is 1, and
//!
//! - `run`: `started`, `took_s`, `command`, `seed`, `cpu`, `rustc`, `commit`, `debug_assertions`,
//!   `steal_percent`, `doctor` (a verdict or null);
//! - `peers`: `name`, `language`, `versions`, and `reason` and `remedy` of one that was not run;
//! - `contests`, our best against the best peer: `kernel`, `threads` (at most), `ours` and `peer`
//!   (cases), `ahead` (the peer's time over ours), `at_the_ceiling` (whether ours is);
//! - `findings`, most severe first: `analyser`, `severity` (`problem`, `warning`, `note`), `case`
//!   (or null), `message`, `evidence` (a list of `name` and `value`);
//! - `kernels`: `id`, `fastest` (a case or null), `sizes` (each with `label` and `rows`), `ladder`,
//!   `stages` (or null), `swaps` (or null; what swapping one stage promised and gave), `threads`
//!   (what more of them give, by variant and size), `growth` (or null: `extents`, `curves`,
//!   `overtakings`);
//! - `claims`: `text`, `source` (or null), `claimed` (`low`, `high`, null where open), `less`, `more`
//!   (`kernel/variant`), `measured` (or null: `size`, `of` one of `time`, `heap_peak` and
//!   `resident_peak`, `ratio`), `missing` (why nothing was measured, or null), `here` (or null, as
//!   `measured`), `verdict` (or null).
//!
//! A row of a peer has a `language`. The `bound` of a row (or null) is what limits it: `is` one of `read`, `copy`, `arithmetic` and
//! `single_arithmetic`, `share` what it reaches, `left` how many times as fast it could be.
//!
//! A case is `kernel`, `variant`, `size`, `threads`. An interval is `estimate`, `low`, `high`,
//! `confidence`. Times are in nanoseconds, heap in bytes, shares and errors are fractions. What was
//! not measured is null, and so is a number that JSON cannot hold. The raw samples are in the
//! records, not here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Renderer;
use crate::doctor::{Diagnosis, Subject};
use crate::stats::Interval;
use crate::stats::amdahl::FACTORS;
use crate::summary::{
    AmdahlTable, CaseRow, ClaimRow, ClaimVerdict, Comparison, Contest, Growth, KernelSummary, Ratio,
    Scaling, SizeSummary, StageRow, StageTable, Stages, Status, Step, SwapRow, Swaps, WhatIfRow,
    WhatIfTable, contests,
};
use crate::{CaseId, Finding, PeerInfo, Report, Shift};

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
                "doctor": Subject::of(info).map(|subject| Diagnosis::of(&subject).verdict()),
            },
            "peers": report.run.info.peers.iter().map(peer).collect::<Vec<_>>(),
            "contests": contests(&report.summary).iter().map(contest).collect::<Vec<_>>(),
            "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
            "kernels": report.summary.kernels.iter().map(kernel).collect::<Vec<_>>(),
            "claims": report.summary.claims.iter().map(claim).collect::<Vec<_>>(),
        });
        format!("{value:#}\n")
    }
}

fn peer(peer: &PeerInfo) -> Value {
    json!({
        "name": peer.name,
        "language": peer.language,
        "versions": peer.versions.iter().cloned().collect::<BTreeMap<_, _>>(),
        "reason": peer.missing.as_ref().map(|missing| &missing.reason),
        "remedy": peer.missing.as_ref().map(|missing| &missing.remedy),
    })
}

fn contest(contest: &Contest<'_>) -> Value {
    json!({
        "kernel": contest.kernel,
        "threads": contest.threads,
        "ours": case(&contest.ours.case),
        "peer": case(&contest.peer.case),
        "ahead": ratio(&contest.ahead),
        "at_the_ceiling": contest.is_at_the_ceiling(),
    })
}

fn claim(row: &ClaimRow) -> Value {
    let compared = |own: &Comparison| {
        let ratio = interval(&own.ratio.interval);
        json!({ "size": own.size, "of": own.of.id(), "ratio": ratio })
    };
    json!({
        "text": row.claim.text,
        "source": row.claim.source,
        "claimed": { "low": row.claim.factor.low, "high": row.claim.factor.high },
        "less": row.claim.pair.less.to_string(),
        "more": row.claim.pair.more.to_string(),
        "measured": row.measured.as_ref().ok().map(compared),
        "missing": row.measured.as_ref().err().map(|own| format!("{}; {}", own.reason, own.remedy)),
        "here": row.here.as_ref().and_then(|here| here.as_ref().ok()).map(compared),
        "verdict": row.verdict().map(ClaimVerdict::label),
    })
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
        json!({ "label": size.label, "rows": size.rows_with_peers().map(|own| row(size, own)).collect::<Vec<_>>() })
    });
    json!({
        "id": kernel.id,
        "fastest": kernel.winner().map(|row| case(&row.case)),
        "sizes": sizes.collect::<Vec<_>>(),
        "ladder": kernel.ladder.iter().map(step).collect::<Vec<_>>(),
        "stages": kernel.stages.as_ref().map(stages),
        "swaps": kernel.swaps.as_ref().map(swaps),
        "threads": kernel.scaling.iter().flat_map(threads).collect::<Vec<_>>(),
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

fn row(size: &SizeSummary, row: &CaseRow) -> Value {
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
        "language": row.language,
        "lines": row.lines,
        "resident_peak_bytes": row.resident_peak,
        "timed_by": row.timing.as_ref().map(|timing| timing.measurer.clone()),
        "samples": row.timing.as_ref().map(|timing| timing.samples_ns.len()),
        "time_ns": row.timing.as_ref().map(|timing| interval(&timing.time_ns)),
        "speed_up": row.speed_up.as_ref().map(ratio),
        "setup_ns": row.setup_ns.as_ref().map(interval),
        "cold_ns": row.cold_ns,
        "gflops": row.gflops,
        "gigabytes_per_s": row.gigabytes_per_s,
        "bound": size.headroom(row).map(|headroom| json!({
            "is": headroom.ceiling.bound.id(),
            "share": ratio(&headroom.share),
            "left": interval(&headroom.left),
        })),
        "heap": row.heap.map(|heap| json!({
            "blocks": heap.blocks,
            "bytes": heap.bytes,
            "peak_bytes": heap.peak_bytes,
            "cold_blocks": heap.cold_blocks,
            "cold_bytes": heap.cold_bytes,
        })),
        "instructions": row.instructions,
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
        "what_if": stages.what_if.iter().map(what_if).collect::<Vec<_>>(),
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
        "critical_ns": interval(&stage.critical_ns),
        "cpu_ns": stage.cpu_ns.as_ref().map(interval),
        "probe_share": stage.probe_share,
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

fn what_if(table: &WhatIfTable) -> Value {
    json!({
        "case": table.case.as_ref().map(case),
        "shift": match table.shift {
            Shift::Delay => "delay",
            Shift::VirtualSpeedUp => "virtual_speed_up",
        },
        "total_ns": table.total_ns.as_ref().map(interval),
        "largest_shift": table.largest_shift,
        "stages": table.rows.iter().map(what_if_row).collect::<Vec<_>>(),
    })
}

fn what_if_row(row: &WhatIfRow) -> Value {
    let mut value = json!({ "stage": row.stage, "busy_ns": row.busy_ns, "calls": row.calls });
    match &row.effect {
        Err(reason) => value["not_measured"] = json!(reason),
        Ok(effect) => {
            value["slope"] = interval(&effect.slope);
            value["leverage"] = interval(&effect.leverage);
            value["if_twice"] = interval(&effect.if_twice);
            value["if_free"] = interval(&effect.if_free);
            value["verdict"] = json!(effect.verdict.label());
            value["rounds"] = json!(effect.rounds);
        }
    }
    value
}

fn swaps(swaps: &Swaps) -> Value {
    let row = |row: &SwapRow| {
        json!({
            "case": case(&row.case),
            "stage": row.swapped.stage,
            "runs": row.swapped.variant,
            "share": interval(&row.share),
            "gain_alone": interval(&row.alone),
            "promised_ns": interval(&row.predicted_ns),
            "measured_ns": interval(&row.measured_ns),
            "measured_over_promised": interval(&row.off),
            "promise": row.verdict.label(),
            "minor_faults": row.faults,
        })
    };
    json!({
        "base": case(&swaps.base),
        "base_ns": interval(&swaps.base_ns),
        "rounds": swaps.rounds,
        "stages": swaps.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn threads(scaling: &Scaling) -> impl Iterator<Item = Value> {
    scaling.rows.iter().map(|row| {
        json!({
            "case": case(&row.case.case),
            "speed_up": ratio(&row.speed_up),
            "efficiency": interval(&row.efficiency),
            "serial_fraction": interval(&row.serial),
            "ceiling_gain": row.ceiling_gain.as_ref().map(ratio),
        })
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
