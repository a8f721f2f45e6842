//! The gate's hold on the machine: stolen time, and on which processors a worker may run. Where the
//! system does not tell of stolen time, none counts as stolen.

use std::fs;

use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::machine::move_code_of;

/// What was stolen so far of one processor or, where none is given, of all, in ticks; `None` where the
/// system does not tell.
pub(super) fn steal_ticks(core: Option<usize>) -> Option<u64> {
    parse(&fs::read_to_string("/proc/stat").ok()?, core)
}

/// The eighth figure of the line `cpu …`, or of `cpuN …`.
fn parse(stat: &str, core: Option<usize>) -> Option<u64> {
    let name = core.map_or_else(|| "cpu".to_owned(), |core| format!("cpu{core}"));
    let line = stat.lines().find(|line| line.split(' ').next() == Some(&name))?;
    line.split_whitespace().nth(8)?.parse().ok()
}

/// The processors this process may use, in order; empty where nobody can tell.
pub(super) fn processors() -> Vec<usize> {
    let Ok(allowed) = sched_getaffinity(None) else { return Vec::new() };
    (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core)).collect()
}

/// Keeps the threads that a process starts from now on, and its main thread, to these processors.
/// Where the system refuses they stay free, on both sides alike. A thread may be named as well.
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

/// Gives each thread of a process but the main one, which waits for them, a processor of its own, in the
/// order they were started in: left to itself the system moves them, on each side at other times.
pub(super) fn spread(process: u32, processors: &[usize]) {
    let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else { return };
    let ids = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok());
    let mut threads: Vec<u32> = ids.filter(|&id| id != process).collect();
    threads.sort_unstable();
    for (thread, core) in threads.into_iter().zip(processors.iter().cycle()) {
        pin(thread, &[*core]);
    }
}

/// That the system does not let a process move its code, where it does not: workers leave it where it is then.
pub(super) fn code_cannot_move() -> Option<String> {
    let error = move_code_of(|| ()).err()?;
    Some(format!(
        "Code stays where the system read the programs' files to ({error}): two copies of one program may \
         differ by it in every launch, and so be called slower."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steal_is_read_of_one_processor_or_of_all() {
        let stat =
            "cpu  10 0 10 70 0 0 0 12 5 0\ncpu0 5 0 5 35 0 0 0 4 0 0\ncpu1 5 0 5 35 0 0 0 8 0 0\n";
        assert_eq!(parse(stat, None), Some(12));
        assert_eq!(parse(stat, Some(1)), Some(8));
        assert_eq!(parse(stat, Some(7)), None);
    }
}
