//! Blocks: wall time, CPU time and heap of a stretch of any program, without a suite.
//!
//! A block belongs to the thread that opens it. [`stack`] holds the thread's open blocks,
//! [`instruments`] reads clocks and counters, [`finished`] gathers what has ended, [`layer`] makes
//! blocks of `tracing` spans. The report is written by `amdahl-reports`.

mod cost;
mod finished;
mod instruments;
mod layer;
mod stack;
mod stage_name;

use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use amdahl_reports::blocks::{BlockFigures, BlockHeap, BlockNode, BlockReport, Facts, Meanwhile};

pub use finished::take_blocks;
pub use layer::BlockLayer;

use crate::allocator::counters::{self, Quiet};
use crate::allocator::process;
use stack::Key;

/// Runs `work` as the block `name`; gives its value and what it cost.
///
/// Wall and CPU time and heap are those of the calling thread, heap exactly; what other threads did
/// meanwhile stands apart, in [`BlockProfile::process`]. Heap needs the [`Allocator`](crate::Allocator)
/// to be declared. Blocks nest, and each is added to the blocks that [`take_blocks`] gives. A panic
/// in `work` ends the block.
///
/// ```
/// let (squares, profile) = amdahl::profile_block("squares", || {
///     (0..10_000_u64).map(|i| i * i).collect::<Vec<_>>()
/// });
/// assert_eq!(squares.len(), 10_000);
/// assert!(profile.to_markdown().contains("squares"));
/// ```
pub fn profile_block<R>(name: &'static str, work: impl FnOnce() -> R) -> (R, BlockProfile) {
    let block = Block::enter(name);
    let value = work();
    (value, block.exit())
}

/// An open block: measured from [`Block::enter`] until [`Block::exit`] or its drop, whichever the
/// thread comes to.
///
/// It cannot be sent to another thread, and should not be held over an `.await`: whatever else runs
/// on the thread meanwhile is measured as well. A block that ends before one that was opened within
/// it stands beside it in the tree, and the figures of both are right. One that is forgotten
/// (`mem::forget`) stays open until its thread ends.
///
/// ```
/// let block = amdahl::Block::enter("clean");
/// let words: Vec<String> = "a b c".split(' ').map(str::to_owned).collect();
/// let profile = block.exit();
/// assert!(profile.wall().as_nanos() > 0);
/// # drop(words);
/// ```
///
/// ```compile_fail
/// let block = amdahl::Block::enter("clean");
/// std::thread::spawn(move || drop(block));
/// ```
#[must_use = "a block ends where it is dropped"]
#[derive(Debug)]
pub struct Block {
    name: &'static str,
    /// None where nothing could be opened, since the thread is ending, or where it has ended.
    key: Option<Key>,
    not_send: PhantomData<*const ()>,
}

impl Block {
    /// Opens a block on this thread. While a thread is ending, in the destructors of its own
    /// variables, a block measures nothing.
    pub fn enter(name: &'static str) -> Self {
        Self { name, key: stack::open_guarded(name), not_send: PhantomData }
    }

    /// Ends the block and gives what it cost.
    pub fn exit(mut self) -> BlockProfile {
        let node = self.key.take().and_then(stack::close);
        let node =
            node.unwrap_or_else(|| BlockNode::new(self.name, BlockFigures::default(), Vec::new()));
        BlockProfile { node }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            stack::close_quietly(key);
        }
    }
}

/// What one call of a block cost, with the blocks inside.
///
/// Its own memory is in no block's figures.
#[derive(Debug)]
pub struct BlockProfile {
    node: BlockNode,
}

impl BlockProfile {
    /// The block's name.
    pub fn name(&self) -> &'static str {
        self.node.name
    }

    /// Wall time.
    pub fn wall(&self) -> Duration {
        Duration::from_nanos(self.node.figures.wall_ns)
    }

    /// CPU time of the block's own thread, each of two readings within 5 µs; none where the system has no such clock.
    pub fn cpu(&self) -> Option<Duration> {
        self.node.figures.cpu_ns.map(Duration::from_nanos)
    }

    /// Heap that the block's own thread used, exactly; none where the program does not declare the
    /// allocator.
    pub fn heap(&self) -> Option<BlockHeap> {
        self.node.figures.heap
    }

    /// What all threads of the process did meanwhile.
    pub fn process(&self) -> Option<Meanwhile> {
        self.node.figures.process
    }

    /// The blocks inside.
    pub fn inner(&self) -> &[BlockNode] {
        self.node.inner()
    }

    /// The report of this block, as Markdown.
    pub fn to_markdown(&self) -> String {
        self.report().to_markdown()
    }

    /// The report of this block, as JSON.
    pub fn to_json(&self) -> String {
        self.report().to_json()
    }

    fn report(&self) -> BlockReport {
        BlockReport { blocks: vec![self.node.clone()], facts: facts() }
    }
}

impl Drop for BlockProfile {
    fn drop(&mut self) {
        let _quiet = Quiet::now();
        drop(self.node.take_inner());
    }
}

/// Blocks that have ended, as [`take_blocks`] gives them. Its own memory is in no block's figures.
#[derive(Debug)]
pub struct Blocks {
    report: BlockReport,
}

impl Deref for Blocks {
    type Target = BlockReport;

    fn deref(&self) -> &BlockReport {
        &self.report
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        let _quiet = Quiet::now();
        self.report = BlockReport::default();
    }
}

/// What a report says beside the figures; measures what a block costs.
fn facts() -> Facts {
    Facts {
        array_bytes: counters::array_bytes(),
        counts_heap: instruments::counts_heap(),
        block_cost_ns: cost::block_cost_ns(),
        resident_peak_bytes: crate::machine::resident_peak_bytes(),
        hand_in_bytes: process::HAND_IN_BYTES,
        hand_in_calls: process::HAND_IN_CALLS,
    }
}
