//! A profile without its file's form: functions with times, and what is known of who calls whom.
//!
//! Amounts are of the profile's unit; times are in nanoseconds. The total of a profile is, in every
//! form, the sum of its self times with what its rows leave out: nothing is counted twice in it.

use std::collections::HashMap;

use super::error::WhatIfError;
use super::tree::CallTree;
use crate::format;

/// Above this part of the total, two sums of the same floating-point times are no longer the same.
const ROUNDING: f64 = 1e-6;

/// A profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// What it was read from, such as `cProfile table`.
    pub format: String,
    /// What its amounts are.
    pub unit: Unit,
    /// Its functions; every index below is into them.
    pub functions: Vec<Function>,
    /// What is known of their times and calls.
    pub shape: Shape,
    /// Amount that belongs to the whole and to no function listed.
    pub unlisted: f64,
    /// How far a single figure may be off because it was rounded when it was written.
    pub rounding: f64,
    /// Where the total comes from, as a phrase behind the figure.
    pub origin: String,
    /// Totals that the file states or implies and that are not the sum of self times.
    pub stated: Vec<StatedTotal>,
    /// What must be said beside any answer, in sentences.
    pub notes: Vec<String>,
}

/// What the amounts of a profile are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// Time, in nanoseconds.
    Nanoseconds,
    /// Samples of a sampling profiler.
    Samples,
    /// Anything else, by the name the file gives it.
    Other(String),
}

impl Unit {
    /// An amount as text.
    pub fn show(&self, amount: f64) -> String {
        match self {
            Self::Nanoseconds => format::time(amount),
            Self::Samples if amount == 1.0 => "1 sample".to_owned(),
            Self::Samples => format!("{} samples", format::count(amount)),
            Self::Other(name) => format!("{} {name}", format::count(amount)),
        }
    }

    /// Its name: `ns`, `samples`, or the file's own.
    pub fn name(&self) -> &str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Samples => "samples",
            Self::Other(name) => name,
        }
    }
}

/// A function of the profiled program.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Where it is declared, where that is known.
    pub place: Option<Place>,
}

/// A file and a line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file, as the profile names it.
    pub file: String,
    /// The line of the function's declaration; none where only the file is known.
    pub line: Option<u64>,
}

impl Function {
    /// A function of unknown place.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), place: None }
    }

    /// The name that no other function has: `file:line(name)` as Python prints it, or the bare name.
    pub fn label(&self) -> String {
        match &self.place {
            None => self.name.clone(),
            Some(Place { file, line: Some(line) }) => format!("{file}:{line}({})", self.name),
            Some(Place { file, line: None }) => format!("{file}({})", self.name),
        }
    }
}

/// Functions as they are met, each once.
#[derive(Debug, Default)]
pub struct Functions {
    known: HashMap<Function, usize>,
    list: Vec<Function>,
}

impl Functions {
    /// The index of this function.
    pub fn index_of(&mut self, function: Function) -> usize {
        if let Some(&known) = self.known.get(&function) {
            return known;
        }
        self.list.push(function.clone());
        self.known.insert(function, self.list.len() - 1);
        self.list.len() - 1
    }

    /// All of them, by index.
    pub fn into_list(self) -> Vec<Function> {
        self.list
    }
}

/// What a profile knows of times and calls.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Times by function; nothing is known of who calls whom.
    Flat(Vec<Row>),
    /// Times by function, and by pair of caller and callee.
    Graph {
        /// The times, by function.
        rows: Vec<Row>,
        /// The pairs.
        edges: Vec<Edge>,
    },
    /// Times by whole stack.
    Tree(CallTree),
}

/// A function's times.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Row {
    /// How often it was called, where counted.
    pub calls: Option<Calls>,
    /// Amount in its own body.
    pub own: f64,
    /// Amount from entry to exit, with all it calls, outermost calls only; where known.
    pub cumulative: Option<f64>,
}

/// How often a function was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// All calls.
    pub all: u64,
    /// Calls that were not within a call of the same function.
    pub outermost: u64,
}

/// Calls of one function by another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Who calls.
    pub caller: usize,
    /// Who is called.
    pub callee: usize,
    /// How often.
    pub calls: u64,
    /// Amount in the callee's own body during these calls, where known.
    pub own: Option<f64>,
}

/// A total that is in the file and is not the sum of self times.
#[derive(Debug, Clone, PartialEq)]
pub struct StatedTotal {
    /// What it is, as a phrase.
    pub what: String,
    /// How much.
    pub amount: f64,
    /// Why it is not the total that was used, as a phrase.
    pub why_not: String,
}

/// A function's times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times {
    /// In its own body.
    pub own: f64,
    /// With all it calls, where known.
    pub cumulative: Option<f64>,
}

impl Profile {
    /// A profile of these functions, without anything else to say of it.
    pub fn new(
        format: impl Into<String>,
        unit: Unit,
        functions: Vec<Function>,
        shape: Shape,
        origin: impl Into<String>,
    ) -> Self {
        Self {
            format: format.into(),
            unit,
            functions,
            shape,
            unlisted: 0.0,
            rounding: 0.0,
            origin: origin.into(),
            stated: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The sum of all self times, with what no function listed took.
    pub fn total(&self) -> f64 {
        self.unlisted
            + match &self.shape {
                Shape::Flat(rows) | Shape::Graph { rows, .. } => {
                    rows.iter().map(|row| row.own).sum::<f64>()
                }
                Shape::Tree(tree) => tree.total(),
            }
    }

    /// Every function's times.
    pub fn times(&self) -> Vec<Times> {
        match &self.shape {
            Shape::Flat(rows) | Shape::Graph { rows, .. } => {
                rows.iter().map(|row| Times { own: row.own, cumulative: row.cumulative }).collect()
            }
            Shape::Tree(tree) => tree.times(self.functions.len()),
        }
    }

    /// How often a function was called, where counted.
    pub fn calls(&self, function: usize) -> Option<Calls> {
        match &self.shape {
            Shape::Flat(rows) | Shape::Graph { rows, .. } => rows.get(function)?.calls,
            Shape::Tree(_) => None,
        }
    }

    /// How far two sums may lie apart and still be the same amount.
    pub(super) fn tolerance(&self) -> f64 {
        (self.rounding * (self.functions.len() + 1) as f64).max(self.total() * ROUNDING)
    }

    /// Whether its figures can be those of one program.
    ///
    /// # Errors
    /// Where one is no time, where cumulative times are below self times, or where there is nothing.
    pub(super) fn validate(&self, times: &[Times]) -> Result<(), WhatIfError> {
        for (function, times) in self.functions.iter().zip(times) {
            let figures = [("self time", Some(times.own)), ("cumulative time", times.cumulative)];
            for (what, value) in figures {
                if let Some(value) = value.filter(|value| !value.is_finite() || *value < 0.0) {
                    return Err(WhatIfError::NotATime { function: function.label(), what, value });
                }
            }
        }
        // Two figures, each rounded.
        let tolerance = (2.0 * self.rounding).max(self.total() * ROUNDING);
        for (function, times) in self.functions.iter().zip(times) {
            if let Some(cumulative) = times.cumulative.filter(|c| *c < times.own - tolerance) {
                return Err(WhatIfError::CumulativeBelowSelf {
                    function: function.label(),
                    cumulative: self.unit.show(cumulative),
                    own: self.unit.show(times.own),
                });
            }
        }
        if self.total() > 0.0 && self.total().is_finite() {
            return Ok(());
        }
        Err(WhatIfError::Empty { advice: "profile a run that lasts longer, or check the file" })
    }
}
