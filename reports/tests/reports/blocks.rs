//! Blocks: how calls become one figure, what a name costs in all, and the report in words.

use amdahl_reports::blocks::{
    BlockFigures, BlockHeap, BlockNode, BlockReport, Facts, Meanwhile, MeanwhileHeap, Merge, add,
    totals_by_name,
};
use proptest::prelude::*;

const MS: u64 = 1_000_000;

/// One call on one thread: `ms` of wall and CPU time, `kib` allocated in one array and freed.
fn figures(ms: u64, kib: u64) -> BlockFigures {
    let bytes = kib * 1024;
    BlockFigures {
        calls: 1,
        threads: 1,
        wall_ns: ms * MS,
        cpu_ns: Some(ms * MS),
        heap: Some(BlockHeap {
            allocations: 1,
            bytes,
            arrays: 1,
            array_bytes: bytes,
            peak_bytes: bytes,
            kept_bytes: 0,
        }),
        process: Some(Meanwhile {
            cpu_ns: Some(ms * MS),
            heap: Some(MeanwhileHeap {
                allocations: 1,
                bytes,
                arrays: 1,
                array_bytes: bytes,
                peak_bytes: Some(bytes),
                kept_bytes: 0,
            }),
        }),
    }
}

fn block(name: &'static str, ms: u64, inner: Vec<BlockNode>) -> BlockNode {
    BlockNode::new(name, figures(ms, 100), inner)
}

fn facts() -> Facts {
    Facts {
        array_bytes: 64 * 1024,
        counts_heap: true,
        block_cost_ns: Some(800.0),
        resident_peak_bytes: Some(123 << 20),
        hand_in_bytes: 64 * 1024,
        hand_in_calls: 256,
    }
}

/// A pipeline whose second stage leaves its work to two threads, and recurses.
fn planted() -> BlockReport {
    let mut clean = block("clean", 30, vec![block("split", 20, vec![block("split", 15, vec![])])]);
    let process = clean.figures.process.as_mut().expect("planted");
    process.cpu_ns = Some(57 * MS);
    process.heap.as_mut().expect("planted").bytes = 5 << 20;
    let mut tick = block("tick", 0, vec![]);
    tick.figures.wall_ns = 900;
    let pipeline = block("pipeline", 100, vec![block("load", 60, vec![]), clean, tick]);
    let mut blocks = vec![pipeline];
    add(&mut blocks, block("part", 28, vec![]), Merge::Threads);
    add(&mut blocks, block("part", 29, vec![]), Merge::Threads);
    BlockReport { blocks, facts: facts() }
}

#[test]
fn the_markdown_of_blocks_is_as_committed() {
    insta::assert_snapshot!(planted().to_markdown());
}

#[test]
fn the_json_of_blocks_is_as_committed() {
    let text = planted().to_json();
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["blocks"][0]["inner"][1]["self_ns"], 10 * MS);
    insta::assert_snapshot!(text);
}

#[test]
fn no_block_is_said_to_be_none() {
    let report = BlockReport { blocks: Vec::new(), facts: facts() };
    assert!(report.to_markdown().contains("No block has ended."));
}

#[test]
fn one_threads_report_has_no_table_of_others() {
    let report = BlockReport { blocks: vec![block("load", 60, vec![])], facts: facts() };
    let text = report.to_markdown();
    assert!(!text.contains("All threads"), "{text}");
    assert!(!text.contains("Totals"), "{text}");
}

#[test]
fn calls_add_up_and_their_peaks_do_not() {
    let mut blocks = Vec::new();
    add(&mut blocks, BlockNode::new("a", figures(3, 10), vec![]), Merge::Calls);
    add(&mut blocks, BlockNode::new("a", figures(4, 20), vec![]), Merge::Calls);
    let sum = blocks[0].figures;
    assert_eq!((blocks.len(), sum.calls, sum.threads, sum.wall_ns), (1, 2, 1, 7 * MS));
    let heap = sum.heap.expect("planted");
    assert_eq!((heap.allocations, heap.bytes, heap.peak_bytes), (2, 30 * 1024, 20 * 1024));
}

#[test]
fn what_one_call_lacks_the_sum_lacks_too() {
    let mut short = figures(1, 1);
    short.process = Some(Meanwhile { cpu_ns: None, heap: None });
    let mut blocks = vec![BlockNode::new("a", figures(50, 1), vec![])];
    add(&mut blocks, BlockNode::new("a", short, vec![]), Merge::Calls);
    assert_eq!(blocks[0].figures.process, Some(Meanwhile { cpu_ns: None, heap: None }));
    assert!(blocks[0].figures.heap.is_some());
}

#[test]
fn a_kept_profile_does_not_change_when_its_like_is_added() {
    let kept = block("a", 5, vec![block("b", 2, vec![])]);
    let mut blocks = vec![kept.clone()];
    add(
        &mut blocks,
        block("a", 7, vec![block("b", 3, vec![]), block("c", 1, vec![])]),
        Merge::Calls,
    );
    assert_eq!(kept, block("a", 5, vec![block("b", 2, vec![])]));
    assert_eq!(blocks[0].inner()[0].figures.wall_ns, 5 * MS);
    assert_eq!(blocks[0].inner()[1].name, "c");
}

/// A tree on one thread: inner blocks lie one after another within the outer one.
fn tree() -> impl Strategy<Value = BlockNode> {
    let name = || prop::sample::select(vec!["a", "b", "c"]);
    let leaf = (name(), 1_u64..50).prop_map(|(name, ms)| block(name, ms, vec![]));
    leaf.prop_recursive(4, 24, 3, move |inner| {
        (name(), prop::collection::vec(inner, 1..4), 0_u64..20).prop_map(|(name, inner, own)| {
            let inside: u64 = inner.iter().map(|block| block.figures.wall_ns / MS).sum();
            let mut merged = Vec::new();
            for block in inner {
                add(&mut merged, block, Merge::Calls);
            }
            block(name, own + inside, merged)
        })
    })
}

fn self_times(block: &BlockNode) -> u64 {
    block.self_ns() + block.inner().iter().map(self_times).sum::<u64>()
}

proptest! {
    #[test]
    fn self_times_add_up_to_the_whole_and_no_name_is_longer(tree in tree()) {
        prop_assert_eq!(self_times(&tree), tree.figures.wall_ns);
        for total in totals_by_name(std::slice::from_ref(&tree)) {
            prop_assert!(total.figures.wall_ns <= tree.figures.wall_ns, "{}", total.name);
        }
    }
}
