//! The crate from the outside: a planted run goes in, findings, files and refusals come out.

mod analysers;
mod ceilings;
mod comparing;
mod growing;
mod plant;
mod rendering;
mod summaries;
mod wire;
