//! A run: everything one invocation measured, with the machine, the build and the conditions.

use crate::{CaseId, Environment, KernelInfo, Measurement, Outcome, PeerInfo, Record};

/// One invocation's kernels and records.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// When, where, with what.
    pub info: RunInfo,
    /// The kernels that were planned.
    pub kernels: Vec<KernelInfo>,
    /// What was measured.
    pub records: Vec<Record>,
}

impl Run {
    /// The record of this measurer for this case.
    pub fn record(&self, case: &CaseId, measurer: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.measurer == measurer && record.case == *case)
    }

    /// The measurement of this measurer for this case, where there is one.
    pub fn measurement(&self, case: &CaseId, measurer: &str) -> Option<&Measurement> {
        match &self.record(case, measurer)?.outcome {
            Outcome::Measured(measurement) => Some(measurement),
            _ => None,
        }
    }

    /// The kernel of this id.
    pub fn kernel(&self, id: &str) -> Option<&KernelInfo> {
        self.kernels.iter().find(|kernel| kernel.id == id)
    }
}

/// When, where and with what a run was made.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    /// When it began, UTC, RFC 3339.
    pub started: String,
    /// How long it took, in seconds.
    pub took_s: f64,
    /// What was asked for, such as `cargo bench -- --quick`.
    pub command: String,
    /// The seed of every input.
    pub seed: u64,
    /// What must be said of the whole run, such as what was left out of it, in sentences.
    pub notes: Vec<String>,
    /// The machine.
    pub machine: Machine,
    /// The build.
    pub build: Build,
    /// What the machine was doing meanwhile.
    pub conditions: Conditions,
    /// What surrounded the run, where it was looked at.
    pub environment: Option<Environment>,
    /// The peers that the suite names, whether they were run or not.
    pub peers: Vec<PeerInfo>,
}

/// The machine a run was made on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// Logical processors this process may use.
    pub cores: usize,
    /// Memory, in bytes.
    pub memory_bytes: u64,
    /// Data and unified caches, smallest first.
    pub caches: Vec<Cache>,
    /// Instruction-set extensions that matter to numeric code, such as `avx2`.
    pub features: Vec<String>,
    /// The operating system and its version.
    pub os: String,
    /// The hypervisor, where there is one.
    pub hypervisor: Option<String>,
    /// The kernel's clock source, such as `tsc`.
    pub clock_source: Option<String>,
}

impl Machine {
    /// Whether figures of the two may be compared: same processor, cores, memory and caches.
    pub fn is_comparable_with(&self, other: &Self) -> bool {
        // Guests of one kind report a few pages more or less; an eighth of a GiB tells them apart.
        let memory = self.memory_bytes.abs_diff(other.memory_bytes) < (1 << 27);
        self.cpu == other.cpu && self.cores == other.cores && memory && self.caches == other.caches
    }
}

/// One level of cache, as one core sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    /// 1, 2, 3 ….
    pub level: u8,
    /// Its size, in bytes.
    pub bytes: u64,
    /// How many logical processors share it.
    pub shared_by: usize,
}

/// The build that was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The compiler's version line.
    pub rustc: String,
    /// The target triple.
    pub target: String,
    /// The cargo profile's kind and optimisation level, such as `release, opt-level 3`.
    pub profile: String,
    /// Flags given to the compiler beside the profile's, empty where none.
    pub rustflags: String,
    /// Whether debug assertions are compiled in.
    pub debug_assertions: bool,
    /// The commit, with `+changes` where the work tree differs from it.
    pub commit: Option<String>,
    /// A checksum of `Cargo.lock`.
    pub lock: Option<String>,
    /// Instruction-set extensions that the compiler might use everywhere, such as `avx2`.
    pub target_features: Vec<String>,
    /// What the workspace's manifest asks for as `lto` of the bench or release profile; whether cargo
    /// did so, no program can tell.
    pub lto_asked: Option<String>,
}

impl Build {
    /// Whether the compiler was told to build for the very processor it ran on, so that the program
    /// may use instructions that another processor, or Valgrind, does not know.
    pub fn is_native(&self) -> bool {
        self.rustflags.contains("target-cpu=native")
    }
}

/// What the machine was doing during the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditions {
    /// Share of time the hypervisor gave to others, in per cent.
    pub steal_percent: Option<f64>,
    /// Load average over the last minute when the run began.
    pub load_before: Option<f64>,
    /// What one pair of clock readings costs, in nanoseconds.
    pub clock_cost_ns: f64,
    /// The smallest step the clock makes, in nanoseconds.
    pub clock_step_ns: f64,
}
