//! Stages on several threads, from a whole program to its report.

#[path = "../../tests/common/mod.rs"]
mod common;

use common::{Sandbox, assert_code, stdout};
use serde_json::Value;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number, not {value}"))
}

#[test]
fn stages_on_helping_threads_are_accounted_for_once_and_experimented_on() {
    let sandbox = Sandbox::of("parallel_stages");
    let output = sandbox.amdahl("measure pictures --json");
    assert_code(&output, 0);
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let stages = &report["kernels"][0]["stages"];
    let cases = stages["cases"].as_array().expect("cases");
    assert!(cases.len() >= 2, "{stages}");
    for case in cases {
        assert_accounts(case);
    }
    let experiments = stages["what_if"].as_array().expect("experiments");
    assert!(!experiments.is_empty(), "{stages}");
    for row in experiments.iter().flat_map(|table| table["stages"].as_array().expect("stages")) {
        let measured = row["slope"].is_object();
        assert!(measured != row["not_measured"].is_string(), "a slope or a reason: {row}");
    }
    let markdown = sandbox.report() + &sandbox_pages(&sandbox);
    assert!(markdown.contains("What moving a stage of pictures does to the whole"), "{markdown}");
    assert!(markdown.contains("outside every stage"));
}

fn assert_accounts(case: &Value) {
    let rows = case["stages"].as_array().expect("stages");
    let shares: f64 = rows.iter().map(|row| number(&row["share"]["estimate"])).sum();
    assert!(shares <= 1.0 + 1e-9, "{shares}: {case}");
    let row = |name: &str| {
        rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name} in {case}"))
    };
    let whole_ns = number(&case["total_ns"]["high"]);
    let threads = number(&case["case"]["threads"]);
    let (develop, picture) = (row("develop"), row("picture"));
    assert_eq!(number(&picture["calls"]), 16.0, "each picture once: {case}");
    assert!(number(&picture["total_ns"]["estimate"]) <= whole_ns, "a union and no sum");
    assert!(
        number(&develop["self_ns"]["estimate"]) < number(&develop["total_ns"]["estimate"]),
        "what is in `picture` is not in `develop` itself: {case}"
    );
    assert!(number(&case["span_cost_ns"]) > 0.0);
    // The CPU pass is one of its own, on a machine that others use: no more than an order is sure.
    let cpu_ns = number(&picture["cpu_ns"]["estimate"]);
    assert!(cpu_ns > 0.0 && cpu_ns < 20.0 * threads * whole_ns, "{case}");
    let blocks = number(&picture["heap_blocks"]);
    if threads > 1.0 {
        // Counted for all threads together, a block goes to the stage on the critical path meanwhile,
        // which is `develop` between two pictures of its own thread.
        let all = blocks + number(&develop["heap_blocks"]);
        assert!(blocks > 0.0 && all >= 16.0, "a block a picture: {case}");
    } else {
        assert_eq!(blocks, 16.0, "a block a picture: {case}");
    }
}

/// The pages of single kernels, where a report has them.
fn sandbox_pages(sandbox: &Sandbox) -> String {
    let folder = sandbox.amdahl_folder().join("report").join("kernels");
    let pages = std::fs::read_dir(folder).into_iter().flatten().flatten();
    pages.filter_map(|page| std::fs::read_to_string(page.path()).ok()).collect()
}
