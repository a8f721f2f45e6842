//! The report of blocks for programs.
//!
//! # Format, version 1
//!
//! One object: `amdahl` is `"blocks"`, `version` is 1, `facts` holds `array_bytes`,
//! `block_cost_ns`, `resident_peak_bytes`, `hand_in_bytes`, `hand_in_calls`, and `blocks` the
//! outermost blocks. A block has `name`, `calls`, `threads`, `wall_ns`, `self_ns`, `cpu_ns`, `heap`,
//! `process` and `inner`, the blocks inside. `heap` has `allocations`, `bytes`, `arrays`, `array_bytes`, `peak_bytes`,
//! `kept_bytes`; `process` has `cpu_ns` and `heap`, of the same fields. What was not measured is
//! null.

use serde_json::{Value, json};

use super::{BlockHeap, BlockNode, BlockReport, Meanwhile};

impl BlockReport {
    /// As JSON, indented, with a line feed at the end.
    pub fn to_json(&self) -> String {
        let facts = &self.facts;
        let value = json!({
            "amdahl": "blocks",
            "version": 1,
            "facts": {
                "array_bytes": facts.array_bytes,
                "block_cost_ns": facts.block_cost_ns,
                "resident_peak_bytes": facts.resident_peak_bytes,
                "hand_in_bytes": facts.hand_in_bytes,
                "hand_in_calls": facts.hand_in_calls,
            },
            "blocks": self.blocks.iter().map(block).collect::<Vec<_>>(),
        });
        format!("{value:#}\n")
    }
}

fn block(node: &BlockNode) -> Value {
    let figures = &node.figures;
    json!({
        "name": node.name,
        "calls": figures.calls,
        "threads": figures.threads,
        "wall_ns": figures.wall_ns,
        "self_ns": node.self_ns(),
        "cpu_ns": figures.cpu_ns,
        "heap": figures.heap.as_ref().map(heap),
        "process": figures.process.as_ref().map(process),
        "inner": node.inner().iter().map(block).collect::<Vec<_>>(),
    })
}

fn heap(heap: &BlockHeap) -> Value {
    json!({
        "allocations": heap.allocations,
        "bytes": heap.bytes,
        "arrays": heap.arrays,
        "array_bytes": heap.array_bytes,
        "peak_bytes": heap.peak_bytes,
        "kept_bytes": heap.kept_bytes,
    })
}

fn process(process: &Meanwhile) -> Value {
    json!({
        "cpu_ns": process.cpu_ns,
        "heap": process.heap.as_ref().map(|heap| json!({
            "allocations": heap.allocations,
            "bytes": heap.bytes,
            "arrays": heap.arrays,
            "array_bytes": heap.array_bytes,
            "peak_bytes": heap.peak_bytes,
            "kept_bytes": heap.kept_bytes,
        })),
    })
}
