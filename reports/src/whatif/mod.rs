//! What if a function of a profile were faster? Amdahl's law on profiles of any program.
//!
//! A [`Profile`] comes in as a flat table, a graph of callers or a tree of calls; which file it was
//! is the reader's business, not ours. A [`Question`] names functions and factors. The [`Answer`]
//! says which total it used and what the other readings of "the total" would have given. Nothing
//! here parses bytes or looks up a clock.

mod answer;
mod attribute;
mod document;
mod error;
mod find;
mod graph;
mod json;
mod outside;
mod profile;
mod readings;
mod tree;

pub use answer::{Answer, Change, Faster, Part, Question, Reading, answer};
pub use document::document;
pub use error::WhatIfError;
pub use json::json;
pub use profile::{
    Calls, Edge, Function, Functions, Place, Profile, Row, Shape, StatedTotal, Times, Unit,
};
pub use tree::{CallTree, Node};
