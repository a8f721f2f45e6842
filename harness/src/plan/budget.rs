//! How long a run may take: what the user says, or what suits so many cases.

use std::time::Duration;

/// The time for a whole run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Budget {
    /// As the user says.
    Given(Duration),
    /// So much for each case, up to a limit.
    PerCase {
        /// For one case.
        each: Duration,
        /// For all of them.
        most: Duration,
    },
}

impl Budget {
    /// What `cargo bench` takes: enough for criterion, interleaving, heap and profiles of a case.
    pub(crate) const FULL: Self =
        Self::PerCase { each: Duration::from_millis(3_300), most: Duration::from_mins(30) };
    /// What `cargo bench -- --quick` takes.
    pub(crate) const QUICK: Self =
        Self::PerCase { each: Duration::from_millis(660), most: Duration::from_mins(5) };

    /// The time for so many cases.
    pub(crate) fn of(self, cases: usize) -> Duration {
        match self {
            Self::Given(budget) => budget,
            Self::PerCase { each, most } => {
                each.saturating_mul(u32::try_from(cases).unwrap_or(u32::MAX)).min(most)
            }
        }
    }
}
