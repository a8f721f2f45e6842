//! The crate from the outside: a planted run goes in, findings, files and refusals come out.

mod analysers;
mod blocks;
mod bottlenecks;
mod ceilings;
mod comparing;
mod plant;
mod rendering;
mod summaries;
mod swaps;
mod threads;
mod whatif;
mod wire;
