//! What the whole-program tests share: the example suites as programs, and a folder to run them in.

#![allow(dead_code, reason = "each test file uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The built example of this name; `cargo test` builds examples beside the tests.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile = test.ancestors().nth(2).expect("tests lie in target/<profile>/deps");
    let program = profile.join("examples").join(name);
    assert!(program.exists(), "{} is missing: run `cargo build --examples`", program.display());
    program
}

/// A target folder of its own, so that tests disturb neither each other nor a real run.
pub struct Sandbox {
    folder: TempDir,
    program: PathBuf,
}

impl Sandbox {
    /// A sandbox for an example suite.
    pub fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder, program: example(name) }
    }

    /// The example as a bench target under `cargo bench -- …`.
    pub fn bench(&self, words: &str) -> Output {
        self.run(self.command().arg("--bench").args(words.split_whitespace()))
    }

    /// The example as a bench target under `cargo test --benches -- …`.
    pub fn test(&self, words: &str) -> Output {
        self.run(self.command().args(words.split_whitespace()))
    }

    /// The example as `cargo amdahl …`.
    pub fn amdahl(&self, words: &str) -> Output {
        self.run(self.command().env("AMDAHL_CLI", "1").args(words.split_whitespace()))
    }

    /// The program, with a short budget and its output here.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", self.folder.path())
            .env("AMDAHL_BUDGET", "4s")
            .env("AMDAHL_TIMEOUT", "2s")
            .env_remove("AMDAHL_CLI")
            .env_remove("AMDAHL_WORKER");
        command
    }

    /// Runs a command to its end.
    #[allow(clippy::unused_self, reason = "reads as what it is: run in this sandbox")]
    pub fn run(&self, command: &mut Command) -> Output {
        command.output().expect("the program starts")
    }

    /// The report's pages, one after the other, the first one first.
    pub fn report(&self) -> String {
        let folder = self.amdahl_folder().join("report/kernels");
        let mut pages: Vec<PathBuf> = std::fs::read_dir(&folder)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        pages.sort();
        let first = self.read("report/README.md");
        let read = |page: &PathBuf| std::fs::read_to_string(page).expect("a page is text");
        std::iter::once(first).chain(pages.iter().map(read)).collect()
    }

    /// A file under `target/amdahl`.
    pub fn read(&self, path: &str) -> String {
        let path = self.amdahl_folder().join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// `target/amdahl`.
    pub fn amdahl_folder(&self) -> PathBuf {
        self.folder.path().join("amdahl")
    }

    /// The target folder.
    pub fn target(&self) -> &Path {
        self.folder.path()
    }
}

/// What a program said on stdout.
pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a program said on stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Asserts an exit code, showing what was said.
#[track_caller]
pub fn assert_code(output: &Output, code: i32) {
    assert_eq!(
        output.status.code(),
        Some(code),
        "\nstdout:\n{}\nstderr:\n{}",
        stdout(output),
        stderr(output)
    );
}
