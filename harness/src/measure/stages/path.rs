//! The critical path of an iteration: which stage each instant of it waits for.
//!
//! Walked backwards as by CRISP (Zhang et al., "CRISP: Critical Path Analysis of Large-Scale
//! Microservice Architectures", USENIX ATC 2022, section 3): from a span's end to the child that
//! ended last, through it to its beginning, then to the child that ended last before that. What lies
//! between is the span's own. So every instant belongs to exactly one stage, or to none.

use super::spans::Stamp;
use super::tree::{Tree, earlier, later};

/// A stretch of the critical path, from one reading to a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The stage it belongs to; none outside every stage.
    pub(super) stage: Option<usize>,
    /// Its beginning.
    pub(super) from: Stamp,
    /// Its end.
    pub(super) to: Stamp,
}

/// A span being walked, from its end to its beginning.
struct Walk {
    stage: Option<usize>,
    from: Stamp,
    cursor: Stamp,
    /// What is left of its children with their ends, the last to end behind.
    children: Vec<(usize, Stamp)>,
}

/// The stretches of the critical path, the last first; they have no gaps and do not overlap.
pub(super) fn critical_path(tree: &Tree) -> Vec<Stretch> {
    let mut children = tree.children();
    // Takes the children of a node, or the iteration's, that lie within a window.
    let mut walk_of = |at: usize, stage, from: Stamp, to: Stamp| {
        let own = std::mem::take(&mut children[at]);
        let within = own.into_iter().filter(|&child| {
            let node = &tree.nodes[child];
            node.entered.at_ns < to.at_ns && node.exited.at_ns > from.at_ns
        });
        let mut children: Vec<(usize, Stamp)> =
            within.map(|child| (child, earlier(tree.nodes[child].exited, to))).collect();
        // Of several that end together, the iteration's own thread was not waiting.
        children.sort_by_key(|&(child, end)| {
            (end.at_ns, tree.nodes[child].thread == tree.thread, child)
        });
        Walk { stage, from, cursor: to, children }
    };
    let mut stretches = Vec::new();
    let mut walks = vec![walk_of(tree.nodes.len(), None, tree.started, tree.stopped)];
    while let Some(walk) = walks.last_mut() {
        let Some((child, end)) = walk.children.pop() else {
            stretches.push(Stretch { stage: walk.stage, from: walk.from, to: walk.cursor });
            walks.pop();
            continue;
        };
        // Still running where the path goes on through another: beside the path.
        if end.at_ns > walk.cursor.at_ns {
            continue;
        }
        let node = &tree.nodes[child];
        let from = later(node.entered, walk.from);
        stretches.push(Stretch { stage: walk.stage, from: end, to: walk.cursor });
        walk.cursor = from;
        walks.push(walk_of(child, Some(node.stage), from, end));
    }
    stretches
}
