//! A git repository with a bench target that needs no dependency and builds in seconds: the stub worker.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::common::Sandbox;

const MANIFEST: &str = "[package]\nname = \"stub\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                        [lib]\nbench = false\n\n[[bench]]\nname = \"stub_worker\"\nharness = false\n\n\
                        [workspace]\n";

/// The source of the stub worker.
pub const STUB: &str = include_str!("../../examples/stub_worker.rs");

/// Runs git in a folder.
pub fn git(folder: &Path, words: &[&str]) {
    let own = ["-c", "user.name=A Test", "-c", "user.email=test@example.org"];
    let status = Command::new("git").args(own).args(words).current_dir(folder).status();
    assert!(status.expect("git runs").success(), "git {words:?}");
}

/// Writes a file, with its folders.
pub fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

/// A sandbox whose folder `project` is a repository: its commits have these bench targets, each tagged
/// by its index (`v0`, `v1`, …).
pub fn repository(benches: &[&str]) -> Sandbox {
    let sandbox = Sandbox::of("gated");
    let folder = sandbox.target().join("project");
    write(&folder, "Cargo.toml", MANIFEST);
    write(&folder, "src/lib.rs", "");
    write(&folder, ".gitignore", "/target\n/Cargo.lock\n");
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    for (at, bench) in benches.iter().enumerate() {
        write(&folder, "benches/stub_worker.rs", bench);
        git(&folder, &["add", "."]);
        git(&folder, &["commit", "--quiet", "--allow-empty", "--message", "change"]);
        git(&folder, &["tag", &format!("v{at}")]);
    }
    sandbox
}
