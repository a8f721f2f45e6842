//! Oracle files: inputs with the results that other programs gave for them.
//!
//! One file serves one kernel; `tests/reference/README.md` describes the format. Nothing here knows
//! a kernel: a file names the kernel it is for, values cross by name, and what JSON does not tell
//! (the width of a number) the kernel's own example does.

mod compare;
mod json;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use amdahl_reports::Role;

use crate::declare::Kernel;
use json::Case;

/// An oracle file that was read.
#[derive(Debug, Clone)]
pub struct OracleFile {
    kernel: String,
    cases: Vec<Case>,
}

/// What came of holding one variant to one case of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OracleResult {
    /// The kernel's id.
    pub kernel: String,
    /// The variant.
    pub variant: String,
    /// The threads of the pool it ran in.
    pub threads: usize,
    /// The name of the case in the file.
    pub case: String,
    /// What differed; none where the variant agrees.
    pub difference: Option<String>,
}

impl fmt::Display for OracleResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kernel, variant, threads, case, .. } = self;
        write!(f, "{kernel}/{variant}")?;
        if *threads > 1 {
            write!(f, "/t{threads}")?;
        }
        write!(f, ", {case}: ")?;
        match &self.difference {
            None => write!(f, "agrees"),
            Some(difference) => write!(f, "differs: {difference}"),
        }
    }
}

/// Why an oracle file could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OracleError {
    /// The folder or a file in it cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// There is nothing to hold the kernels to.
    #[error("there is no oracle file (`*.json`) in {}", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file has another format.
    #[error("{}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file is for a kernel that the suite does not have.
    #[error("{}: the suite has no kernel `{kernel}`", path.display())]
    UnknownKernel {
        /// The file.
        path: PathBuf,
        /// The kernel it names.
        kernel: String,
    },
}

/// A file that was read, or why it could not be used.
type Read = Result<OracleFile, OracleError>;

impl OracleFile {
    /// Reads every `*.json` of a folder, in the order of their names.
    ///
    /// # Errors
    /// Where the folder cannot be read or holds none; each file that cannot be used is an error of
    /// its own, so that one bad file does not hide the others.
    pub fn read_folder(folder: &Path) -> Result<Vec<(PathBuf, Read)>, OracleError> {
        let failed = |source| OracleError::Read { path: folder.to_owned(), source };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                paths.push(path);
            }
        }
        paths.sort();
        if paths.is_empty() {
            return Err(OracleError::Empty { path: folder.to_owned() });
        }
        Ok(paths.into_iter().map(|path| (path.clone(), Self::read(&path))).collect())
    }

    /// Reads one file.
    ///
    /// # Errors
    /// Where it cannot be read or has another format.
    pub fn read(path: &Path) -> Result<Self, OracleError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| OracleError::Read { path: path.to_owned(), source })?;
        let (kernel, cases) = json::parse(&text)
            .map_err(|reason| OracleError::Format { path: path.to_owned(), reason })?;
        Ok(Self { kernel, cases })
    }

    /// The id of the kernel it is for.
    pub fn kernel(&self) -> &str {
        &self.kernel
    }
}

impl Kernel {
    /// Holds every variant to every case of a file, parallel ones in pools of one and of two
    /// threads. A variant that panics differs.
    pub fn check_against(&self, file: &OracleFile) -> Vec<OracleResult> {
        let whole = |difference: String| OracleResult {
            kernel: self.id().to_owned(),
            variant: String::new(),
            threads: 1,
            case: String::new(),
            difference: Some(difference),
        };
        let (info, example) = match (self.info(), self.example()) {
            (Ok(info), Ok(example)) => (info, example),
            (Err(error), _) => return vec![whole(error.to_string())],
            (_, Err(error)) => return vec![whole(error.to_string())],
        };
        let mut results = Vec::new();
        for case in &file.cases {
            let input = case.input(&example);
            for variant in &info.variants {
                let threads: &[usize] = if variant.role == Role::Parallel { &[1, 2] } else { &[1] };
                for &threads in threads {
                    let outcome = input.clone().and_then(|input| {
                        let run = || self.evaluate(&variant.name, input, threads);
                        let got = catch_unwind(AssertUnwindSafe(run)).map_err(|_| "it panicked")?;
                        case.compare(&got.map_err(|failure| failure.to_string())?)
                    });
                    results.push(OracleResult {
                        kernel: info.id.clone(),
                        variant: variant.name.clone(),
                        threads,
                        case: case.name.clone(),
                        difference: outcome.err(),
                    });
                }
            }
        }
        results
    }
}
