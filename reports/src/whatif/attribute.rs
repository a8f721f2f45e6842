//! How much of a profile becomes faster with each function that a question names.

use super::answer::{Change, Part};
use super::error::WhatIfError;
use super::graph::Graph;
use super::profile::{Profile, Row, Shape, Times};

/// What falls to each change, in the profile's unit. An amount is counted once, for the innermost
/// named function of its stack.
///
/// # Errors
/// Where cumulative times are missing, or may overlap by an amount that the profile does not tell.
pub(super) fn counted(
    profile: &Profile,
    times: &[Times],
    changes: &[(usize, Change)],
    part: Part,
) -> Result<Vec<f64>, WhatIfError> {
    let named: Vec<usize> = changes.iter().map(|(function, _)| *function).collect();
    if part == Part::Own {
        return Ok(named.iter().map(|function| times[*function].own).collect());
    }
    if let Shape::Tree(tree) = &profile.shape {
        return Ok(tree.shares(&named, None, false).counted);
    }
    let cumulative = named.iter().map(|function| {
        times[*function].cumulative.ok_or_else(|| WhatIfError::NoCumulative {
            function: profile.functions[*function].label(),
        })
    });
    let cumulative = cumulative.collect::<Result<Vec<f64>, WhatIfError>>()?;
    if named.len() < 2 {
        return Ok(cumulative);
    }
    match &profile.shape {
        Shape::Graph { rows, edges } => {
            let graph = Graph::new(rows, edges);
            let nested = named.iter().any(|outer| {
                let reached = graph.reached_from(*outer);
                named.iter().any(|inner| inner != outer && reached[*inner])
            });
            if nested { from_callers(profile, &graph, changes) } else { Ok(cumulative) }
        }
        Shape::Flat(rows) => disjoint(profile, rows, &named).map(|()| cumulative),
        Shape::Tree(_) => Ok(cumulative),
    }
}

/// The amounts by pairs of caller and callee, where what they leave open does not matter.
fn from_callers(
    profile: &Profile,
    graph: &Graph<'_>,
    changes: &[(usize, Change)],
) -> Result<Vec<f64>, WhatIfError> {
    let named: Vec<usize> = changes.iter().map(|(function, _)| *function).collect();
    let mut owned = graph.owned(&named);
    let factor = |owner: Option<usize>| owner.map_or(1.0, |owner| changes[owner].1.factor);
    let mut open = 0.0;
    for (amount, one, other) in std::mem::take(&mut owned.unknown) {
        match other {
            // Whoever of two equal factors it falls to, the whole is the same.
            Some(owner) if factor(one) == factor(other) => owned.counted[owner] += amount,
            _ => open += amount,
        }
    }
    if open <= profile.tolerance() {
        return Ok(owned.counted);
    }
    let label = |at: usize| profile.functions[changes[at].0].label();
    let outer = (0..named.len())
        .find(|at| {
            let reached = graph.reached_from(named[*at]);
            named.iter().any(|inner| *inner != named[*at] && reached[*inner])
        })
        .unwrap_or(0);
    let inner = usize::from(outer == 0);
    Err(WhatIfError::OverlapUnknown { outer: label(outer), inner: label(inner), also: "" })
}

/// That none of these functions of a flat table can run within another.
fn disjoint(profile: &Profile, rows: &[Row], named: &[usize]) -> Result<(), WhatIfError> {
    let inner_time = |row: &Row| row.cumulative.unwrap_or(row.own) - row.own;
    let time = |row: &Row| row.cumulative.unwrap_or(row.own);
    let pairs = named.iter().flat_map(|outer| named.iter().map(move |inner| (*outer, *inner)));
    let mut possible: Vec<(usize, usize)> = pairs
        .filter(|(outer, inner)| {
            let may_hold = inner_time(&rows[*outer]) > profile.tolerance();
            outer != inner && may_hold && time(&rows[*inner]) > 0.0
        })
        .collect();
    // Of several pairs, one whose times fit into each other is what the user will look at.
    possible.sort_by_key(|(outer, inner)| inner_time(&rows[*outer]) < time(&rows[*inner]));
    if let Some((outer, inner)) = possible.first() {
        return Err(WhatIfError::OverlapUnknown {
            outer: profile.functions[*outer].label(),
            inner: profile.functions[*inner].label(),
            also: ", or for Python the `.pstats` file, which knows callers",
        });
    }
    Ok(())
}
