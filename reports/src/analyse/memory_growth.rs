//! Memory that grows with the input where the kernel promises that it does not.

use super::Analyser;
use crate::format;
use crate::summary::{Curve, Summary};
use crate::{Finding, Run, Severity};

/// Slope of log peak over log size from which on memory grows: eight times the input then costs over
/// half as much again, which no constant buffer does.
const GROWS: f64 = 0.25;

/// Growth of fewer bytes than this is none: a page of memory.
const LEAST_BYTES: f64 = 4096.0;

/// Reports variants of streaming kernels whose heap peak grows with the input.
pub(super) struct MemoryGrowth;

impl Analyser for MemoryGrowth {
    fn id(&self) -> &'static str {
        "memory_growth"
    }

    fn analyse(&self, run: &Run, summary: &Summary) -> Vec<Finding> {
        let both = run.kernels.iter().zip(&summary.kernels);
        let streaming = both.filter(|(kernel, _)| kernel.streaming);
        let curves =
            streaming.flat_map(|(_, own)| own.growth.iter().flat_map(|growth| &growth.curves));
        curves.filter_map(|curve| self.of(curve)).collect()
    }
}

impl MemoryGrowth {
    fn of(&self, curve: &Curve) -> Option<Finding> {
        let heap = curve.heap?;
        let (least, most) = heap.peak_bytes;
        if heap.exponent < GROWS || most - least < LEAST_BYTES {
            return None;
        }
        let case = curve.last_case()?;
        let message = format!(
            "`{case}` promises to stream, but its heap peak grows with the input: {} at {}, {} at {}",
            format::bytes(least),
            format::count(heap.from),
            format::bytes(most),
            format::count(heap.to)
        );
        let finding = Finding::about(self.id(), Severity::Warning, case, message);
        Some(finding.with("exponent of the peak", format::number(heap.exponent)))
    }
}
