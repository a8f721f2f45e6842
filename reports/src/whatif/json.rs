//! An answer for programs.
//!
//! # Format, version 1
//!
//! One object: `amdahl` is `"whatif"`, `version` is 1, `format` is what was read, `unit` is `ns`,
//! `samples` or the file's own; `total`, `total_from`, `total_after`, `speed_up`, `limit`, `part`
//! (`cumulative` or `self`); `functions` (each with `function`, `factor`, `calls`, `outermost_calls`,
//! `self`, `cumulative`, `counted`, `share`); `other_part` (a reading or null) and `readings` (each
//! with `what`, `total`, `counted`, `speed_up`, `limit`, `why_not`); `notes`. Amounts are in the unit.
//! What is not known is null; a ratio without bound is the string `"inf"`.

use serde_json::{Value, json};

use super::answer::{Answer, Reading};

/// The answer as JSON, ended by a line feed.
pub fn json(answer: &Answer) -> String {
    let functions = answer.functions.iter().map(|function| {
        json!({
            "function": function.label,
            "factor": ratio(function.factor),
            "calls": function.calls.map(|calls| calls.all),
            "outermost_calls": function.calls.map(|calls| calls.outermost),
            "self": function.own,
            "cumulative": function.cumulative,
            "counted": function.counted,
            "share": function.counted / answer.total,
        })
    });
    let value = json!({
        "amdahl": "whatif",
        "version": 1,
        "format": answer.format,
        "unit": answer.unit.name(),
        "total": answer.total,
        "total_from": answer.origin,
        "total_after": answer.total_after,
        "speed_up": ratio(answer.speed_up),
        "limit": ratio(answer.limit),
        "part": answer.part.label(),
        "functions": functions.collect::<Vec<_>>(),
        "other_part": answer.other_part.as_ref().map(reading),
        "readings": answer.readings.iter().map(reading).collect::<Vec<_>>(),
        "notes": answer.notes,
    });
    format!("{value:#}\n")
}

fn reading(reading: &Reading) -> Value {
    json!({
        "what": reading.what,
        "total": reading.total,
        "counted": reading.counted,
        "speed_up": ratio(reading.speed_up),
        "limit": ratio(reading.limit),
        "why_not": reading.why_not,
    })
}

fn ratio(value: f64) -> Value {
    if value == f64::INFINITY { json!("inf") } else { json!(value) }
}
