//! Peers: programs in other languages that answer the worker protocol for our kernels.
//!
//! Each lives in a folder of its own with a manifest, and is installed under `target/amdahl/peers`.
//! What one of them gets wrong costs its own rows and nothing else.

mod install;
mod manifest;
mod roster;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::driver::Launcher;
use crate::protocol::VERSION;
use crate::store::write_whole;

pub(crate) use install::install;
pub(crate) use manifest::{Manifest, ManifestError};
pub(crate) use roster::{Peers, Started};

/// A peer as its folder tells.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// Its folder's name, the first part of its variants' names.
    pub(crate) name: String,
    /// Its manifest.
    pub(crate) manifest: Manifest,
    /// The folder of the manifest.
    folder: PathBuf,
    /// The folder that its installation makes.
    venv: PathBuf,
}

/// Whether a peer can be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It can.
    Installed,
    /// It was installed, and its manifest or a file it depends on has changed since.
    OutOfDate,
    /// It was never installed.
    NotInstalled,
    /// Its manifest says that it speaks another version of the protocol.
    OtherProtocol,
}

impl State {
    /// The words for it in a list.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::OutOfDate => "out of date",
            Self::NotInstalled => "not installed",
            Self::OtherProtocol => "of another protocol",
        }
    }
}

impl Peer {
    /// The peer of a folder; what it installs goes into a folder of its name in `installations`.
    fn of(folder: &Path, installations: &Path) -> Result<Self, ManifestError> {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let venv = std::path::absolute(installations.join(&name))
            .unwrap_or_else(|_| installations.join(&name));
        Ok(Self { manifest: Manifest::read(&folder)?, venv, folder, name })
    }

    /// A word of the manifest with its places filled in.
    fn expand(&self, word: &str) -> String {
        word.replace("{venv}", &self.venv.display().to_string())
            .replace("{here}", &self.folder.display().to_string())
    }

    /// Whether it can be started.
    pub(crate) fn state(&self) -> State {
        if self.manifest.protocol != VERSION {
            return State::OtherProtocol;
        }
        if self.manifest.install.is_empty() {
            return State::Installed;
        }
        match std::fs::read_to_string(self.mark()) {
            Ok(mark) if mark.trim() == self.checksum() => State::Installed,
            Ok(_) => State::OutOfDate,
            Err(_) => State::NotInstalled,
        }
    }

    /// Why it cannot be started, and what to do about it.
    pub(crate) fn hindrance(&self) -> Option<(String, String)> {
        let install = format!("`cargo amdahl peers install {}`", self.name);
        match self.state() {
            State::Installed => None,
            State::NotInstalled => Some(("it is not installed".to_owned(), install)),
            State::OutOfDate => {
                let reason =
                    "its manifest or a file it depends on has changed since it was installed";
                Some((reason.to_owned(), install))
            }
            State::OtherProtocol => Some((
                format!("it speaks protocol {}, this program {VERSION}", self.manifest.protocol),
                "have it answer docs/protocol.md as it is here, and say so in its peer.toml"
                    .to_owned(),
            )),
        }
    }

    /// How it is started.
    pub(crate) fn launcher(&self, patience: Duration) -> Launcher {
        let mut words = self.manifest.start.iter().map(|word| self.expand(word));
        let program = words.next().unwrap_or_default();
        // A path is taken from the manifest's folder; a mere name is looked up as a shell does.
        let program =
            if program.contains('/') { self.folder.join(program) } else { program.into() };
        Launcher {
            arguments: words.map(Into::into).collect(),
            folder: Some(self.folder.clone()),
            ..Launcher::of(program, patience)
        }
    }

    /// The file that says that it is installed.
    fn mark(&self) -> PathBuf {
        self.folder.join(self.expand(&self.manifest.installed))
    }

    /// Writes that it is installed as it is now.
    fn set_mark(&self) -> std::io::Result<()> {
        write_whole(&self.mark(), self.checksum().as_bytes())
    }

    /// A checksum over the manifest and the files it depends on; a missing file counts as empty.
    fn checksum(&self) -> String {
        let mut sum = crc32fast::Hasher::new();
        let own = PathBuf::from(manifest::MANIFEST);
        for path in std::iter::once(&own).chain(&self.manifest.depends) {
            let bytes = std::fs::read(self.folder.join(path)).unwrap_or_default();
            sum.update(&bytes.len().to_le_bytes());
            sum.update(&bytes);
        }
        format!("{:08x}", sum.finalize())
    }
}
