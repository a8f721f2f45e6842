//! From the pairs of one launch to its one value.

use crate::stats::{hodges_lehmann, variance};

/// Two neighbouring slots, one a side, of as many iterations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The base's slot, in nanoseconds.
    pub base_ns: f64,
    /// The head's slot, in nanoseconds.
    pub head_ns: f64,
    /// Whether time was stolen, or the worker waited for a processor, in either.
    pub disturbed: bool,
}

/// The logarithm of head over base of a launch: Hodges and Lehmann's estimate over its pairs.
///
/// Disturbed pairs are left out. Where every pair was disturbed they all count: on a busy machine a
/// gate that waits for silence says nothing, while disturbance that strikes both sides alike makes the
/// test vaguer and no less right. `None` where there is no pair with two positive times.
pub fn launch_value(pairs: &[Pair]) -> Option<f64> {
    hodges_lehmann(&logarithms(pairs))
}

/// The variance of a pair's logarithm within this launch; `None` where fewer than two count.
pub fn pair_variance(pairs: &[Pair]) -> Option<f64> {
    variance(&logarithms(pairs))
}

/// Those of the pairs that count.
fn logarithms(pairs: &[Pair]) -> Vec<f64> {
    let usable: Vec<&Pair> =
        pairs.iter().filter(|pair| pair.base_ns > 0.0 && pair.head_ns > 0.0).collect();
    let log = |pair: &&Pair| (pair.head_ns / pair.base_ns).ln();
    let quiet: Vec<f64> = usable.iter().filter(|pair| !pair.disturbed).map(log).collect();
    if quiet.is_empty() { usable.iter().map(log).collect() } else { quiet }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(head_ns: f64, disturbed: bool) -> Pair {
        Pair { base_ns: 100.0, head_ns, disturbed }
    }

    #[test]
    fn disturbed_pairs_are_left_out_whole() {
        let value = launch_value(&[pair(101.0, false), pair(400.0, true)]).expect("a value");
        assert!((value - 1.01_f64.ln()).abs() < 1e-12, "{value}");
    }

    #[test]
    fn where_all_are_disturbed_all_count() {
        let value = launch_value(&[pair(102.0, true), pair(102.0, true)]).expect("a value");
        assert!((value - 1.02_f64.ln()).abs() < 1e-12, "{value}");
    }

    #[test]
    fn the_variance_is_of_the_pairs_that_count() {
        let e = std::f64::consts::E;
        let pairs = [pair(100.0, false), pair(100.0 * e * e, false), pair(900.0, true)];
        // Logarithms of 0 and 2.
        assert!((pair_variance(&pairs).expect("two count") - 2.0).abs() < 1e-12);
        assert_eq!(pair_variance(&pairs[1..]), None);
    }

    #[test]
    fn without_a_time_there_is_no_value() {
        assert_eq!(launch_value(&[]), None);
        assert_eq!(launch_value(&[Pair { base_ns: 0.0, head_ns: 1.0, disturbed: false }]), None);
    }
}
