//! Times by pair of caller and callee: how far they tell which calls lie within which.
//!
//! Such a profile knows who calls a function, and not who called the caller at that time. A function
//! that all its callers lead to from one side belongs to that side. Where calls of both kinds meet in
//! one function, what it calls in turn cannot be divided, and nothing here guesses.

use std::collections::BTreeSet;

use super::profile::{Edge, Row};

/// Who may be the innermost named function around a call: an index into the named ones, or none of
/// them.
type Owner = Option<usize>;

/// Callers and callees, with the functions that a question names.
pub(super) struct Graph<'p> {
    rows: &'p [Row],
    edges: &'p [Edge],
    /// By function: the positions of its callers' edges.
    callers: Vec<Vec<usize>>,
    callees: Vec<Vec<usize>>,
}

/// How amounts fall to named functions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Owned {
    /// By named function: what falls to it for certain.
    pub(super) counted: Vec<f64>,
    /// Amounts that cannot be divided, and two that they may fall to.
    pub(super) unknown: Vec<(f64, Owner, Owner)>,
}

impl<'p> Graph<'p> {
    pub(super) fn new(rows: &'p [Row], edges: &'p [Edge]) -> Self {
        let mut callers = vec![Vec::new(); rows.len()];
        let mut callees = vec![Vec::new(); rows.len()];
        for (index, edge) in edges.iter().enumerate() {
            callers[edge.callee].push(index);
            callees[edge.caller].push(index);
        }
        Self { rows, edges, callers, callees }
    }

    /// By function: whether it is called from this one, directly or not.
    pub(super) fn reached_from(&self, function: usize) -> Vec<bool> {
        self.spread(function, |at| self.callees[at].iter().map(|edge| self.edges[*edge].callee))
    }

    /// The functions next to a function, next to those, and so on.
    fn spread<I: Iterator<Item = usize>>(
        &self,
        from: usize,
        next: impl Fn(usize) -> I,
    ) -> Vec<bool> {
        let mut reached = vec![false; self.rows.len()];
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for other in next(at) {
                if !std::mem::replace(&mut reached[other], true) {
                    open.push(other);
                }
            }
        }
        reached
    }

    /// Whether a function was also called from where the profile did not look.
    fn is_called_from_outside(&self, function: usize) -> bool {
        let known: u64 = self.callers[function].iter().map(|edge| self.edges[*edge].calls).sum();
        self.callers[function].is_empty()
            || self.rows[function].calls.is_some_and(|calls| calls.all > known)
    }

    /// By function: every named function that may be the innermost around a call of it.
    fn possible_owners(&self, named: &[usize]) -> Vec<BTreeSet<Owner>> {
        let mut owners: Vec<BTreeSet<Owner>> = vec![BTreeSet::new(); self.rows.len()];
        let mut open = Vec::new();
        for (function, owners) in owners.iter_mut().enumerate() {
            if let Some(own) = named.iter().position(|named| *named == function) {
                owners.insert(Some(own));
                open.push(function);
            } else if self.is_called_from_outside(function) {
                owners.insert(None);
                open.push(function);
            }
        }
        while let Some(caller) = open.pop() {
            for edge in &self.callees[caller] {
                let callee = self.edges[*edge].callee;
                if named.contains(&callee) {
                    continue;
                }
                let before = owners[callee].len();
                let more = owners[caller].clone();
                owners[callee].extend(more);
                if owners[callee].len() > before {
                    open.push(callee);
                }
            }
        }
        owners
    }

    /// What falls to each named function: an amount counts once, for the innermost of them around it.
    pub(super) fn owned(&self, named: &[usize]) -> Owned {
        let owners = self.possible_owners(named);
        let mut owned = Owned { counted: vec![0.0; named.len()], unknown: Vec::new() };
        for (function, row) in self.rows.iter().enumerate() {
            if let Some((first, last)) = one_owner_or_two(&owners[function]) {
                if first == last {
                    owned.give(first, row.own);
                } else {
                    self.divide(function, &owners, (first, last), &mut owned);
                }
            }
        }
        owned
    }

    /// Whether every call of `inner` lies within a call of `outer`.
    pub(super) fn is_only_within(&self, inner: usize, outer: usize) -> bool {
        let owners = self.possible_owners(&[outer]);
        one_owner_or_two(&owners[inner]) == Some((Some(0), Some(0)))
    }

    /// The functions that never run within this one, with their own amounts, largest first.
    pub(super) fn outside(&self, function: usize) -> Vec<(usize, f64)> {
        let inside = self.reached_from(function);
        let mut outside: Vec<(usize, f64)> = (0..self.rows.len())
            .filter(|other| *other != function && !inside[*other] && self.rows[*other].own > 0.0)
            .map(|other| (other, self.rows[other].own))
            .collect();
        outside.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        outside
    }

    /// Divides a function's own amount by its callers, where they tell.
    fn divide(
        &self,
        function: usize,
        owners: &[BTreeSet<Owner>],
        (first, last): (Owner, Owner),
        owned: &mut Owned,
    ) {
        let edges = self.callers[function].iter().map(|edge| &self.edges[*edge]);
        let by_caller: Option<Vec<(usize, f64)>> =
            edges.map(|edge| Some((edge.caller, edge.own?))).collect();
        let own = self.rows[function].own;
        let Some(by_caller) = by_caller else {
            owned.unknown.push((own, first, last));
            return;
        };
        let mut left = own;
        for (caller, amount) in by_caller {
            left -= amount;
            match one_owner_or_two(&owners[caller]) {
                Some((one, other)) if one == other => owned.give(one, amount),
                Some((one, other)) => owned.unknown.push((amount, one, other)),
                None => owned.unknown.push((amount, first, last)),
            }
        }
        // What no caller accounts for was called from outside the profile, and so from no named one.
        owned.give(None, left);
    }
}

impl Owned {
    fn give(&mut self, owner: Owner, amount: f64) {
        if let Some(counted) = owner.and_then(|owner| self.counted.get_mut(owner)) {
            *counted += amount;
        }
    }
}

/// The first and the last of a set: equal where there is one only.
fn one_owner_or_two(owners: &BTreeSet<Owner>) -> Option<(Owner, Owner)> {
    Some((*owners.first()?, *owners.last()?))
}

#[cfg(test)]
mod tests {
    use super::super::profile::Calls;
    use super::*;

    const fn row(calls: u64, own: f64) -> Row {
        Row { calls: Some(Calls { all: calls, outermost: calls }), own, cumulative: None }
    }

    const fn edge(caller: usize, callee: usize, calls: u64, own: f64) -> Edge {
        Edge { caller, callee, calls, own: Some(own) }
    }

    #[test]
    fn what_both_sides_call_directly_is_divided_by_caller() {
        // 0 calls 1 and 2; 1 calls 3 for 5, 2 calls 3 for 7.
        let rows = [row(1, 1.0), row(1, 2.0), row(1, 3.0), row(2, 12.0)];
        let edges =
            [edge(0, 1, 1, 2.0), edge(0, 2, 1, 3.0), edge(1, 3, 1, 5.0), edge(2, 3, 1, 7.0)];
        let owned = Graph::new(&rows, &edges).owned(&[1]);
        assert_eq!(owned, Owned { counted: vec![7.0], unknown: vec![] });
    }

    #[test]
    fn what_is_called_from_there_cannot_be_divided() {
        // As above, and 3 calls 4.
        let rows = [row(1, 1.0), row(1, 2.0), row(1, 3.0), row(2, 12.0), row(2, 6.0)];
        let edges = [
            edge(0, 1, 1, 2.0),
            edge(0, 2, 1, 3.0),
            edge(1, 3, 1, 5.0),
            edge(2, 3, 1, 7.0),
            edge(3, 4, 2, 6.0),
        ];
        let owned = Graph::new(&rows, &edges).owned(&[1]);
        assert_eq!(owned.counted, [7.0]);
        assert_eq!(owned.unknown, [(6.0, None, Some(0))]);
    }

    #[test]
    fn the_inner_of_two_named_functions_is_counted_for_itself() {
        // 0 calls 1, 1 calls 2; 2 is called by 0 as well.
        let rows = [row(1, 1.0), row(1, 2.0), row(2, 10.0)];
        let edges = [edge(0, 1, 1, 2.0), edge(1, 2, 1, 4.0), edge(0, 2, 1, 6.0)];
        let graph = Graph::new(&rows, &edges);
        assert_eq!(graph.owned(&[1, 2]).counted, [2.0, 10.0]);
        assert!(graph.is_only_within(2, 0) && !graph.is_only_within(2, 1));
        assert_eq!(graph.outside(1), [(0, 1.0)]);
        assert!(graph.reached_from(1)[2] && !graph.reached_from(2)[1]);
    }

    #[test]
    fn callers_beyond_the_profile_belong_to_no_named_function() {
        // 1 was called three times, once by 0: two calls and their time are of the outside.
        let rows = [row(1, 1.0), row(3, 9.0)];
        let edges = [edge(0, 1, 1, 4.0)];
        assert_eq!(Graph::new(&rows, &edges).owned(&[0]).counted, [5.0]);
    }

    #[test]
    fn a_cycle_ends() {
        let rows = [row(1, 1.0), row(5, 2.0), row(5, 4.0)];
        let edges = [edge(0, 1, 1, 1.0), edge(1, 2, 5, 4.0), edge(2, 1, 4, 1.0)];
        assert_eq!(Graph::new(&rows, &edges).owned(&[1]).counted, [6.0]);
    }
}
