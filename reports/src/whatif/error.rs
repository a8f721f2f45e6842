//! Why a profile gives no answer.

use crate::format;

/// Why a question about a profile has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WhatIfError {
    /// There is nothing in it.
    #[error("the profile holds no time: {advice}")]
    Empty {
        /// What to do.
        advice: &'static str,
    },
    /// A figure that no time can be.
    #[error("`{function}` has a {what} of {value}: a time is a finite number and not negative")]
    NotATime {
        /// The function.
        function: String,
        /// Which of its figures.
        what: &'static str,
        /// The figure.
        value: f64,
    },
    /// More within its own body than from entry to exit.
    #[error(
        "`{function}` has a cumulative time of {cumulative} and a self time of {own}: cumulative \
         time includes self time and cannot be less; are the columns swapped?"
    )]
    CumulativeBelowSelf {
        /// The function.
        function: String,
        /// Its cumulative time, with its unit.
        cumulative: String,
        /// Its self time, with its unit.
        own: String,
    },
    /// The self times of all functions are less than one function's cumulative time.
    #[error(
        "all self times add up to {total}, less than the {cumulative} that `{function}` took with \
         all it calls: rows are missing; profile again and print all of it, or give the time of the \
         whole with --total SECONDS"
    )]
    PartAboveTotal {
        /// The function.
        function: String,
        /// Its cumulative time, with its unit.
        cumulative: String,
        /// The sum of self times, with its unit.
        total: String,
    },
    /// A total was given that the profile contradicts.
    #[error(
        "--total is {given}, but the profile holds {held}: a whole cannot be less than its parts; \
         was the total of another run, or of one thread of several?"
    )]
    TotalTooSmall {
        /// The total given, with its unit.
        given: String,
        /// What the profile holds, with its unit.
        held: String,
    },
    /// A total in seconds for what is not counted in time.
    #[error("--total is in seconds, and the profile counts {unit}: leave it out")]
    TotalWithoutTime {
        /// What the profile counts.
        unit: String,
    },
    /// No function of this name.
    #[error("the profile has no function `{wanted}`")]
    Unknown {
        /// What was asked for.
        wanted: String,
    },
    /// Several functions of this name.
    #[error(
        "`{wanted}` is the name of {}: {}; name one of them in full",
        format::plural(found.len(), "function"),
        shown(found)
    )]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// How to name each of them.
        found: Vec<String>,
    },
    /// One function twice in a question.
    #[error("`{function}` is named twice: give it one factor")]
    Repeated {
        /// The function.
        function: String,
    },
    /// A factor that makes nothing faster or slower by a known amount.
    #[error("`{function}` cannot become {factor} times as fast: a factor is a number above 0")]
    Factor {
        /// The function.
        function: String,
        /// The factor.
        factor: f64,
    },
    /// No cumulative times to speak of.
    #[error("the profile has no cumulative time of `{function}`: ask with --self")]
    NoCumulative {
        /// The function.
        function: String,
    },
    /// Cumulative times that may overlap, by an unknown amount.
    #[error(
        "`{inner}` may run within `{outer}`, and this profile does not tell how much of it does, so \
         their cumulative times cannot be added: ask with --self for their own bodies alone, or give \
         a profile with whole stacks (pprof, folded stacks, a trace){also}"
    )]
    OverlapUnknown {
        /// The function that may be around the other.
        outer: String,
        /// The function that may be inside.
        inner: String,
        /// A further remedy, with what comes before it.
        also: &'static str,
    },
}

/// Up to how many functions of one name are listed.
const LISTED: usize = 8;

fn shown(names: &[String]) -> String {
    let mut words: Vec<String> =
        names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    if names.len() > LISTED {
        words.push(format!("{} more", names.len() - LISTED));
    }
    format::list(&words)
}
