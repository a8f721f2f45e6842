//! Blocks: stretches of any program, measured where it runs, as a tree.
//!
//! Apart from records and runs: a block belongs to no kernel, is not checked against anything and
//! has no samples. Here are its figures, how figures of several calls become one, and the report.

mod document;
mod json;
mod totals;

use std::sync::Arc;

pub use totals::{NameTotal, totals_by_name};

/// A block with the blocks inside it; calls of one name at one place are one node.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockNode {
    /// Its name.
    pub name: &'static str,
    /// What was measured, over all calls.
    pub figures: BlockFigures,
    /// The blocks inside, in the order they first ended. Shared, so that a copy costs nothing.
    inner: Option<Arc<Vec<BlockNode>>>,
}

impl BlockNode {
    /// A block with these blocks inside.
    pub fn new(name: &'static str, figures: BlockFigures, inner: Vec<Self>) -> Self {
        let inner = if inner.is_empty() { None } else { Some(Arc::new(inner)) };
        Self { name, figures, inner }
    }

    /// The blocks inside.
    pub fn inner(&self) -> &[Self] {
        self.inner.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Takes the blocks inside out, so that the caller decides where their memory is freed.
    pub fn take_inner(&mut self) -> Option<Arc<Vec<Self>>> {
        self.inner.take()
    }

    /// Wall time outside the blocks inside, in nanoseconds. Blocks inside that overlap, which only
    /// blocks ended out of order do, leave at least 0.
    pub fn self_ns(&self) -> u64 {
        let inside = self.inner().iter().map(|block| block.figures.wall_ns).sum();
        self.figures.wall_ns.saturating_sub(inside)
    }

    fn merge(&mut self, other: &Self, how: Merge) {
        self.figures.merge(&other.figures, how);
        if let Some(theirs) = &other.inner {
            let ours = self.inner.get_or_insert_default();
            // Of one reference, the usual case, this copies nothing.
            let ours = Arc::make_mut(ours);
            for block in theirs.iter() {
                add(ours, block.clone(), how);
            }
        }
    }
}

/// How two nodes of one name and place become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Calls on one thread, one after another: wall times add up to wall time.
    Calls,
    /// Calls on several threads: wall times add up to thread time, and what the process did
    /// meanwhile would be counted twice, so it is dropped.
    Threads,
}

/// Adds a block to those beside it: to its like, or at the end.
pub fn add(beside: &mut Vec<BlockNode>, block: BlockNode, how: Merge) {
    match beside.iter_mut().find(|other| other.name == block.name) {
        Some(like) => like.merge(&block, how),
        None => beside.push(block),
    }
}

/// What was measured of a block, over its calls.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BlockFigures {
    /// How many calls.
    pub calls: u64,
    /// On how many threads.
    pub threads: u64,
    /// Wall time, in nanoseconds: of one thread's calls; of several threads' calls their sum.
    pub wall_ns: u64,
    /// CPU time of the block's own thread, in nanoseconds; none where the system has no such clock.
    pub cpu_ns: Option<u64>,
    /// Heap, as the block's own thread used it; none where the program did not declare the
    /// allocator.
    pub heap: Option<BlockHeap>,
    /// What all threads did between the block's begin and end.
    pub process: Option<Meanwhile>,
}

impl BlockFigures {
    fn merge(&mut self, other: &Self, how: Merge) {
        self.calls += other.calls;
        self.wall_ns += other.wall_ns;
        self.cpu_ns = both(self.cpu_ns, other.cpu_ns, |a, b| a + b);
        self.heap = both(self.heap, other.heap, BlockHeap::and);
        self.threads = match how {
            Merge::Calls => self.threads.max(other.threads),
            Merge::Threads => self.threads + other.threads,
        };
        self.process = match how {
            Merge::Calls => both(self.process, other.process, Meanwhile::and),
            Merge::Threads => None,
        };
    }
}

fn both<T>(a: Option<T>, b: Option<T>, join: fn(T, T) -> T) -> Option<T> {
    Some(join(a?, b?))
}

/// Heap that one thread used within a block. Exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockHeap {
    /// How often memory was allocated; a `realloc` is one more.
    pub allocations: u64,
    /// Bytes of those allocations; a `realloc` counts its new size.
    pub bytes: u64,
    /// Allocations of the size of an array: as large as the threshold, or larger.
    pub arrays: u64,
    /// Bytes of those.
    pub array_bytes: u64,
    /// The most that was held at once above what was held when the block began: what this thread
    /// allocated less what this thread freed. Of several calls, the largest.
    pub peak_bytes: u64,
    /// The same balance at the end: what the block left behind, negative where it freed more than it
    /// allocated. Of several calls, the sum.
    pub kept_bytes: i64,
}

impl BlockHeap {
    fn and(self, other: Self) -> Self {
        Self {
            allocations: self.allocations + other.allocations,
            bytes: self.bytes + other.bytes,
            arrays: self.arrays + other.arrays,
            array_bytes: self.array_bytes + other.array_bytes,
            peak_bytes: self.peak_bytes.max(other.peak_bytes),
            kept_bytes: self.kept_bytes + other.kept_bytes,
        }
    }
}

/// What all threads of the process did while a block was open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meanwhile {
    /// CPU time of all threads, in nanoseconds; none where a call was too short for it.
    pub cpu_ns: Option<u64>,
    /// What all threads did with the heap; none where the program did not declare the allocator.
    pub heap: Option<MeanwhileHeap>,
}

impl Meanwhile {
    fn and(self, other: Self) -> Self {
        Self {
            cpu_ns: both(self.cpu_ns, other.cpu_ns, |a, b| a + b),
            heap: both(self.heap, other.heap, |a, b| MeanwhileHeap {
                allocations: a.allocations + b.allocations,
                bytes: a.bytes + b.bytes,
                arrays: a.arrays + b.arrays,
                array_bytes: a.array_bytes + b.array_bytes,
                peak_bytes: both(a.peak_bytes, b.peak_bytes, u64::max),
                kept_bytes: a.kept_bytes + b.kept_bytes,
            }),
        }
    }
}

/// Heap of all threads while a block was open, as they handed their counts in: each thread's share
/// may be off by the [`Facts::hand_in_bytes`] and [`Facts::hand_in_calls`] that it had not handed in.
/// Arrays are handed in at once, so their count is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeanwhileHeap {
    /// Allocations of all threads.
    pub allocations: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Allocations of the size of an array.
    pub arrays: u64,
    /// Their bytes.
    pub array_bytes: u64,
    /// The most that all threads together held above what they held at the begin; none where too
    /// many threads had blocks open to watch it.
    pub peak_bytes: Option<u64>,
    /// What all threads together held more at the end than at the begin; of several calls, the sum.
    pub kept_bytes: i64,
}

/// What a reader must know beside the figures.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Facts {
    /// From how many bytes on an allocation counts as an array.
    pub array_bytes: u64,
    /// Whether the program declared the allocator.
    pub counts_heap: bool,
    /// What one block costs, in nanoseconds, as measured in this process; none where it was not.
    pub block_cost_ns: Option<f64>,
    /// The most memory that the process ever had resident, in bytes; none where the system does not
    /// tell.
    pub resident_peak_bytes: Option<u64>,
    /// A thread hands its counts in once it has allocated or freed this many bytes more than it
    /// handed in …
    pub hand_in_bytes: u64,
    /// … or has called the allocator so many times.
    pub hand_in_calls: u64,
}

/// Finished blocks, ready to be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BlockReport {
    /// The outermost blocks.
    pub blocks: Vec<BlockNode>,
    /// What must be said beside them.
    pub facts: Facts,
}

impl BlockReport {
    /// As Markdown, in the flavour of GitHub.
    pub fn to_markdown(&self) -> String {
        crate::render::markdown(&self.document())
    }
}
