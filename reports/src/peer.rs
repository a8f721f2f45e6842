//! Peers: programs in other languages whose variants a run measured beside ours, or could not.

/// A program in another language that offers variants of our kernels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerInfo {
    /// Its name, such as `python`: the first part of its variants' names.
    pub name: String,
    /// Its language, as tables show it.
    pub language: String,
    /// What it is made of, with versions, in the order of names.
    pub versions: Vec<(String, String)>,
    /// Why its variants were not run, and what to do about it; none where they were.
    pub missing: Option<MissingPeer>,
}

/// Why a peer's variants were not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPeer {
    /// One clause.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}
