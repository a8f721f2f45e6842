//! The worker protocol: JSON lines over a worker's stdin and stdout, one reply to each request.
//!
//! `docs/protocol.md` describes it for programs in other languages. The messages are apart from the
//! types the harness works with, so that either can change without the other.

use std::collections::BTreeMap;
use std::path::PathBuf;

use amdahl_reports::wire::v1;
use serde::{Deserialize, Serialize};

use crate::input::InputFile;
use crate::measure::cpu::Sampler;

/// The version both sides must speak.
pub(crate) const VERSION: u32 = 3;

/// The environment variable that makes a bench binary a worker; its value is a [`Purpose`].
pub(crate) const WORKER_VARIABLE: &str = "AMDAHL_WORKER";

/// What a worker process is for: heap is counted in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Timing, stages, CPU profiles.
    Time,
    /// Heap.
    Heap,
}

impl Purpose {
    /// The value of the environment variable.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Heap => "heap",
        }
    }

    /// The purpose of this value.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Time, Self::Heap].into_iter().find(|purpose| purpose.word() == word)
    }
}

/// What the driver asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// What kernels there are.
    List {},
    /// Set a case up, and hold it to the variant `against` where that is given.
    Prepare {
        kernel: String,
        variant: String,
        size: String,
        threads: usize,
        seed: u64,
        against: Option<String>,
        /// A seed on whose input it is held to `against` too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other_seed: Option<u64>,
        /// A user's files in place of the input that the seed makes; their size's name is free.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        input: Vec<File>,
        /// A stage of a pipeline that runs another variant than the rest of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        swap: Option<v1::SwappedStage>,
    },
    /// Time iterations of the prepared case, at most `slice` of them by one clock pair, right after
    /// `warm_up` untimed ones; `keep` the last result for `verify`.
    Batch {
        iterations: u64,
        slice: u64,
        warm_up: u64,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        keep: bool,
    },
    /// Hold the kept result to the variant that the case was prepared against, then time so many
    /// first iterations, each after a setup of its own.
    Verify { fresh: u64 },
    /// Count the heap of the prepared case.
    Heap { scratch: String },
    /// Time the stages of the prepared case with their spans heard, or count their heap in a worker
    /// started for it.
    Stages { iterations: u64 },
    /// Delay every stage of the prepared case by several sizes, in about so many points of so many
    /// iterations each; these are the stages that were declared.
    WhatIf { stages: Vec<String>, points: u64, iterations: u64 },
    /// Time the swapped stage of the prepared case alone, in turn with the variant it replaces.
    Alone { rounds: u64 },
    /// Count the page faults of the prepared case.
    Faults { iterations: u64 },
    /// Keep no free memory from here on, so that what an iteration needs is seen from outside.
    Trim {},
    /// Count the operations that the reference does on the input of the prepared case.
    Count {},
    /// Write the input of the prepared case as files into a folder.
    Export { directory: PathBuf },
    /// Asked of peers: run and time one iteration, and write its result as files into a folder.
    Result { directory: PathBuf },
    /// Hold the result that another program wrote, or the error it met with, to the result of the
    /// prepared case.
    Hold { output: Vec<File>, error: Option<String> },
    /// Start or stop a sampler; batches in between are what it sees.
    Profile(ProfileRequest),
    /// End.
    Quit {},
}

/// A user's file, as [`InputFile`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    name: Option<String>,
    path: PathBuf,
}

impl From<InputFile> for File {
    fn from(InputFile { name, path }: InputFile) -> Self {
        Self { name, path }
    }
}

impl From<File> for InputFile {
    fn from(File { name, path }: File) -> Self {
        Self { name, path }
    }
}

/// The two halves of a CPU profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ProfileRequest {
    /// Start sampling.
    Start { sampler: Sampler, hertz: u32 },
    /// Stop, and write the files there are into `directory`.
    Stop { directory: String },
}

/// What the worker answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Reply {
    /// To `list`.
    Kernels {
        protocol: u32,
        counts_heap: bool,
        kernels: Vec<v1::KernelInfo>,
        /// What a peer is made of, with versions.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        versions: BTreeMap<String, String>,
    },
    /// To `prepare`: the time of the variant's own setup, and of its first iteration where it was
    /// checked.
    Prepared { setup_ns: u64, cold_ns: Option<u64>, agreement: Option<v1::Agreement> },
    /// To `batch`: elapsed time, how many clock pairs measured it, and how long threads waited for a
    /// processor meanwhile, where the system tells.
    Batch {
        elapsed_ns: u64,
        pairs: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waited_ns: Option<u64>,
    },
    /// To `export`: the values of the input.
    Exported { input: Vec<File> },
    /// To `result`: what the iteration took, and the values of its result, or its own error.
    Result { elapsed_ns: u64, output: Vec<File>, error: Option<String> },
    /// To `trim`.
    Trimmed {},
    /// To `hold`: the results agree.
    Held { agreement: v1::Agreement },
    /// To `verify`: the result agreed; the times of the first iterations.
    Verified { fresh_ns: Vec<u64> },
    /// To `heap`, `stages`, `what_if`, `alone`, `faults`, `count` and the end of `profile`.
    Measured { measurement: v1::Measurement },
    /// To the start of `profile`.
    Started {},
    /// It went wrong; a case that fails is no longer prepared.
    Failed { failure: v1::Failure },
}
