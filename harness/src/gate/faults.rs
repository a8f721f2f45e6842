//! What keeps a gate from being run at all, with what to do about it.
//!
//! What goes wrong with a single case is no such thing: it is a row of the result.

use std::io;
use std::path::PathBuf;

use amdahl_reports::gate::Which;

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GateError {
    /// Somebody asked it to end.
    #[error("interrupted: there is no verdict")]
    Interrupted,
    /// A program that does not answer as workers do.
    #[error(
        "the {} {} does not answer as a worker of this version of amdahl: {reason}. Where the two \
         sides use different versions of amdahl they cannot be compared: take the newer one into \
         the base first, or compare later", side.word(), program.display()
    )]
    Stranger { side: Which, program: PathBuf, reason: String },
    /// Nothing to compare.
    #[error("the two sides have no case in common{hint}")]
    NothingInCommon { hint: String },
    /// No such revision.
    #[error("there is no revision `{revision}`{advice}")]
    UnknownRevision { revision: String, advice: String },
    /// A side that does not build.
    #[error("the {} ({name}) does not build: {reason}", side.word())]
    DoesNotBuild { side: Which, name: String, reason: String },
    /// Git itself failed.
    #[error("git {arguments}: {reason}")]
    Git { arguments: String, reason: String },
    /// The process that was to keep a processor busy did not.
    #[error("the busy neighbour failed, so this suite counts for nothing: {reason}")]
    Neighbour { reason: String },
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// The interrupt could not be watched.
    #[error("cannot watch for an interrupt: {0}")]
    Signals(io::Error),
}
