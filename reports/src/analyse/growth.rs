//! Variants that grow faster than their reference: whatever they win, they lose at some size.

use super::Analyser;
use crate::format;
use crate::summary::{Growth as Curves, Summary};
use crate::{Finding, Role, Run, Severity};

/// By how much an exponent must exceed the reference's: half of what an array that leaves a cache
/// within the sweep adds to it.
const FASTER: f64 = 0.2;

/// Reports swept variants whose exponent is above their reference's.
pub(super) struct Growth;

impl Analyser for Growth {
    fn id(&self) -> &'static str {
        "growth"
    }

    fn analyse(&self, _: &Run, summary: &Summary) -> Vec<Finding> {
        let growths = summary.kernels.iter().filter_map(|kernel| kernel.growth.as_ref());
        growths.filter(|growth| growth.is_sweep()).flat_map(|growth| self.of(growth)).collect()
    }
}

impl Growth {
    fn of(&self, growth: &Curves) -> Vec<Finding> {
        let reference = growth.curves.iter().find(|curve| curve.role == Role::Reference);
        let Some(own) = reference.and_then(|curve| curve.exponent) else { return Vec::new() };
        let faster = growth.curves.iter().filter_map(|curve| {
            // Threads cost a start at small sizes and so grow slowly: only steeper ones are told.
            let exponent = curve.exponent.filter(|e| e.is_above(own.high + FASTER))?;
            let case = curve.last_case()?;
            let message = format!(
                "`{case}` grows faster than its reference: it falls behind as the size grows"
            );
            Some(
                Finding::about(self.id(), Severity::Note, case, message)
                    .with("exponent", format::number_interval(&exponent))
                    .with("the reference's", format::number_interval(&own)),
            )
        });
        faster.collect()
    }
}
