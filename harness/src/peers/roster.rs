//! The peers of a suite: found, started once to hear what they offer, and joined to its kernels.

use std::path::Path;
use std::time::Duration;

use amdahl_reports::{Absent, Failure, KernelInfo, MissingPeer, PeerInfo, VariantInfo};

use super::Peer;
use super::manifest::MANIFEST;
use crate::driver::{Greeting, Launcher};
use crate::protocol::Purpose;

/// The peers of a suite.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    /// Those with a manifest that can be read, by name.
    pub(crate) peers: Vec<Peer>,
    /// What is wrong with the others.
    pub(crate) errors: Vec<(String, String)>,
}

/// The peers of a run, each heard once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Started {
    /// What the run's head says of each.
    pub(crate) infos: Vec<PeerInfo>,
    /// How those that answered are started.
    launchers: Vec<(String, Launcher)>,
    /// What they offer.
    offers: Vec<(String, String, Vec<KernelInfo>)>,
}

impl Peers {
    /// The peers whose folders lie in this one; none where there is no such folder.
    pub(crate) fn find(folder: &Path, installations: &Path) -> Self {
        let mut found = Self::default();
        let Ok(entries) = std::fs::read_dir(folder) else { return found };
        let mut folders: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        for folder in folders.iter().filter(|folder| folder.join(MANIFEST).exists()) {
            match Peer::of(folder, installations) {
                Ok(peer) => found.peers.push(peer),
                Err(error) => {
                    let name = folder.file_name().unwrap_or_default().to_string_lossy();
                    found.errors.push((name.into_owned(), error.to_string()));
                }
            }
        }
        found
    }

    /// Starts those that are installed, to hear what they offer.
    pub(crate) fn start(&self, patience: Duration) -> Started {
        let mut started = Started::default();
        for (name, error) in &self.errors {
            started.miss(name, "?", error, "mend its peer.toml");
        }
        for peer in &self.peers {
            let (name, language) = (&peer.name, &peer.manifest.language);
            if let Some((reason, remedy)) = peer.hindrance() {
                started.miss(name, language, &reason, &remedy);
                continue;
            }
            let launcher = peer.launcher(patience);
            match greet(&launcher) {
                Ok(greeting) => {
                    started.infos.push(PeerInfo {
                        name: name.clone(),
                        language: language.clone(),
                        versions: greeting.versions,
                        missing: None,
                    });
                    started.launchers.push((name.clone(), launcher));
                    started.offers.push((name.clone(), language.clone(), greeting.kernels));
                }
                Err(failure) => {
                    let reason = format!("{}: {}", failure.kind.label(), failure.reason);
                    let remedy = format!("see what it says; `cargo amdahl peers install {name}`");
                    started.miss(name, language, &reason, &remedy);
                }
            }
        }
        started
    }

    /// The peer of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.name == name)
    }
}

fn greet(launcher: &Launcher) -> Result<Greeting, Failure> {
    launcher.launch(Purpose::Time, 1)?.greeting()
}

impl Started {
    fn miss(&mut self, name: &str, language: &str, reason: &str, remedy: &str) {
        self.infos.push(PeerInfo {
            name: name.to_owned(),
            language: language.to_owned(),
            versions: Vec::new(),
            missing: Some(MissingPeer { reason: reason.to_owned(), remedy: remedy.to_owned() }),
        });
    }

    /// The kernels with the peers' variants after their own.
    pub(crate) fn join(&self, kernels: &mut [KernelInfo]) {
        for (name, language, offered) in &self.offers {
            for offer in offered {
                let Some(kernel) = kernels.iter_mut().find(|kernel| kernel.id == offer.id) else {
                    continue;
                };
                kernel.variants.extend(offer.variants.iter().map(|variant| VariantInfo {
                    name: format!("{name}.{}", variant.name),
                    language: Some(language.clone()),
                    ..variant.clone()
                }));
                kernel.absent.extend(offer.absent.iter().map(|absent| Absent {
                    variant: format!("{} ({language})", absent.variant),
                    reason: absent.reason.clone(),
                }));
            }
        }
    }

    /// How the peer of a case's variant is started, and what the peer itself calls the variant.
    pub(crate) fn launcher_of<'n>(&self, variant: &'n str) -> Option<(&Launcher, &'n str)> {
        let (peer, own) = variant.split_once('.')?;
        let (_, launcher) = self.launchers.iter().find(|(name, _)| name == peer)?;
        Some((launcher, own))
    }
}
