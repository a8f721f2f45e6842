//! Waiting: how long threads that could go on were kept from a processor.
//!
//! Read by the worker around its timed work, not by the driver around the request: the driver that is
//! woken by a reply often takes the very processor the worker is leaving, which disturbed nothing. Time
//! says more than a count of preemptions: most last some microseconds, for a thread of the kernel.

use std::fs;

/// Nanoseconds that all threads of this process waited for a processor so far; none where the system
/// does not tell.
pub(crate) fn waited_ns() -> Option<u64> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    let of = |task: std::io::Result<fs::DirEntry>| {
        parse(&fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?)
    };
    let each: Vec<u64> = tasks.filter_map(of).collect();
    (!each.is_empty()).then(|| each.iter().sum())
}

/// The second figure of the line: time on a run queue (Linux, `Documentation/scheduler/sched-stats`).
fn parse(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_figure_is_the_time_spent_waiting() {
        assert_eq!(parse("74925012 1202313 128\n"), Some(1_202_313));
        assert_eq!(parse(""), None);
        assert_eq!(parse("0\n"), None);
    }
}
