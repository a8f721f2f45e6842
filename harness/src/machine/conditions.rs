//! What the machine does while a run goes on: time stolen by the hypervisor, load, the clock.

use std::fs::read_to_string;

use amdahl_reports::Conditions;

use crate::measure::clock_facts;

/// Watches the machine from its creation to [`Observation::end`].
#[derive(Debug)]
pub(crate) struct Observation {
    cpu_before: Option<CpuTicks>,
    load_before: Option<f64>,
}

impl Observation {
    /// Begins.
    pub(crate) fn begin() -> Self {
        let load = read_to_string("/proc/loadavg").ok();
        Self {
            cpu_before: CpuTicks::now(),
            load_before: load.and_then(|text| text.split_whitespace().next()?.parse().ok()),
        }
    }

    /// Ends, and says what was seen.
    pub(crate) fn end(&self) -> Conditions {
        let clock = clock_facts();
        let steal = self.cpu_before.zip(CpuTicks::now());
        Conditions {
            steal_percent: steal.and_then(|(before, after)| after.steal_percent_since(before)),
            load_before: self.load_before,
            clock_cost_ns: clock.cost_ns,
            clock_step_ns: clock.step_ns,
        }
    }
}

/// The processor time of all cores since boot, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CpuTicks {
    steal: u64,
    total: u64,
}

impl CpuTicks {
    fn now() -> Option<Self> {
        Self::parse(&read_to_string("/proc/stat").ok()?)
    }

    /// The first line: `cpu user nice system idle iowait irq softirq steal …`; guest time, behind
    /// that, is part of user time.
    pub(super) fn parse(stat: &str) -> Option<Self> {
        let line = stat.lines().next()?.strip_prefix("cpu ")?;
        let ticks: Vec<u64> = line.split_whitespace().take(8).flat_map(str::parse).collect();
        (ticks.len() == 8).then(|| Self { steal: ticks[7], total: ticks.iter().sum() })
    }

    /// The ticks since, where there are any.
    pub(super) fn since(self, before: Self) -> Option<u64> {
        self.total.checked_sub(before.total).filter(|&total| total > 0)
    }

    fn steal_percent_since(self, before: Self) -> Option<f64> {
        let total = self.since(before)?;
        Some(100.0 * self.steal.checked_sub(before.steal)? as f64 / total as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steal_is_the_eighth_field_over_all_time() {
        let before = CpuTicks::parse("cpu  10 0 10 70 0 0 0 10 5 0\ncpu0 …").unwrap();
        let after = CpuTicks::parse("cpu  20 0 20 140 0 0 0 20 9 0\n").unwrap();
        assert_eq!(before, CpuTicks { steal: 10, total: 100 });
        assert_eq!(after.steal_percent_since(before), Some(10.0));
        assert_eq!(CpuTicks::parse("intr 5"), None);
    }
}
