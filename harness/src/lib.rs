//! Declare a kernel once; get agreement checks, honest timings, heap, CPU profile and an Amdahl
//! analysis.

mod allocator;
mod bench;
mod ceiling;
mod cli;
mod config;
pub mod count;
mod data;
mod declare;
mod driver;
mod entry;
pub mod experiment;
mod folder;
mod gate;
mod import;
mod input;
mod machine;
mod measure;
mod oracle;
mod peers;
mod plan;
mod pool;
mod protocol;
mod run;
mod self_test;
mod span;
mod store;
pub mod sync;
mod worker;

pub use allocator::Allocator;
pub use allocator::counters::set_array_bytes;
pub use amdahl_reports::blocks::{BlockFigures, BlockHeap, BlockNode, Meanwhile, MeanwhileHeap};
pub use amdahl_reports::{Bound, Claim, ClaimHead, Factor, Rung, Tolerance};
pub use cli::way_in::cargo_amdahl;
pub use data::{
    Agree, Array, Closeness, Disagreement, Exchange, ExchangeError, Exchanged, Matrix, Rng, Value,
};
pub use declare::{
    CheckFailure, Cost, CountedWork, DeclareError, Kernel, KernelBuilder, KernelHead, KernelSizes,
    Pipeline, PipelineBuilder, PipelineHead, PipelineSizes, SizeLabel, Sizes, Stage, Suite, Timed,
};
pub use entry::main;
#[doc(hidden)]
pub use folder::Folder;
pub use measure::block::{Block, BlockLayer, BlockProfile, Blocks, profile_block, take_blocks};
pub use oracle::{OracleError, OracleFile, OracleResult};
pub use span::stage;
