//! CPU profiles of the timed work: pprof for functions, flame graph and protobuf; a sampler of our
//! own for source lines, since pprof merges samples by function.
//!
//! Both are signal-driven and take turns. Stacks are cut at the frame below which the timed work
//! begins; samples of the case's thread outside that frame are not counted.

mod frames;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod lines;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[path = "no_lines.rs"]
mod lines;
mod stacks;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod symbols;

use std::path::Path;

use amdahl_reports::{Detail, Measurement, Profile};
use serde::{Deserialize, Serialize};

/// Which of the two samplers runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sampler {
    /// pprof: whole stacks.
    Stacks,
    /// Our own: instruction pointers, resolved to source lines.
    Lines,
}

/// Why a profile could not be taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProfileError {
    #[error("pprof: {0}")]
    Pprof(#[from] pprof::Error),
    #[error("the profile's files: {0}")]
    Io(#[from] std::io::Error),
    #[error("the flame graph: {0}")]
    FlameGraph(String),
    #[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
    #[error("source lines are sampled on Linux, x86-64 and aarch64, only")]
    NoLines,
}

/// A sampler that is running.
pub(crate) enum Sampling {
    Stacks(stacks::Sampling),
    Lines(lines::Sampling),
}

impl Sampling {
    /// Starts taking `hertz` samples a second of CPU time.
    pub(crate) fn start(sampler: Sampler, hertz: u32) -> Result<Self, ProfileError> {
        Ok(match sampler {
            Sampler::Stacks => Self::Stacks(stacks::Sampling::start(hertz)?),
            Sampler::Lines => Self::Lines(lines::Sampling::start(hertz)?),
        })
    }

    /// Stops, writes what files there are into `directory`, and gives the part of the profile this
    /// sampler knows; paths in it are file names.
    pub(crate) fn finish(self, directory: &Path) -> Result<Measurement, ProfileError> {
        let profile: Profile = match self {
            Self::Stacks(sampling) => sampling.finish(directory)?,
            Self::Lines(sampling) => sampling.finish(),
        };
        Ok(Measurement { detail: Detail::Profile(profile), ..Measurement::default() })
    }
}
