//! The crate from the outside: a planted run goes in, findings, files and refusals come out.

mod analysers;
mod blocks;
mod bottlenecks;
mod ceilings;
mod claims;
mod comparing;
mod doctor;
mod growing;
mod instructions;
mod merging;
mod peers;
mod place;
mod plant;
mod rendering;
mod stage_accounts;
mod summaries;
mod survey;
mod swaps;
mod threads;
mod whatif;
mod wire;
