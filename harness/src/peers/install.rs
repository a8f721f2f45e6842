//! Installing a peer: the commands of its manifest, one after the other, then the mark that says so.

use std::process::Command;

use super::Peer;

/// Why a peer could not be installed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstallError {
    /// A command could not be run.
    #[error("cannot run `{command}`: {source}; is it installed and on the PATH?")]
    Start { command: String, source: std::io::Error },
    /// A command failed.
    #[error(
        "`{command}` ended with {status}: mend what it says above, then run `cargo amdahl peers install \
         {peer}` again; what is there is used again"
    )]
    Failed { command: String, status: String, peer: String },
    /// The mark could not be written.
    #[error("cannot say that it is installed: {source}")]
    Mark { source: std::io::Error },
}

/// Installs a peer, with the output of its commands shown; `before` is told each command.
///
/// # Errors
/// Where a command cannot be run or fails; nothing then says that the peer is installed.
pub(crate) fn install(peer: &Peer, mut before: impl FnMut(&str)) -> Result<(), InstallError> {
    let _ = std::fs::remove_file(peer.mark());
    for words in &peer.manifest.install {
        let words: Vec<String> = words.iter().map(|word| peer.expand(word)).collect();
        let command = words.join(" ");
        before(&command);
        let Some((program, arguments)) = words.split_first() else { continue };
        let status = Command::new(program)
            .args(arguments)
            .current_dir(&peer.folder)
            .status()
            .map_err(|source| InstallError::Start { command: command.clone(), source })?;
        if !status.success() {
            let (status, peer) = (status.to_string(), peer.name.clone());
            return Err(InstallError::Failed { command, status, peer });
        }
    }
    peer.set_mark().map_err(|source| InstallError::Mark { source })
}
