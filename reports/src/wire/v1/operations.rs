//! Operations that a reference counted.
//!
//! Field by field the same as [`crate::Operations`].

use serde::{Deserialize, Serialize};

use crate as core;

/// See [`crate::Operations`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    /// With subtractions.
    pub additions: u64,
    /// Alone.
    pub multiplications: u64,
    /// Alone.
    pub divisions: u64,
    /// Multiply-adds.
    pub fused: u64,
    /// Square ones.
    pub roots: u64,
    /// Of a library.
    pub functions: u64,
    /// Of any two numbers.
    pub comparisons: u64,
}

impl From<core::Operations> for Operations {
    fn from(value: core::Operations) -> Self {
        let core::Operations {
            additions,
            multiplications,
            divisions,
            fused,
            roots,
            functions,
            comparisons,
        } = value;
        Self { additions, multiplications, divisions, fused, roots, functions, comparisons }
    }
}

impl From<Operations> for core::Operations {
    fn from(value: Operations) -> Self {
        let Operations {
            additions,
            multiplications,
            divisions,
            fused,
            roots,
            functions,
            comparisons,
        } = value;
        Self { additions, multiplications, divisions, fused, roots, functions, comparisons }
    }
}
