//! `cargo amdahl whatif`: what a faster function would do to the whole of a profile.

use std::path::PathBuf;
use std::process::ExitCode;

use amdahl_reports::render;
use amdahl_reports::whatif::{self, Change, Part, Profile, Question, WhatIfError};
use anyhow::{anyhow, bail};
use clap::{ArgMatches, Args, FromArgMatches};

use super::Command;
use crate::cli::print::Streams;
use crate::declare::Suite;
use crate::import::{self, FileFormat, Reading};
use crate::plan::nearest;

/// The largest file that is read unless told otherwise: larger ones are mostly the wrong file.
const MAX_BYTES: &str = "1073741824";

/// A second, in the unit of profiles.
const SECOND_NS: f64 = 1e9;

#[derive(Debug, Args)]
struct Arguments {
    /// The profile: cProfile's dump or printed table, pprof, folded stacks, a Chrome trace, records
    profile: PathBuf,
    /// A function that becomes faster; repeat it for several, each followed by its factor
    #[arg(long, value_name = "NAME", required = true)]
    function: Vec<String>,
    /// How many times as fast it becomes (2, 1.5x, inf)
    #[arg(long, value_name = "FACTOR", value_parser = parse_factor)]
    speedup: Vec<f64>,
    /// How much of its time goes away (50%)
    #[arg(long, value_name = "PERCENT", value_parser = parse_reduction)]
    reduce: Vec<f64>,
    /// Only its own body becomes faster, not what it calls
    #[arg(long = "self")]
    own: bool,
    /// It becomes faster with all it calls; this is what is taken without a switch
    #[arg(long, conflicts_with = "own")]
    cumulative: bool,
    /// The time of the whole in seconds, where you know it better than the profile
    #[arg(long, value_name = "SECONDS", value_parser = parse_total)]
    total: Option<f64>,
    /// Which value of a pprof profile (cpu, wall, …); `stages` or `profile` of records
    #[arg(long, value_name = "NAME")]
    value: Option<String>,
    /// Which case of records (kernel/variant/size)
    #[arg(long, value_name = "CASE")]
    case: Option<String>,
    /// The profile's format, where its content does not tell
    #[arg(long, value_name = "FORMAT", value_parser = FileFormat::ALL.map(FileFormat::name))]
    format: Option<String>,
    /// The largest file that is read, and the most that a compressed one may hold
    #[arg(long, value_name = "BYTES", default_value = MAX_BYTES)]
    max_bytes: u64,
    #[command(flatten)]
    notation: Notation,
}

/// How the answer is written down; as text where neither is asked for.
#[derive(Debug, Args)]
struct Notation {
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
    /// Print the answer as Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

pub(super) struct WhatIf;

impl Command for WhatIf {
    fn name(&self) -> &'static str {
        "whatif"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("Say what a faster function would do to the whole of a profile, by Amdahl's law")
            .after_help(
                "The total is the sum of all self times, unless --total is given. The answer names \
                 the other totals that could have been meant.\n\n\
                 Examples:\n  \
                 python3 -m cProfile -o run.pstats train.py\n  \
                 cargo amdahl whatif run.pstats --function data_augmentation --speedup 2\n  \
                 cargo amdahl whatif profile.txt --function load --reduce 50% --function parse --speedup 4 --self\n  \
                 cargo amdahl whatif profile.pb.gz --function softmax --speedup inf --value cpu\n  \
                 cargo amdahl whatif target/amdahl/report/records.jsonl --function clean --speedup 2 --json",
            )
    }

    fn needs_suite(&self, _: &ArgMatches) -> bool {
        false
    }

    fn run(
        &self,
        _: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let question = Question {
            changes: changes(&arguments, matches)?,
            part: if arguments.own { Part::Own } else { Part::Cumulative },
            total: arguments.total.map(|seconds| seconds * SECOND_NS),
        };
        let reading = Reading {
            format: arguments.format.as_deref().and_then(FileFormat::by_name),
            value: arguments.value.as_deref(),
            case: arguments.case.as_deref(),
            functions: arguments.function.iter().map(String::as_str).collect(),
        };
        let profile = import::read(&arguments.profile, arguments.max_bytes, &reading)?;
        let answer =
            whatif::answer(&profile, &question).map_err(|error| with_hint(error, &profile))?;
        let document = whatif::document(&answer);
        streams.out(&if arguments.notation.json {
            whatif::json(&answer)
        } else if arguments.notation.markdown {
            render::markdown(&document)
        } else {
            render::terminal(&document)
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Each function with the factor that follows it; one factor alone is for every function.
fn changes(arguments: &Arguments, matches: &ArgMatches) -> anyhow::Result<Vec<Change>> {
    /// A word of the command line that counts here.
    enum Word<'a> {
        Function(&'a str),
        Factor(f64),
    }
    let places = |id: &str| matches.indices_of(id).into_iter().flatten().collect::<Vec<usize>>();
    let functions = places("function").into_iter().zip(&arguments.function);
    let factors = places("speedup").into_iter().zip(&arguments.speedup);
    let factors: Vec<_> =
        factors.chain(places("reduce").into_iter().zip(&arguments.reduce)).collect();
    let change = |function: &str, factor| Change { function: function.to_owned(), factor };
    if let [(_, factor)] = factors.as_slice() {
        return Ok(arguments.function.iter().map(|function| change(function, **factor)).collect());
    }
    let mut words: Vec<(usize, Word<'_>)> = functions
        .map(|(at, function)| (at, Word::Function(function)))
        .chain(factors.into_iter().map(|(at, factor)| (at, Word::Factor(*factor))))
        .collect();
    words.sort_by_key(|(at, _)| *at);
    let mut changes: Vec<Change> = Vec::new();
    let mut waiting: Option<&str> = None;
    for (_, word) in words {
        match (word, waiting.take()) {
            (Word::Function(function), None) => waiting = Some(function),
            (Word::Factor(factor), Some(function)) => changes.push(change(function, factor)),
            (Word::Function(_), Some(function)) => bail!("{}", factorless(function)),
            (Word::Factor(_), None) => {
                bail!(
                    "a factor without a function before it: write --function NAME --speedup FACTOR"
                )
            }
        }
    }
    match waiting {
        Some(function) => bail!("{}", factorless(function)),
        None => Ok(changes),
    }
}

fn factorless(function: &str) -> String {
    format!("`{function}` has no factor: write --speedup FACTOR or --reduce PERCENT behind it")
}

/// An unknown name, with those that are like it.
fn with_hint(error: WhatIfError, profile: &Profile) -> anyhow::Error {
    let WhatIfError::Unknown { wanted } = &error else { return error.into() };
    let names = profile.functions.iter().map(|function| function.name.as_str());
    let mut near = nearest(wanted, names);
    if near.is_empty() {
        let mut by_time: Vec<_> = profile.times().into_iter().zip(&profile.functions).collect();
        by_time.sort_by(|a, b| b.0.own.total_cmp(&a.0.own));
        near = by_time.into_iter().map(|(_, function)| function.name.as_str()).take(3).collect();
        anyhow!("{error}; the functions with the largest self times are {}", near.join(", "))
    } else {
        anyhow!("{error}; the nearest names are {}", near.join(", "))
    }
}

/// `2`, `1.5x`, `inf`.
fn parse_factor(text: &str) -> anyhow::Result<f64> {
    let number = text.strip_suffix('x').unwrap_or(text);
    let factor: f64 = number.parse().map_err(|_| anyhow!("not a factor: write 2, 1.5x or inf"))?;
    if factor.is_nan() || factor <= 0.0 {
        bail!("a factor must be above 0");
    }
    Ok(factor)
}

/// `50%` of the time gone is a factor of 2.
fn parse_reduction(text: &str) -> anyhow::Result<f64> {
    let number = text.strip_suffix('%').map(str::trim_end);
    let percent: f64 = number
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| anyhow!("not a share of the time: write 50%"))?;
    if !(0.0..=100.0).contains(&percent) {
        bail!("a function cannot lose more than 100% of its time, or less than none");
    }
    Ok(1.0 / (1.0 - percent / 100.0))
}

fn parse_total(text: &str) -> anyhow::Result<f64> {
    let seconds: f64 = text.parse().map_err(|_| anyhow!("not a time in seconds: write 69.8"))?;
    if !seconds.is_finite() || seconds <= 0.0 {
        bail!("a total must be above 0 s");
    }
    Ok(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &str) -> Result<Vec<(String, f64)>, String> {
        let words = ["whatif", "p"].into_iter().chain(words.split_whitespace());
        let matches = WhatIf.declare().try_get_matches_from(words).map_err(|e| e.to_string())?;
        let arguments = Arguments::from_arg_matches(&matches).map_err(|e| e.to_string())?;
        let changes = changes(&arguments, &matches).map_err(|error| error.to_string())?;
        Ok(changes.into_iter().map(|change| (change.function, change.factor)).collect())
    }

    fn pair(function: &str, factor: f64) -> (String, f64) {
        (function.to_owned(), factor)
    }

    #[test]
    fn each_function_takes_the_factor_behind_it() {
        let both = asked("--function a --speedup 3x --function b --reduce 50%");
        assert_eq!(both, Ok(vec![pair("a", 3.0), pair("b", 2.0)]));
        let reversed = asked("--function a --reduce 50% --function b --speedup 3");
        assert_eq!(reversed, Ok(vec![pair("a", 2.0), pair("b", 3.0)]));
    }

    #[test]
    fn one_factor_is_for_every_function() {
        let both = Ok(vec![pair("a", 2.0), pair("b", 2.0)]);
        assert_eq!(asked("--function a --function b --speedup 2"), both);
        assert_eq!(asked("--speedup 2 --function a --function b"), both);
        assert_eq!(asked("--function a --reduce 100%"), Ok(vec![pair("a", f64::INFINITY)]));
    }

    #[test]
    fn a_function_without_a_factor_is_an_error_that_names_it() {
        for words in [
            "--function a",
            "--function a --function b --speedup 2 --function c --speedup 3",
            "--function b --speedup 2 --function c --speedup 3 --function a",
        ] {
            assert!(asked(words).unwrap_err().contains("`a` has no factor"), "{words}");
        }
        let error = asked("--speedup 2 --function a --speedup 3").unwrap_err();
        assert!(error.contains("without a function"), "{error}");
    }

    #[test]
    fn factors_that_mean_nothing_are_refused() {
        for words in
            ["--speedup 0", "--speedup -1", "--speedup NaN", "--reduce 50", "--reduce 101%"]
        {
            assert!(asked(&format!("--function a {words}")).is_err(), "{words}");
        }
    }
}
