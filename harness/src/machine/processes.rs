//! Which other processes are busy: the processor time of each, twice.

use std::collections::HashMap;
use std::fs::{read_dir, read_to_string};
use std::path::Path;

use amdahl_reports::Busy;

use super::conditions::CpuTicks;

/// The processor time of every process so far.
#[derive(Debug)]
pub(super) struct Snapshot {
    all: CpuTicks,
    processors: u64,
    /// Name and ticks by id.
    processes: HashMap<u32, (String, u64)>,
}

impl Snapshot {
    /// What `/proc` tells now.
    pub(super) fn of(root: &Path) -> Option<Self> {
        let proc = root.join("proc");
        let stat = read_to_string(proc.join("stat")).ok()?;
        let is_processor = |line: &&str| {
            line.strip_prefix("cpu").is_some_and(|rest| rest.starts_with(|c: char| c != ' '))
        };
        let own = std::process::id();
        let processes = read_dir(&proc).ok()?.flatten().filter_map(|entry| {
            let id: u32 = entry.file_name().to_str()?.parse().ok().filter(|id| *id != own)?;
            Some((id, name_and_ticks(&read_to_string(entry.path().join("stat")).ok()?)?))
        });
        Some(Self {
            all: CpuTicks::parse(&stat)?,
            processors: stat.lines().filter(is_processor).count() as u64,
            processes: processes.collect(),
        })
    }

    /// What each process used since, the busiest first; none where no time has passed.
    pub(super) fn busy_since(&self, before: &Self) -> Option<Vec<Busy>> {
        // The ticks of one processor: those of all are its multiple, whatever a tick may be.
        let passed = self.all.since(before.all)? as f64 / self.processors.max(1) as f64;
        let used = self.processes.iter().filter_map(|(id, (name, ticks))| {
            let earlier = before.processes.get(id).filter(|(known, _)| known == name);
            let used = ticks.saturating_sub(earlier.map_or(*ticks, |(_, ticks)| *ticks));
            (used > 0).then(|| Busy { name: name.clone(), processors: used as f64 / passed })
        });
        let mut busy: Vec<Busy> = used.collect();
        busy.sort_by(|a, b| b.processors.total_cmp(&a.processors).then(a.name.cmp(&b.name)));
        Some(busy)
    }
}

/// A process's name and its ticks in user and kernel mode: fields 2, 14 and 15 of `/proc/PID/stat`
/// (`proc_pid_stat(5)`). The name stands in parentheses and may have some itself.
fn name_and_ticks(stat: &str) -> Option<(String, u64)> {
    let (head, rest) = stat.rsplit_once(')')?;
    let (_, name) = head.split_once('(')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some((name.to_owned(), ticks(11)? + ticks(12)?))
}

#[cfg(test)]
mod tests {
    use super::super::environment::tests::tree;
    use super::*;

    fn process(id: u32, name: &str, user: u64, system: u64) -> (String, String) {
        let line = format!("{id} ({name}) R 1 1 1 0 -1 4194304 100 0 0 0 {user} {system} 0 0 20 0");
        (format!("proc/{id}/stat"), line)
    }

    fn snapshot(all: &str, processes: &[(String, String)]) -> Snapshot {
        let stat = format!("{all}\ncpu0 1\ncpu1 1\nintr 5\n");
        let mut files = vec![("proc/stat", stat.as_str())];
        files.extend(processes.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        Snapshot::of(tree(&files).path()).expect("a snapshot")
    }

    #[test]
    fn the_busiest_come_first_in_processors_worth_of_time() {
        let before = [
            process(90_001, "browser (tab) 1", 1_000, 50),
            process(90_002, "idle", 7, 0),
            process(90_003, "compiler", 10, 10),
        ];
        let after = [
            process(90_001, "browser (tab) 1", 1_020, 55),
            process(90_002, "idle", 7, 0),
            process(90_003, "compiler", 100, 20),
            process(90_004, "just started", 500, 0),
        ];
        // 200 ticks of two processors, so 100 of one.
        let before = snapshot("cpu 100 0 0 900 0 0 0 0 0 0", &before);
        let after = snapshot("cpu 225 0 0 975 0 0 0 0 0 0", &after);
        let busy = after.busy_since(&before).expect("time has passed");
        let named: Vec<(&str, f64)> =
            busy.iter().map(|own| (own.name.as_str(), own.processors)).collect();
        assert_eq!(named, [("compiler", 1.0), ("browser (tab) 1", 0.25)]);
        assert_eq!(before.busy_since(&before), None, "no time has passed");
    }

    #[test]
    fn a_line_that_is_none_names_no_process() {
        assert_eq!(name_and_ticks("12 (sh) S 1"), None);
        assert_eq!(name_and_ticks(""), None);
    }
}
