//! The settings of the machine that move timings, from files under `/proc` and `/sys`.
//!
//! The root that these lie under is an argument, so that tests read folders of their own. What is
//! not there is `None`, which is usual on a guest, in a container, and on any other system.

use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};
use std::time::Duration;

use amdahl_reports::{Busy, Environment};

use super::cgroup::ControlGroup;
use super::hardware::cpus_in;
use super::processes::Snapshot;
use super::tools::tools;

/// Looks at the surroundings from its creation to [`Watch::end`].
#[derive(Debug)]
pub(crate) struct Watch {
    root: PathBuf,
    busy: Option<Vec<Busy>>,
    throttled_before: Option<u64>,
    group_before: Option<ControlGroup>,
}

impl Watch {
    /// Begins, and waits for so long to see which other processes are busy.
    pub(crate) fn begin(look: Duration) -> Self {
        Self::of(Path::new("/"), look)
    }

    fn of(root: &Path, look: Duration) -> Self {
        let before = Snapshot::of(root);
        std::thread::sleep(look);
        let after = Snapshot::of(root);
        Self {
            root: root.to_owned(),
            busy: before.zip(after).and_then(|(before, after)| after.busy_since(&before)),
            throttled_before: throttled(root),
            group_before: ControlGroup::of(root),
        }
    }

    /// Ends, and says what was seen. `counts_heap` is whether the program declares our allocator.
    pub(crate) fn end(&self, counts_heap: bool) -> Environment {
        let mut environment = settings(&self.root);
        let since = |now: Option<u64>, before: Option<u64>| Some(now?.saturating_sub(before?));
        environment.throttled = since(throttled(&self.root), self.throttled_before);
        let group = ControlGroup::of(&self.root);
        environment.cpu_quota = group.map(|group| group.quota);
        let held_back = |group: Option<ControlGroup>| group.map(|group| group.held_back);
        environment.quota_exhausted = since(held_back(group), held_back(self.group_before));
        environment.busy.clone_from(&self.busy);
        environment.counts_heap = counts_heap;
        environment.tools = tools();
        environment
    }
}

/// What does not change while one looks.
fn settings(root: &Path) -> Environment {
    let cpu = root.join("sys/devices/system/cpu");
    let mut governors: Vec<String> = of_each_processor(&cpu, "cpufreq/scaling_governor");
    governors.sort();
    governors.dedup();
    let siblings = of_each_processor(&cpu, "topology/thread_siblings_list");
    Environment {
        governors,
        boost: boost(&cpu),
        threads_per_core: siblings.iter().map(|list| cpus_in(list) as u64).max(),
        address_randomisation: number(root.join("proc/sys/kernel/randomize_va_space")),
        huge_pages: text(root.join("sys/kernel/mm/transparent_hugepage/enabled"))
            .and_then(|choices| chosen(&choices)),
        ..Environment::default()
    }
}

/// The trimmed text of a file; none where it is not there or empty.
pub(super) fn text(path: impl AsRef<Path>) -> Option<String> {
    let text = read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn number(path: impl AsRef<Path>) -> Option<u64> {
    text(path)?.parse().ok()
}

/// A file of each logical processor that has it.
fn of_each_processor(cpu: &Path, file: &str) -> Vec<String> {
    let is_processor = |name: &str| {
        let digits = name.strip_prefix("cpu").unwrap_or_default();
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
    };
    let entries = read_dir(cpu).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_processor))
        .filter_map(|entry| text(entry.path().join(file)))
        .collect()
}

/// `boost` of most drivers, or the opposite that Intel's own driver tells.
fn boost(cpu: &Path) -> Option<bool> {
    let on = number(cpu.join("cpufreq/boost")).map(|boost| boost != 0);
    on.or_else(|| number(cpu.join("intel_pstate/no_turbo")).map(|off| off == 0))
}

/// How often cores slowed down for heat since the system started.
fn throttled(root: &Path) -> Option<u64> {
    let cpu = root.join("sys/devices/system/cpu");
    let counts = of_each_processor(&cpu, "thermal_throttle/core_throttle_count");
    (!counts.is_empty()).then(|| counts.iter().flat_map(|count| count.parse::<u64>()).sum())
}

/// The word in brackets: `madvise` of `always [madvise] never`.
fn chosen(choices: &str) -> Option<String> {
    let (_, rest) = choices.split_once('[')?;
    Some(rest.split_once(']')?.0.to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// A folder with these files, in place of the root.
    pub(in super::super) fn tree(files: &[(&str, &str)]) -> TempDir {
        let root = tempfile::tempdir().expect("a temporary folder");
        for (path, contents) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
            fs::write(path, contents).expect("a file");
        }
        root
    }

    fn seen(root: &TempDir) -> Environment {
        Watch::of(root.path(), Duration::ZERO).end(true)
    }

    #[test]
    fn a_laptops_settings_are_read() {
        let root = tree(&[
            ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"),
            ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n"),
            ("sys/devices/system/cpu/cpu10/cpufreq/scaling_governor", "powersave\n"),
            ("sys/devices/system/cpu/cpuidle/cpufreq/scaling_governor", "no processor\n"),
            ("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0,4\n"),
            ("sys/devices/system/cpu/cpu1/topology/thread_siblings_list", "1\n"),
            ("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n"),
            ("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "5\n"),
            ("proc/sys/kernel/randomize_va_space", "2\n"),
            ("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"),
        ]);
        let environment = seen(&root);
        assert_eq!(environment.governors, ["performance", "powersave"]);
        assert_eq!(environment.threads_per_core, Some(2));
        assert_eq!(environment.boost, Some(true));
        assert_eq!(environment.throttled, Some(0), "five times, but not while we looked");
        assert_eq!(environment.address_randomisation, Some(2));
        assert_eq!(environment.huge_pages.as_deref(), Some("madvise"));
        assert!(environment.counts_heap);
    }

    #[test]
    fn a_core_that_slows_down_while_we_look_is_counted() {
        let file = "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count";
        let root = tree(&[(file, "5\n")]);
        let watch = Watch::of(root.path(), Duration::ZERO);
        fs::write(root.path().join(file), "8\n").expect("a file");
        assert_eq!(watch.end(true).throttled, Some(3));
    }

    #[test]
    fn either_drivers_word_for_boost_is_understood() {
        let boost = |file: &str, value: &str| seen(&tree(&[(file, value)])).boost;
        assert_eq!(boost("sys/devices/system/cpu/cpufreq/boost", "1\n"), Some(true));
        assert_eq!(boost("sys/devices/system/cpu/cpufreq/boost", "0\n"), Some(false));
        assert_eq!(boost("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n"), Some(false));
    }

    #[test]
    fn where_there_are_no_such_files_nothing_is_known() {
        let environment = seen(&tree(&[]));
        let tools = environment.tools.clone();
        let nothing = Environment { counts_heap: true, tools, ..Environment::default() };
        assert_eq!(environment, nothing);
    }
}
