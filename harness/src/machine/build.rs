//! The build that is measured: what the compiler was told, and which commit it came from.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};
use std::process::Command;

use amdahl_reports::Build;

/// Flags beside the profile's; empty in most builds.
const RUSTFLAGS: &str = env!("AMDAHL_RUSTFLAGS");

/// The build of this program, and the commit and lock file of the workspace it runs in.
pub(crate) fn build() -> Build {
    Build {
        rustc: env!("AMDAHL_RUSTC").to_owned(),
        target: env!("AMDAHL_TARGET").to_owned(),
        profile: concat!(env!("AMDAHL_PROFILE"), ", opt-level ", env!("AMDAHL_OPT_LEVEL"))
            .to_owned(),
        rustflags: RUSTFLAGS.to_owned(),
        debug_assertions: cfg!(debug_assertions),
        commit: commit(),
        lock: workspace().and_then(|folder| lock(&folder)),
        target_features: env!("AMDAHL_TARGET_FEATURES")
            .split(',')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        lto_asked: workspace()
            .and_then(|folder| lto_in(&read_to_string(folder.join("Cargo.toml")).ok()?)),
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn commit() -> Option<String> {
    let hash = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain"]).is_some_and(|changes| !changes.is_empty());
    Some(if changed { format!("{hash}+changes") } else { hash })
}

/// The nearest folder at or above the working directory that has a `Cargo.lock`. A build script sees
/// none where this crate comes from a registry, so it is looked for when the program runs.
fn workspace() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let has_lock = |folder: &&Path| folder.join("Cargo.lock").is_file();
    here.ancestors().find(has_lock).map(Path::to_owned)
}

/// The checksum of its `Cargo.lock`.
fn lock(workspace: &Path) -> Option<String> {
    let bytes = std::fs::read(workspace.join("Cargo.lock")).ok()?;
    Some(format!("{:08x}", crc32fast::hash(&bytes)))
}

/// `lto` of the bench profile, or of the release profile that it inherits from, as a manifest has it.
fn lto_in(manifest: &str) -> Option<String> {
    let of = |profile: &str| {
        let header = format!("[profile.{profile}]");
        let section = manifest.lines().skip_while(|line| line.trim() != header).skip(1);
        let mut own = section.take_while(|line| !line.trim_start().starts_with('['));
        own.find_map(|line| {
            let (key, value) = line.split_once('=')?;
            let value = value.split('#').next()?.trim();
            (key.trim() == "lto").then(|| value.to_owned())
        })
    };
    of("bench").or_else(|| of("release"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bench_profile_goes_before_the_release_profile_it_inherits_from() {
        let release =
            "[package]\nlto = \"none of ours\"\n\n[profile.release]\nlto = \"thin\" # why\n";
        assert_eq!(lto_in(release).as_deref(), Some("\"thin\""));
        let both = format!("{release}\n[profile.bench]\ndebug = 1\nlto = true\n[workspace]\n");
        assert_eq!(lto_in(&both).as_deref(), Some("true"));
        assert_eq!(lto_in("[profile.bench]\ndebug = 1\n[other]\nlto = true\n"), None);
    }
}
