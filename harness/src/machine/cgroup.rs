//! What the control group lets a process use: quotas of version 1 and 2, and how often they bit.

use std::path::{Path, PathBuf};

use super::environment::text;

/// The tightest quota of a process's control groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ControlGroup {
    /// Processors' worth of time; infinite where there is no quota.
    pub(super) quota: f64,
    /// How often the groups were held back since they were made.
    pub(super) held_back: u64,
}

impl ControlGroup {
    /// The groups of this process; none where the system has none for processors.
    pub(super) fn of(root: &Path) -> Option<Self> {
        let membership = text(root.join("proc/self/cgroup"))?;
        let (base, path, quota) = membership.lines().find_map(|line| place(root, line))?;
        let own = base.join(path.trim_start_matches('/'));
        let folders: Vec<&Path> =
            own.ancestors().take_while(|folder| folder.starts_with(&base)).collect();
        let quotas = folders.iter().filter_map(|folder| quota(folder));
        Some(Self {
            quota: quotas.fold(f64::INFINITY, f64::min),
            held_back: folders.iter().filter_map(|folder| held_back(folder)).sum(),
        })
    }
}

/// Where the processor's groups lie, this process's among them, and how a quota is written there.
type Place<'a> = (PathBuf, &'a str, fn(&Path) -> Option<f64>);

/// A line of `/proc/self/cgroup`: `0::/path`, or `4:cpu,cpuacct:/path` of version 1.
fn place<'a>(root: &Path, line: &'a str) -> Option<Place<'a>> {
    let mut parts = line.splitn(3, ':');
    let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    let all = root.join("sys/fs/cgroup");
    if controllers.is_empty() {
        let (hybrid, unified) = (all.join("unified"), all.clone());
        let base = [unified, hybrid].into_iter().find(|f| f.join("cgroup.controllers").exists())?;
        return Some((base, path, quota_2));
    }
    let is_cpu = controllers.split(',').any(|name| name == "cpu");
    let base = [all.join(controllers), all.join("cpu")].into_iter().find(|folder| folder.exists());
    Some((base.filter(|_| is_cpu)?, path, quota_1))
}

/// `cpu.max`: `200000 100000`, or `max 100000`.
fn quota_2(folder: &Path) -> Option<f64> {
    let line = text(folder.join("cpu.max"))?;
    let (quota, period) = line.split_once(' ')?;
    Some(quota.parse::<f64>().ok()? / period.parse::<f64>().ok()?)
}

/// `cpu.cfs_quota_us`, -1 for none, over `cpu.cfs_period_us`.
fn quota_1(folder: &Path) -> Option<f64> {
    let value = |file: &str| text(folder.join(file))?.parse::<f64>().ok();
    let quota = value("cpu.cfs_quota_us").filter(|quota| *quota > 0.0)?;
    Some(quota / value("cpu.cfs_period_us")?)
}

fn held_back(folder: &Path) -> Option<u64> {
    let stat = text(folder.join("cpu.stat"))?;
    stat.lines().find_map(|line| line.strip_prefix("nr_throttled ")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::super::environment::tests::tree;
    use super::*;

    fn group(files: &[(&str, &str)]) -> Option<ControlGroup> {
        ControlGroup::of(tree(files).path())
    }

    #[test]
    fn the_tightest_quota_from_the_group_to_the_root_holds() {
        let files = [
            ("proc/self/cgroup", "0::/user/shell\n"),
            ("sys/fs/cgroup/cgroup.controllers", "cpu memory\n"),
            ("sys/fs/cgroup/user/cpu.max", "150000 100000\n"),
            ("sys/fs/cgroup/user/cpu.stat", "usage_usec 7\nnr_throttled 12\n"),
            ("sys/fs/cgroup/user/shell/cpu.max", "max 100000\n"),
        ];
        assert_eq!(group(&files), Some(ControlGroup { quota: 1.5, held_back: 12 }));
        let no_quota = group(&[files[0], files[1], files[4]]).expect("a group");
        assert_eq!(no_quota, ControlGroup { quota: f64::INFINITY, held_back: 0 });
    }

    #[test]
    fn version_1_has_its_quota_in_two_files() {
        let files = [
            ("proc/self/cgroup", "9:name=systemd:/\n4:cpu,cpuacct:/docker/a\n0::/\n"),
            ("sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us", "50000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_period_us", "100000\n"),
        ];
        assert_eq!(group(&files), Some(ControlGroup { quota: 0.5, held_back: 0 }));
        let files = [files[0], ("sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us", "-1\n")];
        assert_eq!(group(&files), Some(ControlGroup { quota: f64::INFINITY, held_back: 0 }));
    }

    #[test]
    fn without_a_group_for_processors_nothing_is_known() {
        assert_eq!(group(&[("proc/self/cgroup", "8:pids:/\n7:blkio:/\n")]), None);
        assert_eq!(group(&[]), None);
    }
}
