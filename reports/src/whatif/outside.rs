//! Which functions of a flat table lie outside another one, where the sums leave only one choice.
//!
//! A flat table does not say who calls whom. But a cumulative time is the sum of the self times of
//! what ran inside; where exactly one set of functions adds up to it, that set is known.

/// Up to how many functions may be in question: the search tries every set of them, and the number
/// of sets doubles with each; a million is a moment.
const MOST: usize = 20;

/// The functions outside: the complement of the only set that holds `inside` and whose self times
/// add up to `cumulative`, within `slack`. Functions without time of their own are left out.
///
/// Every function is taken as wholly inside or wholly outside. `None` where there are too many
/// functions, no such set, or several.
pub(super) fn the_only_ones(
    own: &[f64],
    inside: &[usize],
    cumulative: f64,
    slack: f64,
) -> Option<Vec<usize>> {
    let open: Vec<usize> = (0..own.len())
        .filter(|function| !inside.contains(function) && own[*function] > slack)
        .collect();
    if open.len() > MOST {
        return None;
    }
    let fixed: f64 = inside.iter().map(|function| own[*function]).sum();
    let in_set = |set: u32, at: usize| set >> at & 1 == 1;
    let sum = |set: u32| {
        let members = open.iter().enumerate().filter(|(at, _)| in_set(set, *at));
        fixed + members.map(|(_, function)| own[*function]).sum::<f64>()
    };
    let mut fitting =
        (0..1_u32 << open.len()).filter(|set| (sum(*set) - cumulative).abs() <= slack);
    let only = fitting.next()?;
    if fitting.next().is_some() {
        return None;
    }
    let outside = open.iter().enumerate().filter(|(at, _)| !in_set(only, *at));
    Some(outside.map(|(_, function)| *function).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fitting_set_names_what_is_outside() {
        let own = [45.2, 3.1, 0.5, 12.7, 8.3];
        assert_eq!(the_only_ones(&own, &[2, 0], 48.8, 0.01), Some(vec![3, 4]));
    }

    #[test]
    fn two_fitting_sets_name_nothing() {
        assert_eq!(the_only_ones(&[1.0, 2.0, 2.0], &[0], 3.0, 0.01), None);
    }

    #[test]
    fn no_fitting_set_names_nothing() {
        assert_eq!(the_only_ones(&[1.0, 2.0, 4.0], &[0], 4.0, 0.01), None);
    }

    #[test]
    fn a_long_table_is_not_searched() {
        assert_eq!(the_only_ones(&[1.0; 40], &[0], 2.0, 0.01), None);
    }
}
