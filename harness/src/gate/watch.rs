//! Whether the machine disturbed a slot: stolen time, or a preemption of the worker. Linux tells both;
//! elsewhere every slot counts as undisturbed.

use std::fs;

use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// What was counted up to a moment; two that differ enclose a disturbance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    steal_ticks: Option<u64>,
    preemptions: Option<u64>,
}

impl Reading {
    /// The counts now, of a process and of one processor or, where none is given, of all.
    pub(super) fn now(process: u32, core: Option<usize>) -> Self {
        let stat = fs::read_to_string("/proc/stat").ok();
        Self {
            steal_ticks: stat.and_then(|stat| steal_ticks(&stat, core)),
            preemptions: preemptions(process),
        }
    }
}

/// The eighth figure of the line `cpu …`, or of `cpuN …`.
fn steal_ticks(stat: &str, core: Option<usize>) -> Option<u64> {
    let name = core.map_or_else(|| "cpu".to_owned(), |core| format!("cpu{core}"));
    let line = stat.lines().find(|line| line.split(' ').next() == Some(&name))?;
    line.split_whitespace().nth(8)?.parse().ok()
}

/// How often the system took a processor from any thread of the process that wanted to go on.
fn preemptions(process: u32) -> Option<u64> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let of = |task: std::io::Result<fs::DirEntry>| {
        let status = fs::read_to_string(task.ok()?.path().join("status")).ok()?;
        nonvoluntary(&status)
    };
    Some(tasks.filter_map(of).sum())
}

fn nonvoluntary(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"))?;
    line.trim().parse().ok()
}

/// The processors this process may use, in order; empty where nobody can tell.
pub(super) fn processors() -> Vec<usize> {
    let Ok(allowed) = sched_getaffinity(None) else { return Vec::new() };
    (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core)).collect()
}

/// Keeps the threads that a process starts from now on, and its main thread, to these processors.
/// Where the system refuses they stay free, on both sides alike.
pub(super) fn pin(process: u32, processors: &[usize]) {
    let mut set = CpuSet::new();
    for &core in processors {
        set.set(core);
    }
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    if let Some(process) = process {
        let _ = sched_setaffinity(Some(process), &set);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steal_is_read_of_one_processor_or_of_all() {
        let stat =
            "cpu  10 0 10 70 0 0 0 12 5 0\ncpu0 5 0 5 35 0 0 0 4 0 0\ncpu1 5 0 5 35 0 0 0 8 0 0\n";
        assert_eq!(steal_ticks(stat, None), Some(12));
        assert_eq!(steal_ticks(stat, Some(1)), Some(8));
        assert_eq!(steal_ticks(stat, Some(7)), None);
    }

    #[test]
    fn preemptions_are_read_from_a_tasks_status() {
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n";
        assert_eq!(nonvoluntary(status), Some(3));
        assert_eq!(nonvoluntary("Name:\tx\n"), None);
    }
}
