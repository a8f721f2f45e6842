//! The open blocks of each thread, and what a block has cost when it ends.
//!
//! Blocks mostly end innermost first, but need not: guards and spans may be dropped in any order. So
//! each has readings of its own, and the peaks of all that are open are kept by [`Open::before`].

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use amdahl_reports::blocks::{
    BlockFigures, BlockHeap, BlockNode, Meanwhile, MeanwhileHeap, Merge, add,
};

use super::finished;
use super::instruments::{Begin, CpuClocks, counts_heap, nanoseconds};
use crate::allocator::counters::{self, Counts, Quiet};
use crate::allocator::process::{self, Watcher};
use crate::allocator::{keep_counts, leave_counts};

/// Blocks nested deeper than this are measured, and are part of the blocks around them, but are no
/// nodes of the tree: a recursion of a hundred thousand calls would be a tree that nobody can read,
/// or drop without a stack as deep.
const DEEPEST: usize = 256;

/// Room for so many open blocks is made at once.
const USUAL_DEPTH: usize = 16;

/// By what an open block is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// A guard, by its number on its thread.
    Guard(u64),
    /// A span, by its id.
    Span(u64),
}

/// The heap's peaks over some stretch of time: the thread's, and all threads'.
#[derive(Debug, Clone, Copy)]
struct Peaks {
    own: i64,
    all: Option<i64>,
}

impl Peaks {
    fn max(self, other: Self) -> Self {
        let all = self.all.zip(other.all).map(|(a, b)| a.max(b));
        Self { own: self.own.max(other.own), all }
    }
}

/// An open block, with its readings when it began.
struct Open {
    key: Key,
    name: &'static str,
    inner: Vec<BlockNode>,
    /// The peaks between the begin of the block before this one on the stack, and this one's.
    before: Peaks,
    own: Counts,
    all: Counts,
    cpu_ns: u64,
    process_ns: u64,
    began: Instant,
}

/// One thread's blocks.
struct Stack {
    open: Vec<Open>,
    clocks: CpuClocks,
    watcher: Option<Watcher>,
    /// Outermost blocks that have ended; shared with those who collect them.
    ended: Option<Arc<Mutex<Vec<BlockNode>>>>,
    guards: u64,
}

thread_local! {
    static STACK: RefCell<Stack> = const {
        RefCell::new(Stack {
            open: Vec::new(),
            clocks: CpuClocks::new(),
            watcher: None,
            ended: None,
            guards: 0,
        })
    };
}

/// Opens a block for a guard; none while the thread is ending.
pub(super) fn open_guarded(name: &'static str) -> Option<Key> {
    let _quiet = Quiet::now();
    STACK
        .try_with(|stack| {
            let mut stack = stack.borrow_mut();
            stack.guards += 1;
            let key = Key::Guard(stack.guards);
            stack.open(key, name);
            key
        })
        .ok()
}

/// Opens a block for a span, if the thread is not ending.
pub(super) fn open_span(id: u64, name: &'static str) {
    let _quiet = Quiet::now();
    let _ = STACK.try_with(|stack| stack.borrow_mut().open(Key::Span(id), name));
}

/// Ends a block, adds it to the tree, and gives it; none where it is not open.
pub(super) fn close(key: Key) -> Option<BlockNode> {
    let ended = Instant::now();
    let _quiet = Quiet::now();
    let close = |stack: &RefCell<Stack>| {
        let mut stack = stack.borrow_mut();
        let (at, node) = stack.close(key, ended)?;
        stack.attach(at, node.clone());
        Some(node)
    };
    STACK.try_with(close).ok().flatten()
}

/// Ends a block and adds it to the tree.
pub(super) fn close_quietly(key: Key) {
    let ended = Instant::now();
    let _quiet = Quiet::now();
    let _ = STACK.try_with(|stack| {
        let mut stack = stack.borrow_mut();
        if let Some((at, node)) = stack.close(key, ended) {
            stack.attach(at, node);
        }
    });
}

/// Ends a block that was none of the program's.
pub(super) fn close_and_forget(key: Key) {
    let ended = Instant::now();
    let _quiet = Quiet::now();
    let _ = STACK.try_with(|stack| drop(stack.borrow_mut().close(key, ended)));
}

impl Stack {
    fn open(&mut self, key: Key, name: &'static str) {
        if self.open.is_empty() {
            self.open.reserve(USUAL_DEPTH);
            if counts_heap() {
                self.watcher = self.watcher.take().or_else(Watcher::begin);
                keep_counts();
            }
        }
        let own = counters::read();
        let all = process::read();
        let before = self.restart_peaks();
        // The clocks last, so that what stands above is not in the block's time.
        let Begin { at: began, thread_ns: cpu_ns, process_ns } = self.clocks.begin();
        let inner = Vec::new();
        let open = Open { key, name, inner, before, own, all, cpu_ns, process_ns, began };
        self.open.push(open);
    }

    fn restart_peaks(&self) -> Peaks {
        let all = self.watcher.as_ref().map(Watcher::restart_peak);
        Peaks { own: counters::restart_peak(), all }
    }

    /// The peaks since the block at `at` began: since the last began, and between the begins of
    /// those above.
    fn peaks_since(&self, at: usize) -> Peaks {
        let all = self.watcher.as_ref().map(Watcher::peak);
        let now = Peaks { own: counters::peak(), all };
        self.open[at + 1..].iter().fold(now, |peaks, above| peaks.max(above.before))
    }

    /// Takes a block from the stack; gives where it stood and what it cost.
    fn close(&mut self, key: Key, ended: Instant) -> Option<(usize, BlockNode)> {
        let at = self.open.iter().rposition(|open| open.key == key)?;
        let cpu_ns = self.clocks.thread_ns_at(ended);
        let own = counters::read();
        let all = process::read();
        let peaks = self.peaks_since(at);
        let open = self.open.remove(at);
        if let Some(above) = self.open.get_mut(at) {
            // What was before this block is now before the one above it.
            above.before = above.before.max(open.before);
        } else {
            counters::raise_peak(open.before.own);
            if let (Some(watcher), Some(peak)) = (&self.watcher, open.before.all) {
                watcher.raise_peak(peak);
            }
        }
        if self.open.is_empty() && counts_heap() {
            leave_counts();
        }
        let wall = ended.saturating_duration_since(open.began);
        let process_cpu_ns = self.clocks.process_ns_since(open.process_ns, wall);
        let figures = BlockFigures {
            calls: 1,
            threads: 1,
            wall_ns: nanoseconds(wall),
            cpu_ns: Some(cpu_ns.saturating_sub(open.cpu_ns)),
            heap: counts_heap().then(|| own_heap(open.own, own, peaks.own)),
            process: Some(Meanwhile {
                cpu_ns: process_cpu_ns,
                heap: counts_heap().then(|| heap_of_all(&open, own, all, peaks)),
            }),
        };
        Some((at, BlockNode::new(open.name, figures, open.inner)))
    }

    /// Adds an ended block to the one around it, or to the outermost ones.
    fn attach(&mut self, at: usize, node: BlockNode) {
        if at > DEEPEST {
            return;
        }
        if let Some(around) = at.checked_sub(1).and_then(|around| self.open.get_mut(around)) {
            add(&mut around.inner, node, Merge::Calls);
            return;
        }
        let ended = self.ended.get_or_insert_with(finished::of_this_thread);
        add(&mut ended.lock().unwrap_or_else(PoisonError::into_inner), node, Merge::Calls);
    }
}

fn own_heap(begin: Counts, end: Counts, peak: i64) -> BlockHeap {
    let counts = end.since(begin);
    BlockHeap {
        allocations: counts.allocations,
        bytes: counts.bytes,
        arrays: counts.arrays,
        array_bytes: counts.array_bytes,
        peak_bytes: above(peak, begin),
        kept_bytes: counts.live_bytes,
    }
}

fn heap_of_all(open: &Open, own: Counts, all: Counts, peaks: Peaks) -> MeanwhileHeap {
    let counts = all.since(open.all);
    // Where only this thread was heard of, its own peak is the process's, and exact.
    let was_alone = counts.calls() == own.since(open.own).calls();
    let sampled = peaks.all.map(|peak| above(peak, open.all));
    MeanwhileHeap {
        allocations: counts.allocations,
        bytes: counts.bytes,
        arrays: counts.arrays,
        array_bytes: counts.array_bytes,
        peak_bytes: if was_alone { Some(above(peaks.own, open.own)) } else { sampled },
        kept_bytes: counts.live_bytes,
    }
}

fn above(peak: i64, begin: Counts) -> u64 {
    u64::try_from(peak.wrapping_sub(begin.live_bytes)).unwrap_or(0)
}

impl Drop for Stack {
    /// The thread ends: what its blocks cost is handed over, and those still open are nobody's.
    fn drop(&mut self) {
        let _quiet = Quiet::now();
        if !self.open.is_empty() && counts_heap() {
            leave_counts();
        }
        self.open = Vec::new();
        // Hands in what this thread has counted, which it could not later.
        counters::read();
        if let Some(ended) = self.ended.take() {
            finished::thread_ends(&ended);
        }
    }
}
