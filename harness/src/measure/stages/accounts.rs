//! The books of one iteration: what each stage took of it, by every meaning of "took".
//!
//! Pure arithmetic over the spans that were read. Shares are shares of the critical path, which is
//! divided among the stages and the time outside them, so they never sum to more than the whole.

use std::collections::HashSet;

use super::path::critical_path;
use super::spans::{Iteration, Stamp};
use super::tree::Tree;

/// What one stage took of one iteration.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Account {
    /// The stage's name.
    pub(crate) name: &'static str,
    /// Times it was entered, on any thread.
    pub(crate) calls: u64,
    /// Times another span was entered directly within one of it on the same thread.
    pub(crate) inner_calls: u64,
    /// The union of its spans over all threads, in nanoseconds.
    pub(crate) total_ns: f64,
    /// The union of the times at which a span of it had no span within it, in nanoseconds.
    pub(crate) self_ns: f64,
    /// The sum over its spans of the time outside spans within them on the same thread, in
    /// nanoseconds: two threads at once count twice.
    pub(crate) busy_ns: f64,
    /// Its part of the critical path, in nanoseconds.
    pub(crate) critical_ns: f64,
    /// By how much the two counts of a reading rose on its part of the critical path.
    pub(crate) critical_counts: [f64; 2],
    /// CPU time of all threads in it, in nanoseconds, where the two counts of a reading are the CPU
    /// times of the thread and of all others.
    pub(crate) cpu_ns: f64,
}

/// What every stage took of one iteration.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Accounts {
    /// The whole iteration, in nanoseconds.
    pub(crate) wall_ns: f64,
    /// The stages, in the order in which they were first entered.
    pub(crate) stages: Vec<Account>,
    /// CPU time in no stage, in nanoseconds, on the same condition as [`Account::cpu_ns`].
    pub(crate) outside_cpu_ns: f64,
    /// How many threads entered a stage.
    pub(crate) threads: usize,
    /// How many spans without a span within them were open at once, at most.
    pub(crate) most_at_once: usize,
}

/// Draws up the accounts of an iteration.
pub(crate) fn accounts(iteration: &Iteration) -> Accounts {
    let tree = Tree::of(iteration);
    let mut stages: Vec<Account> =
        tree.names.iter().map(|&name| Account { name, ..Account::default() }).collect();
    for stretch in critical_path(&tree) {
        if let Some(stage) = stretch.stage {
            let account = &mut stages[stage];
            account.critical_ns += between(stretch.from.at_ns, stretch.to.at_ns);
            for (sum, (from, to)) in account
                .critical_counts
                .iter_mut()
                .zip(stretch.from.counts.into_iter().zip(stretch.to.counts))
            {
                *sum += between(from, to);
            }
        }
    }
    let most_at_once = unions(&tree, &mut stages);
    let outside_cpu_ns = own_times(&tree, &mut stages);
    let threads: HashSet<u32> = tree.nodes.iter().map(|node| node.thread).collect();
    Accounts {
        wall_ns: between(tree.started.at_ns, tree.stopped.at_ns),
        stages,
        outside_cpu_ns,
        threads: threads.len(),
        most_at_once,
    }
}

/// From one count to a later one; 0 where it is earlier.
fn between(from: u64, to: u64) -> f64 {
    to.saturating_sub(from) as f64
}

/// How many spans of a stage are open, and since when there is any.
#[derive(Clone, Copy, Default)]
struct Presence {
    open: usize,
    since_ns: u64,
}

impl Presence {
    /// One more; the union begins where it is the first.
    fn enter(&mut self, now_ns: u64) {
        if self.open == 0 {
            self.since_ns = now_ns;
        }
        self.open += 1;
    }

    /// One less, and the length of the union where it was the last.
    fn leave(&mut self, now_ns: u64) -> f64 {
        self.open = self.open.saturating_sub(1);
        if self.open == 0 { between(self.since_ns, now_ns) } else { 0.0 }
    }
}

/// Adds calls, total and self time: one sweep over all entries and exits in order of time. Returns
/// how many spans without a span within them were open at once.
fn unions(tree: &Tree, stages: &mut [Account]) -> usize {
    let mut events: Vec<(u64, bool, usize)> = Vec::with_capacity(tree.nodes.len() * 2);
    for (at, node) in tree.nodes.iter().enumerate() {
        events.push((node.entered.at_ns, true, at));
        events.push((node.exited.at_ns, false, at));
    }
    // Of one moment, entries first: a span that takes no time is entered before it is left.
    events.sort_by_key(|&(at_ns, enters, at)| (at_ns, !enters, at));
    let mut total = vec![Presence::default(); stages.len()];
    let mut own = total.clone();
    let mut is_open = vec![false; tree.nodes.len()];
    let mut within = vec![0_usize; tree.nodes.len()];
    let mut most_at_once = 0;
    for (now_ns, enters, at) in events {
        let node = &tree.nodes[at];
        let stage = node.stage;
        if enters {
            is_open[at] = true;
            stages[stage].calls += 1;
            total[stage].enter(now_ns);
            if within[at] == 0 {
                own[stage].enter(now_ns);
            }
        } else {
            is_open[at] = false;
            stages[stage].total_ns += total[stage].leave(now_ns);
            if within[at] == 0 {
                stages[stage].self_ns += own[stage].leave(now_ns);
            }
        }
        // What the change means for the span above: with its first inner span its own time ends, with
        // its last it goes on. An inner span that outlives it changes nothing any more.
        if let Some(above) = node.parent {
            let outer = tree.nodes[above].stage;
            if enters {
                within[above] += 1;
                if within[above] == 1 && is_open[above] {
                    stages[outer].self_ns += own[outer].leave(now_ns);
                }
            } else {
                within[above] -= 1;
                if within[above] == 0 && is_open[above] {
                    own[outer].enter(now_ns);
                }
            }
        }
        if enters {
            most_at_once = most_at_once.max(own.iter().map(|own| own.open).sum());
        }
    }
    most_at_once
}

/// Adds busy and CPU time, which are each thread's own; returns the CPU time in no stage.
fn own_times(tree: &Tree, stages: &mut [Account]) -> f64 {
    for node in &tree.nodes {
        let busy = between(node.entered.at_ns, node.exited.at_ns);
        stages[node.stage].busy_ns += busy;
        stages[node.stage].cpu_ns += node.cpu_ns;
    }
    for node in &tree.nodes {
        let Some(around) = node.around else { continue };
        let outer = &mut stages[tree.nodes[around].stage];
        outer.inner_calls += 1;
        outer.busy_ns -= between(node.entered.at_ns, node.exited.at_ns);
        outer.cpu_ns -= node.cpu_ns;
    }
    for stage in stages.iter_mut() {
        // Below 0 only where clocks disagree.
        (stage.busy_ns, stage.cpu_ns) = (stage.busy_ns.max(0.0), stage.cpu_ns.max(0.0));
    }
    let own_thread = |at: usize| tree.nodes[at].thread == tree.thread;
    let top = (0..tree.nodes.len()).filter(|&at| tree.nodes[at].around.is_none());
    let in_stages: f64 = top.filter(|&at| own_thread(at)).map(|at| tree.nodes[at].cpu_ns).sum();
    let whole = between(tree.started.counts[0], tree.stopped.counts[0]);
    (whole - in_stages).max(0.0) + unclaimed_cpu(tree, stages)
}

/// A stretch of the iteration's own thread between two of its readings.
struct Segment {
    stage: Option<usize>,
    from: Stamp,
    to: Stamp,
    /// CPU time that other threads spent meanwhile outside spans of their own, in nanoseconds.
    unclaimed_ns: f64,
}

/// Gives the CPU time that other threads spent outside every span of theirs to the stage that the
/// iteration's own thread was in; returns what it spent in none.
fn unclaimed_cpu(tree: &Tree, stages: &mut [Account]) -> f64 {
    let mut segments = segments(tree);
    let helpers = tree.nodes.iter().filter(|node| node.thread != tree.thread);
    for node in helpers.filter(|node| node.around.is_none()) {
        let long_ns = between(node.entered.at_ns, node.exited.at_ns);
        let first = segments.partition_point(|segment| segment.to.at_ns <= node.entered.at_ns);
        let overlapping = segments[first..]
            .iter_mut()
            .take_while(|segment| segment.from.at_ns < node.exited.at_ns);
        for segment in overlapping.filter(|_| long_ns > 0.0) {
            let from = segment.from.at_ns.max(node.entered.at_ns);
            let to = segment.to.at_ns.min(node.exited.at_ns);
            segment.unclaimed_ns -= node.cpu_ns * between(from, to) / long_ns;
        }
    }
    let mut outside = 0.0;
    for segment in segments {
        let unclaimed_ns = segment.unclaimed_ns.max(0.0);
        match segment.stage {
            Some(stage) => stages[stage].cpu_ns += unclaimed_ns,
            None => outside += unclaimed_ns,
        }
    }
    outside
}

/// The iteration's own thread, divided at its readings.
fn segments(tree: &Tree) -> Vec<Segment> {
    let own = |at: &usize| {
        let node = &tree.nodes[*at];
        node.thread == tree.thread && node.exited.at_ns > node.entered.at_ns
    };
    let mut events: Vec<(Stamp, bool, usize)> = Vec::new();
    for at in (0..tree.nodes.len()).filter(own) {
        events.push((tree.nodes[at].entered, true, at));
        events.push((tree.nodes[at].exited, false, at));
    }
    events.sort_by_key(|&(stamp, enters, at)| {
        // Spans of one thread nest: of one moment, inner exits come first, then entries, outer first.
        let order = if enters { at } else { tree.nodes.len() - at };
        (stamp.at_ns, enters, order)
    });
    let mut segments = Vec::with_capacity(events.len() + 1);
    let mut open: Vec<usize> = Vec::new();
    let mut from = tree.started;
    let mut close = |open: &[usize], from: Stamp, to: Stamp| {
        let stage = open.last().map(|&at| tree.nodes[at].stage);
        let unclaimed_ns = between(from.counts[1], to.counts[1]);
        segments.push(Segment { stage, from, to, unclaimed_ns });
    };
    for (stamp, enters, at) in events {
        close(&open, from, stamp);
        from = stamp;
        if enters {
            open.push(at);
        } else {
            open.retain(|&other| other != at);
        }
    }
    close(&open, from, tree.stopped);
    segments
}
