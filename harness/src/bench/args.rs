//! Criterion's command line, parsed here first: criterion itself ends the process with code 2 on an
//! error of use, which is the code of a disagreement.

use std::time::Duration;

use clap::Parser;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};

use crate::plan::{Filter, FilterError, Schedule, Shard};

/// The flags criterion 0.8 knows, with its names and rules.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "cargo bench --",
    about = "Check, time, count and profile the kernels of this suite",
    after_help = "Examples:\n  cargo bench\n  cargo bench -- covariance\n  cargo bench -- --quick\n  \
                  cargo bench -- --save-baseline main\n  cargo bench -- --baseline main\n\n\
                  AMDAHL_SEED, AMDAHL_BUDGET and AMDAHL_TIMEOUT (seconds), AMDAHL_THREADS and AMDAHL_SHARD set what \
                  criterion has no flag for."
)]
#[allow(clippy::struct_excessive_bools, reason = "criterion's flags are what they are")]
pub(crate) struct BenchArgs {
    /// Run only cases whose name (kernel/variant/size) matches this regular expression
    pub(crate) filter: Option<String>,
    /// Only this part of the suite, such as 2/4: the second of four, by whole kernels and sizes
    #[arg(long, value_name = "PART/PARTS", value_parser = Shard::parse)]
    pub(crate) shard: Option<Shard>,
    /// Colour criterion's output
    #[arg(short, long, alias = "colour", value_parser = ["auto", "always", "never"], default_value = "auto")]
    color: String,
    /// Print additional statistical information
    #[arg(short, long)]
    verbose: bool,
    /// Print only the results
    #[arg(long, conflicts_with = "verbose")]
    quiet: bool,
    /// Make none of criterion's own plots
    #[arg(short, long)]
    noplot: bool,
    /// Save the results under this name
    #[arg(short, long, default_value = "base")]
    save_baseline: String,
    /// Discard criterion's results
    #[arg(long, conflicts_with_all = ["save_baseline", "baseline", "baseline_lenient"])]
    discard_baseline: bool,
    /// Compare with this baseline; fail if a case is not in it
    #[arg(short, long, conflicts_with_all = ["save_baseline", "baseline_lenient"])]
    baseline: Option<String>,
    /// Compare with this baseline where a case is in it
    #[arg(long, conflicts_with_all = ["save_baseline", "baseline"])]
    baseline_lenient: Option<String>,
    /// List the cases
    #[arg(long, conflicts_with_all = ["test", "profile_time"])]
    list: bool,
    /// Format of the list
    #[arg(long, value_parser = ["pretty", "terse"], default_value = "pretty")]
    format: String,
    /// Run ignored cases: there are none
    #[arg(long)]
    ignored: bool,
    /// Take the filter as a whole name
    #[arg(long)]
    exact: bool,
    /// Profile each case for about so many seconds, without analysis
    #[arg(long, conflicts_with_all = ["test", "list"], value_parser = at_least_one_second)]
    profile_time: Option<f64>,
    /// Load this baseline instead of measuring
    #[arg(long, conflicts_with = "profile_time", requires = "baseline")]
    load_baseline: Option<String>,
    /// Criterion's samples per case
    #[arg(long, value_parser = clap::value_parser!(u64).range(LEAST_SAMPLES..))]
    sample_size: Option<u64>,
    /// Criterion's warm-up per case, in seconds
    #[arg(long, value_parser = positive)]
    warm_up_time: Option<f64>,
    /// Criterion's measurement per case, in seconds
    #[arg(long, value_parser = positive)]
    measurement_time: Option<f64>,
    /// Criterion's bootstrap resamples
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    nresamples: Option<u64>,
    /// Criterion's noise threshold, a fraction
    #[arg(long, value_parser = positive)]
    noise_threshold: Option<f64>,
    /// Criterion's confidence level, between 0 and 1
    #[arg(long, value_parser = fraction)]
    confidence_level: Option<f64>,
    /// Criterion's significance level, between 0 and 1
    #[arg(long, value_parser = fraction)]
    significance_level: Option<f64>,
    /// Measure just long enough for a first impression
    #[arg(long, conflicts_with = "sample_size")]
    pub(crate) quick: bool,
    /// Run each case once, to see that it works
    #[arg(long, conflicts_with_all = ["list", "profile_time"])]
    test: bool,
    #[arg(long, hide = true)]
    bench: bool,
    /// Criterion's plotting backend
    #[arg(long, value_parser = ["gnuplot", "plotters"])]
    plotting_backend: Option<String>,
    /// Format of criterion's lines
    #[arg(long, value_parser = ["criterion", "bencher"], default_value = "criterion")]
    output_format: String,
    #[arg(long, hide = true)]
    nocapture: bool,
    #[arg(long, hide = true)]
    show_output: bool,
    #[arg(long, hide = true)]
    include_ignored: bool,
}

/// What the flags ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Measure and report.
    Measure,
    /// Run once.
    Test,
    /// List.
    List,
    /// Profile for a given time.
    ProfileTime,
    /// Let criterion compare two baselines.
    LoadBaseline,
}

fn positive(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err("must be above 0".to_owned()) }
}

fn fraction(text: &str) -> Result<f64, String> {
    let value = positive(text)?;
    if value < 1.0 { Ok(value) } else { Err("must be below 1".to_owned()) }
}

fn at_least_one_second(text: &str) -> Result<f64, String> {
    let value = positive(text)?;
    if value >= 1.0 { Ok(value) } else { Err("must be at least 1 second".to_owned()) }
}

/// Samples per case where the user asks for no number: enough for a median's interval.
const SAMPLES: u64 = 20;
/// The fewest samples that criterion takes.
const LEAST_SAMPLES: u64 = 10;
/// Bootstrap resamples where the user asks for no number: a tenth of criterion's default, which
/// moves its interval's ends by less than their own noise and saves a second per case.
pub(super) const RESAMPLES: usize = 10_000;

impl BenchArgs {
    /// Parses these arguments (without the program's name).
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, clap::Error> {
        Self::try_parse_from(std::iter::once("cargo bench --".to_owned()).chain(arguments.to_vec()))
    }

    /// The mode, by criterion's rules: without `--bench`, as under `cargo test`, cases run once.
    pub(crate) fn mode(&self) -> Mode {
        if self.list {
            Mode::List
        } else if self.test || !self.bench {
            Mode::Test
        } else if self.profile_time.is_some() {
            Mode::ProfileTime
        } else if self.load_baseline.is_some() {
            Mode::LoadBaseline
        } else {
            Mode::Measure
        }
    }

    /// Whether cargo runs this as a benchmark and not as a test.
    pub(crate) fn is_bench(&self) -> bool {
        self.bench
    }

    /// Whether a list is for a program.
    pub(crate) fn lists_tersely(&self) -> bool {
        self.format == "terse"
    }

    /// Which cases.
    pub(crate) fn filter(&self) -> Result<Filter, FilterError> {
        match &self.filter {
            _ if self.ignored => Ok(Filter::Nothing),
            None => Ok(Filter::All),
            Some(name) if self.exact => Ok(Filter::Exact(name.clone())),
            Some(pattern) => Filter::pattern(pattern),
        }
    }

    /// The baseline to compare with.
    pub(crate) fn baseline(&self) -> Option<&str> {
        self.baseline.as_deref().or(self.baseline_lenient.as_deref())
    }

    /// The name to save the results under, where the user gave one.
    pub(crate) fn named_baseline(&self) -> Option<&str> {
        Some(self.save_baseline.as_str()).filter(|name| *name != "base")
    }

    /// Whether stdout is for a program.
    pub(crate) fn prints_for_programs(&self) -> bool {
        self.output_format == "bencher"
    }

    /// The time of `--profile-time`.
    pub(crate) fn profile_time(&self) -> Option<Duration> {
        self.profile_time.map(Duration::from_secs_f64)
    }

    /// Criterion under the user's flags.
    pub(crate) fn criterion() -> Criterion {
        Criterion::default().nresamples(RESAMPLES).without_plots().configure_from_args()
    }

    /// Sets what the user left open for one case: times by the schedule, and few samples where one
    /// iteration is slow. Gives the number of batches, the last ones, that will be the samples.
    pub(crate) fn fit(
        &self,
        group: &mut BenchmarkGroup<'_, WallTime>,
        schedule: &Schedule,
        estimate_ns: f64,
    ) -> usize {
        if self.warm_up_time.is_none() {
            group.warm_up_time(schedule.warm_up);
        }
        if self.measurement_time.is_none() {
            group.measurement_time(schedule.criterion);
        }
        if self.quick {
            // Criterion keeps the last two batches, of n and 2n iterations.
            return 2;
        }
        let slow = estimate_ns * SAMPLES as f64 > schedule.criterion.as_nanos() as f64;
        let samples = self.sample_size.unwrap_or(if slow { LEAST_SAMPLES } else { SAMPLES });
        let samples = usize::try_from(samples).unwrap_or(usize::MAX);
        group.sample_size(samples);
        samples
    }

    /// The arguments without `--shard`, which criterion does not know.
    pub(crate) fn without_shard(arguments: &[String]) -> Vec<String> {
        let mut words = arguments.iter();
        let mut kept = Vec::new();
        while let Some(word) = words.next() {
            if word == "--shard" {
                words.next();
            } else if !word.starts_with("--shard=") {
                kept.push(word.clone());
            }
        }
        kept
    }

    /// The command as the user gave it.
    pub(crate) fn command(arguments: &[String]) -> String {
        let own: Vec<&str> =
            arguments.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
        if own.is_empty() {
            "cargo bench".to_owned()
        } else {
            format!("cargo bench -- {}", own.join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<BenchArgs, clap::Error> {
        BenchArgs::parse(&words.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn without_bench_cases_run_once_as_under_cargo_test() {
        assert_eq!(parse("").unwrap().mode(), Mode::Test);
        assert_eq!(parse("--bench").unwrap().mode(), Mode::Measure);
        assert_eq!(parse("--bench --test").unwrap().mode(), Mode::Test);
        assert_eq!(parse("--list --format terse").unwrap().mode(), Mode::List);
        assert_eq!(parse("--bench --profile-time 3").unwrap().mode(), Mode::ProfileTime);
    }

    #[test]
    fn a_shard_is_read_and_kept_from_criterion() {
        let without = |words: &str| {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            BenchArgs::without_shard(&words).join(" ")
        };
        assert_eq!(parse("--shard 2/4").unwrap().shard, Shard::parse("2/4").ok());
        assert_eq!(without("--bench --shard 2/4 softmax"), "--bench softmax");
        assert_eq!(without("--shard=2/4 --bench"), "--bench");
        assert!(parse("--shard 5/4").unwrap_err().to_string().contains("there is no 5/4"));
    }

    #[test]
    fn what_criterion_refuses_is_refused_here() {
        for words in [
            "--no-such-flag",
            "--quick --sample-size 20",
            "--sample-size 9",
            "--profile-time 0.5",
            "--list --test",
            "--confidence-level 1",
            "--load-baseline x",
            "--baseline a --save-baseline b",
            "--output-format xml",
            "one two",
        ] {
            assert!(parse(words).is_err(), "{words}");
        }
    }

    #[test]
    fn the_command_is_what_the_user_typed() {
        let words = ["--quick".to_owned(), "--bench".to_owned()];
        assert_eq!(BenchArgs::command(&words), "cargo bench -- --quick");
    }
}
