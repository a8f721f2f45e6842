//! The crate from the outside: a planted run goes in, findings, files and refusals come out.

mod analysers;
mod ceilings;
mod comparing;
mod plant;
mod rendering;
mod stage_accounts;
mod summaries;
mod wire;
