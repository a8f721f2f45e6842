//! Outermost blocks that have ended, of all threads.
//!
//! Each thread has a list of its own, so that blocks which end at the same time on several threads
//! do not wait for each other; the lists meet when they are taken or a thread ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amdahl_reports::blocks::{BlockNode, BlockReport, Merge, add};

use super::{Blocks, facts};
use crate::allocator::counters::Quiet;

type Ended = Arc<Mutex<Vec<BlockNode>>>;

struct Finished {
    threads: Vec<Ended>,
    /// Of threads that are gone.
    gone: Vec<BlockNode>,
}

static FINISHED: Mutex<Finished> = Mutex::new(Finished { threads: Vec::new(), gone: Vec::new() });

fn finished() -> MutexGuard<'static, Finished> {
    FINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A list for this thread.
pub(super) fn of_this_thread() -> Ended {
    let ended = Ended::default();
    finished().threads.push(Arc::clone(&ended));
    ended
}

/// Takes over a thread's list.
pub(super) fn thread_ends(ended: &Ended) {
    let mut finished = finished();
    finished.threads.retain(|other| !Arc::ptr_eq(other, ended));
    take_from(ended, &mut finished.gone);
}

fn take_from(ended: &Ended, all: &mut Vec<BlockNode>) {
    let blocks = std::mem::take(&mut *ended.lock().unwrap_or_else(PoisonError::into_inner));
    for block in blocks {
        add(all, block, Merge::Threads);
    }
}

/// Takes the blocks that have ended since the last call, of all threads, as one tree.
///
/// Calls of one name at one place are one node: their times and counts are added up, their peaks
/// are not. An outermost block is one that no block of its own thread was around: the blocks that a
/// pool's threads open stand beside the block that waits for them. Measures what a block costs,
/// which takes some milliseconds; call it outside of blocks.
///
/// ```
/// let (_, _) = amdahl::profile_block("all", || {
///     for part in [10_000, 20_000] {
///         let block = amdahl::Block::enter("part");
///         std::hint::black_box(vec![0_u8; part]);
///         drop(block);
///     }
/// });
/// let blocks = amdahl::take_blocks();
/// assert_eq!(blocks.blocks[0].inner()[0].figures.calls, 2);
/// ```
pub fn take_blocks() -> Blocks {
    let blocks = {
        let _quiet = Quiet::now();
        let mut finished = finished();
        let mut all = std::mem::take(&mut finished.gone);
        for ended in &finished.threads {
            take_from(ended, &mut all);
        }
        all
    };
    Blocks { report: BlockReport { blocks, facts: facts() } }
}
