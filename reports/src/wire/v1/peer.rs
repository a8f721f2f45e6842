//! Peers in the header: see [`crate::PeerInfo`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate as core;

/// See [`crate::PeerInfo`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerInfo {
    /// Its name.
    pub name: String,
    /// As tables show it.
    pub language: String,
    /// By what they are of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<String, String>,
    /// Where it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingPeer>,
}

/// See [`crate::MissingPeer`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingPeer {
    /// Why.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

impl From<&core::PeerInfo> for PeerInfo {
    fn from(value: &core::PeerInfo) -> Self {
        let missing = value.missing.as_ref().map(|missing| MissingPeer {
            reason: missing.reason.clone(),
            remedy: missing.remedy.clone(),
        });
        Self {
            name: value.name.clone(),
            language: value.language.clone(),
            versions: value.versions.iter().cloned().collect(),
            missing,
        }
    }
}

impl From<PeerInfo> for core::PeerInfo {
    fn from(value: PeerInfo) -> Self {
        let missing = value
            .missing
            .map(|missing| core::MissingPeer { reason: missing.reason, remedy: missing.remedy });
        Self {
            name: value.name,
            language: value.language,
            versions: value.versions.into_iter().collect(),
            missing,
        }
    }
}
