//! Preemptions: how often the system took a processor from a thread that wanted to go on.
//!
//! Read by the worker around its timed work, not by the driver around the request: the driver that is
//! woken by a reply often takes the very processor the worker is leaving, which disturbed nothing.

use std::fs;

/// Involuntary switches of all threads of this process so far; none where the system does not tell.
pub(crate) fn preemptions() -> Option<u64> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preemptions_are_read_from_a_tasks_status() {
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n";
        assert_eq!(nonvoluntary(status), Some(3));
        assert_eq!(nonvoluntary("Name:\tx\n"), None);
    }
}
