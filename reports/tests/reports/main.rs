//! The crate from the outside: a planted run goes in, findings, files and refusals come out.

mod analysers;
mod blocks;
mod ceilings;
mod comparing;
mod plant;
mod rendering;
mod summaries;
mod whatif;
mod wire;
