//! The build that is measured: what the compiler was told, and which commit it came from.

use std::path::Path;
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
        lock: lock(),
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

/// The checksum of the nearest `Cargo.lock` at or above the working directory.
fn lock() -> Option<String> {
    let here = std::env::current_dir().ok()?;
    let bytes =
        here.ancestors().find_map(|folder: &Path| std::fs::read(folder.join("Cargo.lock")).ok())?;
    Some(format!("{:08x}", crc32fast::hash(&bytes)))
}
