//! By how much a metric of a case may grow before the gate calls it a regression.

/// A slow-down that nobody need look at, as a fraction: below it the layout of a rebuilt program
/// decides as much as its code.
pub const DEFAULT_LIMIT: f64 = 0.01;

/// The increase of a metric that is allowed: the largest of its three parts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limit {
    /// As a fraction of the base's value.
    pub fraction: f64,
    /// In the metric's own unit.
    pub absolute: f64,
    /// An accepted value, in the metric's own unit: the head may be as large as this.
    pub up_to: Option<f64>,
    /// Why it is not the default, in the words of who set it.
    pub reason: Option<String>,
}

impl Limit {
    /// No increase at all.
    pub const NONE: Self = Self { fraction: 0.0, absolute: 0.0, up_to: None, reason: None };

    /// So large a fraction of the base's value.
    pub const fn fraction(fraction: f64) -> Self {
        Self { fraction, absolute: 0.0, up_to: None, reason: None }
    }

    /// The increase that is allowed over this value of the base.
    pub fn allowed(&self, base: f64) -> f64 {
        let accepted = self.up_to.map_or(0.0, |up_to| up_to - base);
        (base * self.fraction).max(self.absolute).max(accepted)
    }

    /// The same as a fraction of the base's value; where that is not known, the limit's own fraction.
    pub fn allowed_fraction(&self, base: f64) -> f64 {
        if base > 0.0 { self.allowed(base) / base } else { self.fraction }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_part_of_a_limit_holds() {
        let limit = Limit { fraction: 0.1, absolute: 5.0, up_to: Some(120.0), reason: None };
        assert_eq!(limit.allowed(10.0), 110.0);
        assert_eq!(limit.allowed(118.0), 11.8);
        assert_eq!(Limit { up_to: None, ..limit }.allowed(10.0), 5.0);
        assert_eq!(Limit::NONE.allowed(7.0), 0.0);
    }

    #[test]
    fn an_accepted_value_that_the_base_has_reached_allows_nothing_more() {
        let limit = Limit { up_to: Some(12.0), ..Limit::NONE };
        assert_eq!(limit.allowed(10.0), 2.0);
        assert_eq!(limit.allowed(12.0), 0.0);
        assert_eq!(limit.allowed(14.0), 0.0);
    }
}
