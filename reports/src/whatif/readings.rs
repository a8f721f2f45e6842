//! The other totals that someone might have meant, each with why it is not the answer.
//!
//! The law needs the whole that the user waits for. A table of times offers several figures that look
//! like one: a function near its top, the sum of a column, a figure of the file's head.

use super::answer::{Change, Law, Part, Question, Reading};
use super::graph::Graph;
use super::outside;
use super::profile::{Profile, Shape, Times};
use super::tree::CallTree;
use crate::format;

/// A total this close to the answer's, as a fraction of it, gives the same answer to a reader.
const NEARLY: f64 = 0.01;

/// How many enclosing functions are shown: with more, the reader looks for none of them.
const ENCLOSING_SHOWN: usize = 3;

/// Above how many functions a graph of callers is not searched for enclosing ones.
const CANDIDATES_TRIED: usize = 50;

/// Above how many functions outside are not named one by one.
const OUTSIDE_NAMED: usize = 3;

/// The whole that the answer uses, and what it is made of.
pub(super) struct Whole<'a> {
    pub(super) profile: &'a Profile,
    pub(super) times: &'a [Times],
    pub(super) changes: &'a [(usize, Change)],
    pub(super) amounts: &'a [f64],
    pub(super) part: Part,
    pub(super) total: f64,
}

/// A function that runs around those that become faster.
struct Enclosing {
    function: usize,
    total: f64,
    counted: Vec<f64>,
    why_not: String,
}

/// Every other reading, in the order in which a reader meets them.
pub(super) fn readings(whole: &Whole<'_>, law: &Law<'_>, question: &Question) -> Vec<Reading> {
    let profile = whole.profile;
    let mut readings: Vec<Reading> = Vec::new();
    let held = profile.total();
    if question.total.is_some() && whole.is_other(held) {
        readings.push(law.reading(
            format!("the profile alone: {}", profile.origin),
            whole.amounts,
            held,
            format!(
                "--total says that the whole took {} more than the profile saw",
                profile.unit.show(whole.total - held)
            ),
        ));
    }
    for enclosing in whole.enclosing() {
        let label = profile.functions[enclosing.function].label();
        let what = format!("only the time within `{label}`");
        readings.push(law.reading(what, &enclosing.counted, enclosing.total, enclosing.why_not));
    }
    for stated in profile.stated.iter().filter(|stated| whole.is_other(stated.amount)) {
        let fits = whole.amounts.iter().sum::<f64>() <= stated.amount + profile.tolerance();
        if stated.amount > 0.0 && fits {
            readings.push(law.reading(&stated.what, whole.amounts, stated.amount, &stated.why_not));
        }
    }
    let column: f64 = whole.times.iter().filter_map(|times| times.cumulative).sum();
    if column > held + profile.tolerance() && whole.is_other(column) {
        readings.push(law.reading(
            "the sum of all cumulative times",
            whole.amounts,
            column,
            "a time within nested functions is in it once for each of them",
        ));
    }
    readings
}

impl Whole<'_> {
    fn is_other(&self, total: f64) -> bool {
        (total - self.total).abs() > self.profile.tolerance().max(NEARLY * self.total)
    }

    fn is_named(&self, function: usize) -> bool {
        self.changes.iter().any(|(named, _)| *named == function)
    }

    /// Functions that run around those that become faster and are not the whole, largest first.
    fn enclosing(&self) -> Vec<Enclosing> {
        let tolerance = self.profile.tolerance();
        let (counted, held): (f64, f64) = (self.amounts.iter().sum(), self.profile.total());
        let inner = |times: &Times| times.cumulative.unwrap_or(times.own) - times.own;
        let mut candidates: Vec<(usize, f64)> = self
            .times
            .iter()
            .enumerate()
            .filter(|(function, _)| !self.is_named(*function))
            .filter_map(|(function, times)| Some((function, times.cumulative?, inner(times))))
            .filter(|(_, cumulative, inner)| self.is_other(*cumulative) && *inner > tolerance)
            // Nearly all of the profile is the reading of the profile alone.
            .filter(|(_, cumulative, _)| (cumulative - held).abs() > NEARLY * held)
            .map(|(function, cumulative, _)| (function, cumulative))
            .collect();
        candidates.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        match &self.profile.shape {
            Shape::Tree(tree) => {
                let named: Vec<usize> = self.changes.iter().map(|(named, _)| *named).collect();
                let above = tree.above(&named, self.profile.functions.len());
                candidates.retain(|(function, _)| above[*function]);
                candidates.truncate(ENCLOSING_SHOWN);
                candidates.into_iter().map(|(function, _)| self.in_tree(tree, function)).collect()
            }
            Shape::Flat(_) => {
                candidates.retain(|(function, cumulative)| {
                    counted <= inner(&self.times[*function]) + tolerance && *cumulative > counted
                });
                candidates.truncate(ENCLOSING_SHOWN);
                candidates
                    .into_iter()
                    .map(|(function, total)| self.in_table(function, total))
                    .collect()
            }
            Shape::Graph { rows, edges } => {
                candidates.truncate(CANDIDATES_TRIED);
                let graph = Graph::new(rows, edges);
                let found = candidates
                    .into_iter()
                    .filter_map(|(function, total)| self.in_graph(&graph, function, total));
                found.take(ENCLOSING_SHOWN).collect()
            }
        }
    }

    fn in_tree(&self, tree: &CallTree, function: usize) -> Enclosing {
        let named: Vec<usize> = self.changes.iter().map(|(named, _)| *named).collect();
        let shares = tree.shares(&named, Some(function), false);
        let counted = match self.part {
            Part::Cumulative => shares.counted,
            Part::Own => self.own_of_named(&tree.through(function), tree),
        };
        let outside = tree.own_outside(function, self.profile.functions.len());
        let mut largest: Vec<(usize, f64)> =
            outside.into_iter().enumerate().filter(|(_, amount)| *amount > 0.0).collect();
        largest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let why_not = self.lies_outside(function, shares.total, &largest);
        Enclosing { function, total: shares.total, counted, why_not }
    }

    /// Self amounts of the named functions on some stacks.
    fn own_of_named(&self, through: &[bool], tree: &CallTree) -> Vec<f64> {
        let own = self.changes.iter().map(|(function, _)| {
            let nodes = tree.nodes().iter().zip(through);
            let inside = nodes.filter(|(node, through)| **through && node.function == *function);
            inside.map(|(node, _)| node.own).sum()
        });
        own.collect()
    }

    fn in_table(&self, function: usize, total: f64) -> Enclosing {
        let own: Vec<f64> = self.times.iter().map(|times| times.own).collect();
        let named: Vec<usize> = self.changes.iter().map(|(named, _)| *named).collect();
        let inside: Vec<usize> = std::iter::once(function).chain(named).collect();
        let slack = self.profile.tolerance();
        let why_not = match outside::the_only_ones(&own, &inside, total, slack) {
            Some(others) => {
                let mut largest: Vec<(usize, f64)> =
                    others.into_iter().map(|other| (other, own[other])).collect();
                largest.sort_by(|a, b| b.1.total_cmp(&a.1));
                let words = self.lies_outside(function, total, &largest);
                format!("{words}; no other set of rows adds up to that")
            }
            None => self.lies_outside(function, total, &[]),
        };
        Enclosing { function, total, counted: self.amounts.to_vec(), why_not }
    }

    /// Only where every call of every named function comes from this one.
    fn in_graph(&self, graph: &Graph<'_>, function: usize, total: f64) -> Option<Enclosing> {
        let counted: f64 = self.amounts.iter().sum();
        let around = self.changes.iter().all(|(named, _)| graph.is_only_within(*named, function));
        (around && counted <= total + self.profile.tolerance()).then(|| Enclosing {
            function,
            total,
            counted: self.amounts.to_vec(),
            why_not: self.lies_outside(function, total, &graph.outside(function)),
        })
    }

    fn lies_outside(&self, function: usize, total: f64, largest: &[(usize, f64)]) -> String {
        let unit = &self.profile.unit;
        let label = self.profile.functions[function].label();
        let all = format!("{} of the whole lie outside `{label}`", unit.show(self.total - total));
        let mut names: Vec<String> = largest
            .iter()
            .take(OUTSIDE_NAMED)
            .map(|(other, own)| {
                format!("`{}` ({})", self.profile.functions[*other].label(), unit.show(*own))
            })
            .collect();
        if largest.len() > OUTSIDE_NAMED {
            names.push(format!("{} more", largest.len() - OUTSIDE_NAMED));
        }
        let unlisted = self.total - self.times.iter().map(|times| times.own).sum::<f64>();
        if unlisted > self.profile.tolerance() {
            names.push(format!("time of no function listed ({})", unit.show(unlisted)));
        }
        if names.is_empty() {
            return all;
        }
        format!("{all}: {}", format::list(&names))
    }
}
