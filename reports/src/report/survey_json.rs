//! A survey of the machine's ceilings for programs.
//!
//! # Format, version 1
//!
//! One object: `amdahl` is `"ceilings"`, `version` is 1, `started`, `took_s`, `machine` (`cpu`,
//! `cores`, `memory_bytes`, `caches` with `level`, `bytes`, `shared_by`), `build` (`profile`,
//! `target`, `rustflags`), and `points`: `kind`, `instruction_set` (or null), `threads`,
//! `working_set_bytes` (or null), `unit` (`GB/s`, `GFLOP/s` or `ns`), `best`, `median` with its
//! interval `median_low` to `median_high` of this `confidence`, `samples`.

use serde_json::{Value, json};

use crate::summary::{Survey, SurveyPoint};
use crate::{CeilingKind, Run};

/// The survey as JSON.
pub fn survey_json(run: &Run) -> String {
    let (info, machine) = (&run.info, &run.info.machine);
    let caches = machine.caches.iter().map(
        |cache| json!({ "level": cache.level, "bytes": cache.bytes, "shared_by": cache.shared_by }),
    );
    let value = json!({
        "amdahl": "ceilings",
        "version": 1,
        "started": info.started,
        "took_s": info.took_s,
        "machine": {
            "cpu": machine.cpu,
            "cores": machine.cores,
            "memory_bytes": machine.memory_bytes,
            "caches": caches.collect::<Vec<_>>(),
        },
        "build": {
            "profile": info.build.profile,
            "target": info.build.target,
            "rustflags": info.build.rustflags,
        },
        "points": Survey::of(run).points.iter().map(point).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn point(point: &SurveyPoint) -> Value {
    let unit = match point.kind {
        CeilingKind::Latency => "ns",
        kind if kind.is_arithmetic() => "GFLOP/s",
        _ => "GB/s",
    };
    json!({
        "kind": point.kind.id(),
        "instruction_set": point.kind.is_arithmetic().then_some(&point.variant),
        "threads": point.threads,
        "working_set_bytes": point.working_set,
        "unit": unit,
        "best": point.best,
        "median": point.typical.estimate,
        "median_low": point.typical.low,
        "median_high": point.typical.high,
        "confidence": point.typical.confidence,
        "samples": point.samples,
    })
}
