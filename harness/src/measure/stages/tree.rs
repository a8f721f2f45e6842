//! Spans put in order: cut to their iteration, each below the span that it works for.
//!
//! Pure arithmetic. A span on a helping thread belongs below a span of the thread that waits for it;
//! where nobody said which, the rule of [`Tree::of`] decides.

use std::collections::HashMap;

use super::spans::{Iteration, Span, Stamp};

/// A span in the tree of its iteration.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// Which stage, an index into [`Tree::names`].
    pub(super) stage: usize,
    /// The thread it ran on.
    pub(super) thread: u32,
    /// When it was entered, not before its parent.
    pub(super) entered: Stamp,
    /// When it was left, not before it was entered.
    pub(super) exited: Stamp,
    /// CPU time of its thread within it, in nanoseconds, where counts are CPU times; 0 of a span of
    /// another thread that reaches beyond the iteration, at whose ends nobody read that thread's.
    pub(super) cpu_ns: f64,
    /// The node it works for; none where that is the iteration itself.
    pub(super) parent: Option<usize>,
    /// The node around it on its own thread.
    pub(super) around: Option<usize>,
}

/// The spans of one iteration.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    /// The iteration's own thread.
    pub(super) thread: u32,
    /// When the iteration began.
    pub(super) started: Stamp,
    /// When it ended, not before it began.
    pub(super) stopped: Stamp,
    /// The stages, in the order in which they are first entered.
    pub(super) names: Vec<&'static str>,
    /// The spans, in the order in which they are entered.
    pub(super) nodes: Vec<Node>,
}

impl Tree {
    /// Orders the spans of an iteration.
    ///
    /// - A span is cut to the iteration. One that was never left ends with it.
    /// - An exit before its entry, and an entry before the parent's, are errors between the clocks of
    ///   two processors: the later reading counts, and no time is negative.
    /// - A span without a known parent on another thread than the iteration's belongs to the innermost
    ///   span that the iteration's thread has open all the while: what ends before it does not wait for
    ///   it. Spans of the same stage are passed over: two threads in one parallel loop are in the same
    ///   stage side by side, not in each other.
    pub(super) fn of(iteration: &Iteration) -> Self {
        let started = iteration.started;
        let stopped = later(iteration.stopped, started);
        let mut order: Vec<&Span> = iteration.spans.iter().collect();
        order.retain(|span| {
            span.entered.at_ns <= stopped.at_ns
                && span.exited.is_none_or(|exited| exited.at_ns >= started.at_ns)
        });
        order.sort_by_key(|span| (span.entered.at_ns, span.id));
        let places: HashMap<u64, usize> =
            order.iter().enumerate().map(|(at, span)| (span.id, at)).collect();
        let mut names = Vec::new();
        let mut nodes: Vec<Node> = Vec::new();
        for span in &order {
            let stage = names.iter().position(|name| *name == span.name).unwrap_or_else(|| {
                names.push(span.name);
                names.len() - 1
            });
            let entered = later(span.entered, started);
            let exited = span.exited.filter(|exited| exited.at_ns <= stopped.at_ns);
            let exited = later(exited.unwrap_or(stopped), entered);
            let known = span.parent.and_then(|id| places.get(&id).copied());
            let around = known.filter(|&at| order[at].thread == span.thread);
            let is_whole = span.entered == entered && span.exited == Some(exited);
            let cpu_ns = if is_whole || span.thread == iteration.thread {
                exited.counts[0].saturating_sub(entered.counts[0]) as f64
            } else {
                0.0
            };
            let thread = span.thread;
            nodes.push(Node { stage, thread, entered, exited, cpu_ns, parent: known, around });
        }
        let mut tree = Self { thread: iteration.thread, started, stopped, names, nodes };
        tree.adopt();
        tree.straighten();
        tree
    }

    /// Gives the spans of helping threads that nobody claims a parent.
    fn adopt(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        for at in 0..self.nodes.len() {
            let now = self.nodes[at].entered.at_ns;
            while open.last().is_some_and(|&top| self.nodes[top].exited.at_ns <= now) {
                open.pop();
            }
            if self.nodes[at].thread == self.thread {
                open.push(at);
            } else if self.nodes[at].parent.is_none() {
                let node = &self.nodes[at];
                let waits = |&above: &usize| {
                    let above = &self.nodes[above];
                    above.stage != node.stage && above.exited.at_ns >= node.exited.at_ns
                };
                self.nodes[at].parent = open.iter().rev().copied().find(waits);
            }
        }
    }

    /// Lets no span begin before its parent, and none be its own ancestor.
    fn straighten(&mut self) {
        for at in 0..self.nodes.len() {
            let Some(parent) = self.nodes[at].parent else { continue };
            // A parent stands further on only where two clocks disagree.
            if parent >= at && self.is_below(parent, at) {
                self.nodes[at].parent = None;
                self.nodes[at].around = None;
                continue;
            }
            let entered = later(self.nodes[at].entered, self.nodes[parent].entered);
            let exited = later(self.nodes[at].exited, entered);
            (self.nodes[at].entered, self.nodes[at].exited) = (entered, exited);
        }
    }

    /// Whether the first node is the second, or has it as an ancestor.
    fn is_below(&self, at: usize, above: usize) -> bool {
        let mut chain = std::iter::successors(Some(at), |&at| self.nodes[at].parent);
        chain.by_ref().take(self.nodes.len() + 1).any(|at| at == above)
    }

    /// The children of every node, and those of the iteration itself behind them.
    pub(super) fn children(&self) -> Vec<Vec<usize>> {
        let mut children = vec![Vec::new(); self.nodes.len() + 1];
        for (at, node) in self.nodes.iter().enumerate() {
            children[node.parent.unwrap_or(self.nodes.len())].push(at);
        }
        children
    }
}

/// The later of two readings.
pub(super) fn later(a: Stamp, b: Stamp) -> Stamp {
    if a.at_ns >= b.at_ns { a } else { b }
}

/// The earlier of two readings.
pub(super) fn earlier(a: Stamp, b: Stamp) -> Stamp {
    if a.at_ns <= b.at_ns { a } else { b }
}
