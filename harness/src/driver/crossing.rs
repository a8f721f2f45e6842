//! What crosses between a peer and a worker of ours: an input one way, results the other.

use std::path::Path;
use std::time::Duration;

use amdahl_reports::{Agreement, Failure, FailureKind};

use super::live::{LiveCase, unexpected};
use crate::input::InputFile;
use crate::plan::nanoseconds;
use crate::protocol::{Reply, Request};

/// What one iteration of a peer gave.
#[derive(Debug)]
pub(crate) struct PeerResult {
    /// What the iteration took, in nanoseconds.
    pub(crate) elapsed_ns: u64,
    /// The files of its result.
    output: Vec<InputFile>,
    /// The computation's own error, in place of a result.
    error: Option<String>,
}

impl LiveCase {
    /// Has the input of the case written into a folder.
    pub(crate) fn export(&mut self, directory: &Path) -> Result<Vec<InputFile>, Failure> {
        let request = Request::Export { directory: directory.to_owned() };
        match self.worker().ask(&request, Duration::ZERO)? {
            Reply::Exported { input } => Ok(input.into_iter().map(Into::into).collect()),
            other => Err(unexpected("export", &other)),
        }
    }

    /// Runs one iteration, whose result is written into a folder: of a peer's case.
    pub(crate) fn result(&mut self, directory: &Path) -> Result<PeerResult, Failure> {
        let request = Request::Result { directory: directory.to_owned() };
        let expected = nanoseconds(self.estimate_ns * 20.0);
        match self.worker().ask(&request, expected)? {
            Reply::Result { elapsed_ns, output, error } => {
                let output = output.into_iter().map(Into::into).collect();
                Ok(PeerResult { elapsed_ns, output, error })
            }
            other => Err(unexpected("result", &other)),
        }
    }

    /// Has the worker keep no free memory from here on: nothing is timed after this. A peer that does
    /// not know how is measured as it is.
    pub(crate) fn trim(&mut self) -> Result<(), Failure> {
        match self.worker().ask(&Request::Trim {}, Duration::ZERO) {
            Ok(Reply::Trimmed {}) => Ok(()),
            Ok(other) => Err(unexpected("trim", &other)),
            Err(failure) if failure.kind == FailureKind::Broken => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Holds what a peer gave to the case's own result.
    pub(crate) fn hold(&mut self, result: PeerResult) -> Result<Agreement, Failure> {
        let output = result.output.into_iter().map(Into::into).collect();
        let request = Request::Hold { output, error: result.error };
        match self.worker().ask(&request, Duration::ZERO)? {
            Reply::Held { agreement } => Ok(Agreement::from(agreement)),
            other => Err(unexpected("hold", &other)),
        }
    }
}
