//! Pipelines: several stages from files to a figure.

pub mod flights;
