//! The layout of `target/amdahl`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use amdahl_reports::{Artifact, Run, wire};

use super::atomic;
use super::lock::Lock;

pub(super) const RECORDS: &str = "records.jsonl";
const UNFINISHED: &str = "unfinished-";

/// What can go wrong with stored results.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// There is nothing to read yet.
    #[error("there is no run in {}: make one with `cargo bench` or `cargo amdahl measure`", folder.display())]
    NoRuns { folder: PathBuf },
    /// No such run or baseline.
    #[error("there is no baseline and no records file `{name}`{known}")]
    Unknown { name: String, known: String },
    /// The records cannot be read.
    #[error("{}: {source}", path.display())]
    Wire { path: PathBuf, source: Box<wire::WireError> },
}

/// The results under one target folder.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    root: PathBuf,
}

impl Store {
    /// The results of the target folder that the running program was built in, or of
    /// `CARGO_TARGET_DIR` where that is set.
    pub(crate) fn of_this_program(target_variable: Option<PathBuf>) -> Self {
        let target = target_variable.or_else(|| {
            let program = std::env::current_exe().ok()?;
            let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
            program.ancestors().find(marked).map(Path::to_owned)
        });
        Self { root: target.unwrap_or_else(|| PathBuf::from("target")).join("amdahl") }
    }

    /// Where the report is.
    pub(crate) fn report(&self) -> PathBuf {
        self.root.join("report")
    }

    /// Where peers are installed.
    pub(crate) fn peers(&self) -> PathBuf {
        self.root.join("peers")
    }

    /// Where gates keep the base's work tree, and their last result.
    pub(crate) fn gate(&self) -> PathBuf {
        self.root.join("gate")
    }

    /// A folder for what a gate needs while it runs; it is removed when dropped. What killed gates left
    /// is removed first, so the lock must be held.
    pub(crate) fn begin_gate(&self) -> Result<tempfile::TempDir, StoreError> {
        let folder = self.gate();
        for left in entries(&folder)? {
            if file_name(&left).starts_with(UNFINISHED) {
                fs::remove_dir_all(&left).map_err(|source| at(&left, source))?;
            }
        }
        fs::create_dir_all(&folder).map_err(|source| at(&folder, source))?;
        let scratch = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(&folder);
        scratch.map_err(|source| at(&folder, source))
    }

    /// Where the gate's test of itself keeps its suites.
    pub(crate) fn gate_self_test(&self) -> PathBuf {
        self.root.join("gate-self-test")
    }

    /// The last gate's result file.
    pub(crate) fn gate_result(&self) -> PathBuf {
        self.gate().join("result.json")
    }

    /// Takes the lock, waiting for another run if there is one, and removes what killed runs left.
    pub(crate) fn lock(&self, on_wait: impl FnOnce()) -> Result<Lock, StoreError> {
        let lock = Lock::take(&self.root, on_wait).map_err(|source| at(&self.root, source))?;
        for left in entries(&self.runs())? {
            if file_name(&left).starts_with(UNFINISHED) {
                fs::remove_dir_all(&left).map_err(|source| at(&left, source))?;
            }
        }
        Ok(lock)
    }

    /// A folder for a run that begins at this UTC time.
    pub(crate) fn begin_run(&self, started: &str) -> Result<PathBuf, StoreError> {
        let name = started.replace([':', '-'], "");
        let folder = self.runs().join(format!("{UNFINISHED}{name}"));
        fs::create_dir_all(&folder).map_err(|source| at(&folder, source))?;
        Ok(folder)
    }

    /// Writes the records of a run into its folder and gives the folder its final name.
    pub(crate) fn finish_run(&self, folder: &Path, run: &Run) -> Result<PathBuf, StoreError> {
        let records = folder.join(RECORDS);
        atomic::write(&records, wire::encode(run).as_bytes())
            .map_err(|source| at(&records, source))?;
        let name = file_name(folder);
        let last = self.runs().join(name.trim_start_matches(UNFINISHED));
        atomic::replace_folder(folder, &last).map_err(|source| at(&last, source))?;
        Ok(last)
    }

    /// Keeps a run under a name to compare with.
    pub(crate) fn save_baseline(&self, name: &str, run: &Run) -> Result<(), StoreError> {
        let path = self.baseline(name);
        atomic::write(&path, wire::encode(run).as_bytes()).map_err(|source| at(&path, source))
    }

    /// The latest run's folder.
    pub(crate) fn latest(&self) -> Result<PathBuf, StoreError> {
        let finished = |path: &PathBuf| path.join(RECORDS).exists();
        let named = |path: &PathBuf| !file_name(path).starts_with(UNFINISHED);
        entries(&self.runs())?
            .into_iter()
            .filter(|path| named(path) && finished(path))
            .max()
            .ok_or_else(|| StoreError::NoRuns { folder: self.runs() })
    }

    /// Reads a run by what a user may call it: a baseline's name, a records file, or its folder.
    pub(crate) fn open(&self, name: &str) -> Result<(PathBuf, Run), StoreError> {
        let given = PathBuf::from(name);
        let candidates =
            [self.baseline(name), given.join(RECORDS), self.runs().join(name).join(RECORDS), given];
        match candidates.into_iter().find(|path| path.is_file()) {
            Some(path) => {
                let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
                Ok((folder, read(&path)?))
            }
            None => {
                Err(StoreError::Unknown { name: name.to_owned(), known: self.known_baselines() })
            }
        }
    }

    /// Reads the run in this folder.
    pub(crate) fn read(folder: &Path) -> Result<Run, StoreError> {
        read(&folder.join(RECORDS))
    }

    /// Replaces the report by these files, with the profiles and records of the run's folder.
    pub(crate) fn publish(&self, files: &[Artifact], run: &Path) -> Result<PathBuf, StoreError> {
        let fresh = self.root.join("report.new");
        if fresh.exists() {
            fs::remove_dir_all(&fresh).map_err(|source| at(&fresh, source))?;
        }
        copy_folder(run, &fresh)?;
        for file in files {
            let path = fresh.join(&file.path);
            atomic::write(&path, file.contents.as_bytes()).map_err(|source| at(&path, source))?;
        }
        let report = self.report();
        atomic::replace_folder(&fresh, &report).map_err(|source| at(&report, source))?;
        Ok(report)
    }

    /// The history, where no other file is named.
    pub(crate) fn history(&self) -> PathBuf {
        self.root.join("history.jsonl")
    }

    /// Where the anchor of a history is built.
    pub(crate) fn anchor(&self) -> PathBuf {
        self.root.join("anchor")
    }

    /// Replaces the page of the history by these files; gives its folder.
    pub(crate) fn publish_history(&self, files: &[Artifact]) -> Result<PathBuf, StoreError> {
        let (fresh, folder) = (self.root.join("history.new"), self.root.join("history"));
        if fresh.exists() {
            fs::remove_dir_all(&fresh).map_err(|source| at(&fresh, source))?;
        }
        fs::create_dir_all(&fresh).map_err(|source| at(&fresh, source))?;
        for file in files {
            let path = fresh.join(&file.path);
            // The folder as a whole is put in its place; its files need no care of their own.
            fs::write(&path, &file.contents).map_err(|source| at(&path, source))?;
        }
        atomic::replace_folder(&fresh, &folder).map_err(|source| at(&folder, source))?;
        Ok(folder)
    }

    /// Where surveys of machines are.
    pub(super) fn ceilings(&self) -> PathBuf {
        self.root.join("ceilings")
    }

    fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }

    fn baseline(&self, name: &str) -> PathBuf {
        self.root.join("baselines").join(format!("{name}.jsonl"))
    }

    fn known_baselines(&self) -> String {
        let paths = entries(&self.root.join("baselines")).unwrap_or_default();
        let names: Vec<String> = paths
            .iter()
            .map(|path| file_name(path).trim_end_matches(".jsonl").to_owned())
            .collect();
        if names.is_empty() {
            ": there are no baselines yet, save one with `cargo bench -- --save-baseline NAME`"
                .into()
        } else {
            format!(": the baselines are {}", names.join(", "))
        }
    }
}

pub(super) fn at(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { path: path.to_owned(), source }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The entries of a folder; none where it does not exist.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    match fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(|source| at(folder, source)))
            .collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(at(folder, source)),
    }
}

fn read(path: &Path) -> Result<Run, StoreError> {
    let bytes = fs::read(path).map_err(|source| at(path, source))?;
    wire::decode(&bytes)
        .map_err(|source| StoreError::Wire { path: path.to_owned(), source: Box::new(source) })
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(to).map_err(|source| at(to, source))?;
    for entry in entries(from)? {
        let target = to.join(file_name(&entry));
        if entry.is_dir() {
            copy_folder(&entry, &target)?;
        } else {
            fs::copy(&entry, &target).map_err(|source| at(&target, source))?;
        }
    }
    Ok(())
}
