//! The gate's pure part: verdicts, their error rates over simulated suites, and what is written of them.

mod evaluation;
mod outputs;
mod plant;
mod simulation;
mod verdicts;
