//! Times by whole stack, as a tree of calls: the one shape from which every overlap is known.
//!
//! A node stands behind its parent, so passes over the list see callers first, or, from its end,
//! callees first. No pass is recursive: a stack may be as deep as a file makes it.

use std::collections::HashMap;

use super::profile::Times;

/// A tree of calls.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallTree {
    nodes: Vec<Node>,
    children: HashMap<(Option<usize>, usize), usize>,
}

/// A function, called along one path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// The node that called it; none at the bottom of a stack.
    pub parent: Option<usize>,
    /// The function.
    pub function: usize,
    /// Amount in its own body.
    pub own: f64,
}

/// How the amounts of a tree fall to named functions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shares {
    /// By named function: the amount that falls to it.
    pub(super) counted: Vec<f64>,
    /// All that was looked at.
    pub(super) total: f64,
}

impl CallTree {
    /// The node of a function called from a node; it is made where there is none yet.
    pub fn child(&mut self, parent: Option<usize>, function: usize) -> usize {
        let nodes = &mut self.nodes;
        *self.children.entry((parent, function)).or_insert_with(|| {
            nodes.push(Node { parent, function, own: 0.0 });
            nodes.len() - 1
        })
    }

    /// Adds to what a node's own body took. A node that is not there is ignored.
    pub fn spend(&mut self, node: usize, amount: f64) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.own += amount;
        }
    }

    /// Adds a stack, outermost function first, with what its innermost function took. An empty stack
    /// is ignored.
    pub fn add(&mut self, stack: impl IntoIterator<Item = usize>, amount: f64) {
        let last =
            stack.into_iter().fold(None, |parent, function| Some(self.child(parent, function)));
        if let Some(last) = last {
            self.spend(last, amount);
        }
    }

    /// The nodes, callers before callees.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The sum of all self amounts.
    pub fn total(&self) -> f64 {
        self.nodes.iter().map(|node| node.own).sum()
    }

    /// Every function's amounts; cumulative ones count nested calls of the same function once.
    pub(super) fn times(&self, functions: usize) -> Vec<Times> {
        let mut within: Vec<f64> = self.nodes.iter().map(|node| node.own).collect();
        for index in (0..self.nodes.len()).rev() {
            if let Some(parent) = self.nodes[index].parent {
                within[parent] += within[index];
            }
        }
        let mut own = vec![0.0; functions];
        let mut cumulative = vec![0.0; functions];
        let outermost = self.outermost(functions);
        for (index, node) in self.nodes.iter().enumerate() {
            own[node.function] += node.own;
            if outermost[index] {
                cumulative[node.function] += within[index];
            }
        }
        own.into_iter()
            .zip(cumulative)
            .map(|(own, cumulative)| Times { own, cumulative: Some(cumulative) })
            .collect()
    }

    /// By node: whether its function is nowhere above it.
    fn outermost(&self, functions: usize) -> Vec<bool> {
        let (starts, order) = self.children_in_order();
        let children = |node: usize| &order[starts[node]..starts[node + 1]];
        let mut outermost = vec![false; self.nodes.len()];
        let mut open = vec![0_usize; functions];
        // A node, and how many of its children were visited.
        let mut path: Vec<(usize, usize)> = Vec::new();
        for root in (0..self.nodes.len()).filter(|node| self.nodes[*node].parent.is_none()) {
            path.push((root, 0));
            while let Some((node, visited)) = path.last_mut() {
                let function = self.nodes[*node].function;
                if *visited == 0 {
                    outermost[*node] = open[function] == 0;
                    open[function] += 1;
                }
                if let Some(&child) = children(*node).get(*visited) {
                    *visited += 1;
                    path.push((child, 0));
                } else {
                    open[function] -= 1;
                    path.pop();
                }
            }
        }
        outermost
    }

    /// The children of all nodes in one list, with where each node's begin.
    fn children_in_order(&self) -> (Vec<usize>, Vec<usize>) {
        let mut starts = vec![0; self.nodes.len() + 1];
        for parent in self.nodes.iter().filter_map(|node| node.parent) {
            starts[parent + 1] += 1;
        }
        for node in 0..self.nodes.len() {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut order = vec![0; starts[self.nodes.len()]];
        for (index, node) in self.nodes.iter().enumerate() {
            if let Some(parent) = node.parent {
                order[next[parent]] = index;
                next[parent] += 1;
            }
        }
        (starts, order)
    }

    /// What falls to each named function: an amount is counted once, for the innermost (or, if asked,
    /// the outermost) named function of its stack. With `inside`, only stacks that go through that
    /// function are looked at.
    pub(super) fn shares(&self, named: &[usize], inside: Option<usize>, outermost: bool) -> Shares {
        let mut shares = Shares { counted: vec![0.0; named.len()], total: 0.0 };
        let owners = self.owners(named, outermost);
        let looked_at = inside.map(|function| self.through(function));
        for (index, node) in self.nodes.iter().enumerate() {
            if looked_at.as_ref().is_none_or(|through| through[index]) {
                shares.total += node.own;
                if let Some(owner) = owners[index] {
                    shares.counted[owner] += node.own;
                }
            }
        }
        shares
    }

    fn owners(&self, named: &[usize], outermost: bool) -> Vec<Option<usize>> {
        let mut owners: Vec<Option<usize>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let above = node.parent.and_then(|parent| owners[parent]);
            let here = named.iter().position(|function| *function == node.function);
            owners.push(if outermost { above.or(here) } else { here.or(above) });
        }
        owners
    }

    /// By node: whether its stack goes through this function.
    pub(super) fn through(&self, function: usize) -> Vec<bool> {
        let mut through: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            through.push(
                node.function == function || node.parent.is_some_and(|parent| through[parent]),
            );
        }
        through
    }

    /// By function: whether it is above one of these in some stack.
    pub(super) fn above(&self, named: &[usize], functions: usize) -> Vec<bool> {
        let mut above = vec![false; functions];
        let mut leads: Vec<bool> = vec![false; self.nodes.len()];
        for index in (0..self.nodes.len()).rev() {
            let node = self.nodes[index];
            above[node.function] |= leads[index];
            if let Some(parent) = node.parent
                && (leads[index] || named.contains(&node.function))
            {
                leads[parent] = true;
            }
        }
        above
    }

    /// By function: the self amount in stacks that do not go through this one.
    pub(super) fn own_outside(&self, function: usize, functions: usize) -> Vec<f64> {
        let mut outside = vec![0.0; functions];
        for (node, through) in self.nodes.iter().zip(self.through(function)) {
            if !through {
                outside[node.function] += node.own;
            }
        }
        outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Functions 0 `main`, 1 `a`, 2 `b`: `a` calls itself and `b`; `main` calls `b` too.
    fn tree() -> CallTree {
        let mut tree = CallTree::default();
        tree.add([0], 1.0);
        tree.add([0, 1], 2.0);
        tree.add([0, 1, 1], 4.0);
        tree.add([0, 1, 1, 2], 8.0);
        tree.add([0, 2], 16.0);
        tree
    }

    #[test]
    fn a_recursive_function_counts_once_from_its_outermost_call() {
        let times = tree().times(3);
        assert_eq!(times[1], Times { own: 6.0, cumulative: Some(14.0) });
        assert_eq!(times[2], Times { own: 24.0, cumulative: Some(24.0) });
        assert_eq!(times[0], Times { own: 1.0, cumulative: Some(31.0) });
    }

    #[test]
    fn mutual_recursion_counts_each_function_once() {
        let mut tree = CallTree::default();
        tree.add([0, 1, 0, 1], 5.0);
        tree.add([1, 0], 3.0);
        let times = tree.times(2);
        assert_eq!((times[0].own, times[0].cumulative), (3.0, Some(8.0)));
        assert_eq!((times[1].own, times[1].cumulative), (5.0, Some(8.0)));
    }

    #[test]
    fn an_amount_falls_to_one_named_function_only() {
        let shares = tree().shares(&[1, 2], None, false);
        assert_eq!(shares.counted, [6.0, 24.0]);
        assert_eq!(tree().shares(&[1, 2], None, true).counted, [14.0, 16.0]);
        let inside = tree().shares(&[2], Some(1), false);
        assert_eq!((inside.counted[0], inside.total), (8.0, 14.0));
    }

    #[test]
    fn a_very_deep_stack_is_no_trouble() {
        // A pass that called itself would need more than the two MiB that a test's thread has.
        let mut tree = CallTree::default();
        tree.add((0..200_000).map(|depth| depth % 2), 1.0);
        assert_eq!(tree.times(2)[0].cumulative, Some(1.0));
    }

    #[test]
    fn the_callers_of_a_function_are_above_it() {
        assert_eq!(tree().above(&[2], 3), [true, true, false]);
        assert_eq!(tree().own_outside(1, 3), [1.0, 0.0, 16.0]);
    }
}
