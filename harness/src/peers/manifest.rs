//! A peer's manifest, `peer.toml`: its language, how it starts, how it is installed, what it offers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The manifest's name within a peer's folder.
pub(super) const MANIFEST: &str = "peer.toml";

/// What a peer says of itself before it is started.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// As tables show it.
    pub(crate) language: String,
    /// The version of the worker protocol it speaks.
    pub(crate) protocol: u32,
    /// The command that starts it in its folder.
    pub(crate) start: Vec<String>,
    /// The commands that install it, run in its folder one after the other; none where it needs no
    /// installation.
    #[serde(default)]
    pub(crate) install: Vec<Vec<String>>,
    /// The file that says that it is installed.
    #[serde(default = "installed")]
    pub(crate) installed: String,
    /// Files beside the manifest whose change makes an installation out of date.
    #[serde(default)]
    pub(crate) depends: Vec<PathBuf>,
    /// The variants it offers, by kernel.
    #[serde(default)]
    pub(crate) variants: BTreeMap<String, Vec<String>>,
}

fn installed() -> String {
    "{venv}/.installed".to_owned()
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// It is no manifest.
    #[error("{}: {}", path.display(), source.message())]
    Parse { path: PathBuf, source: Box<toml::de::Error> },
    /// A command without a program.
    #[error("{}: `{field}` names no program: give a list such as [\"python3\", \"runner.py\"]", path.display())]
    NoProgram { path: PathBuf, field: &'static str },
}

impl Manifest {
    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// Where it cannot be read, has an unknown or a missing field, or a command without a program.
    pub(super) fn read(folder: &Path) -> Result<Self, ManifestError> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path)
            .map_err(|source| ManifestError::Read { path: path.clone(), source })?;
        let manifest: Self = toml::from_str(&text).map_err(|source| ManifestError::Parse {
            path: path.clone(),
            source: Box::new(source),
        })?;
        let is_empty = |command: &Vec<String>| command.first().is_none_or(String::is_empty);
        if is_empty(&manifest.start) {
            return Err(ManifestError::NoProgram { path, field: "start" });
        }
        if manifest.install.iter().any(is_empty) {
            return Err(ManifestError::NoProgram { path, field: "install" });
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Manifest, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join(MANIFEST), text).expect("a manifest");
        Manifest::read(folder.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_manifest_of_the_least_fields_needs_no_installation() {
        let manifest = read("language = \"C\"\nprotocol = 3\nstart = [\"./peer\"]\n").expect("one");
        assert_eq!(manifest.language, "C");
        assert!(manifest.install.is_empty() && manifest.variants.is_empty());
        assert_eq!(manifest.installed, "{venv}/.installed");
    }

    #[test]
    fn what_is_wrong_with_a_manifest_is_said_with_its_file() {
        for (text, said) in [
            ("protocol = 3\nstart = [\"x\"]\n", "missing field `language`"),
            ("language = \"C\"\nprotocol = 3\nstart = []\n", "`start` names no program"),
            (
                "language = \"C\"\nprotocol = 3\nstart = [\"x\"]\ninstall = [[]]\n",
                "`install` names no program",
            ),
            (
                "language = \"C\"\nprotocol = 3\nstart = [\"x\"]\ncolour = 1\n",
                "unknown field `colour`",
            ),
            ("language = ", "peer.toml"),
        ] {
            let error = read(text).expect_err("no manifest");
            assert!(error.contains(said) && error.contains(MANIFEST), "{error}");
        }
        let none = Manifest::read(Path::new("no/such/folder")).expect_err("no file").to_string();
        assert!(none.contains("no/such/folder"), "{none}");
    }
}
