//! `amdahl.toml`: what a project decided about its gate, committed beside its code.
//!
//! Two kinds of entries. `[[limit]]` says how much a metric of some cases may grow at all;
//! `[[accepted]]` is one increase that somebody wanted, with the reason. Files are read and added to
//! here; what an entry means is [`Limit`]'s.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use amdahl_reports::gate::{Acceptance, DEFAULT_LIMIT, Limit, Rule};
use amdahl_reports::{CaseId, Metric};
use glob::Pattern;
use serde::Deserialize;

/// The file's name.
const FILE: &str = "amdahl.toml";

/// What can be wrong with the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// It is no TOML, or an entry is not what it should be.
    #[error("{}: {}", path.display(), source.to_string().trim_end())]
    Malformed { path: PathBuf, source: Box<toml::de::Error> },
    /// A metric that the gate does not compare.
    #[error("{}: the gate compares no metric `{metric}`: write one of {}", path.display(), known_metrics())]
    UnknownMetric { path: PathBuf, metric: String },
    /// A pattern that is none.
    #[error("{}: `{pattern}` is no pattern of case names: {source}", path.display())]
    Pattern { path: PathBuf, pattern: String, source: glob::PatternError },
    /// A figure that makes no sense.
    #[error("{}: the entry of `{cases}` allows nothing: give `percent`, `absolute` or `up_to`, none below 0", path.display())]
    NoFigure { path: PathBuf, cases: String },
    /// An acceptance that does not say why.
    #[error("{}: the acceptance of `{cases}` has no reason: say why the increase is wanted", path.display())]
    NoReason { path: PathBuf, cases: String },
}

/// The ids of the metrics that a limit can be of.
pub(crate) fn known_metrics() -> String {
    let exact = Rule::all().iter().map(|rule| rule.metric.id);
    let all: Vec<String> =
        std::iter::once(Metric::WALL_TIME.id).chain(exact).map(str::to_owned).collect();
    amdahl_reports::format::list(&all)
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    gate: GateEntry,
    #[serde(default)]
    limit: Vec<LimitEntry>,
    #[serde(default)]
    accepted: Vec<AcceptedEntry>,
    #[serde(default)]
    history: HistoryEntry,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct HistoryEntry {
    anchor: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct GateEntry {
    #[serde(default)]
    instructions: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitEntry {
    cases: String,
    metric: String,
    percent: Option<f64>,
    absolute: Option<f64>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AcceptedEntry {
    case: String,
    metric: String,
    percent: Option<f64>,
    up_to: Option<f64>,
    reason: String,
}

/// An entry, ready to be asked.
#[derive(Debug, Clone)]
struct Entry {
    cases: Pattern,
    metric: String,
    limit: Limit,
}

/// The decisions of a project; none where it has no file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    entries: Vec<Entry>,
    accepted: Vec<Acceptance>,
    instructions: bool,
    /// The revision that a history's ratios are to.
    pub(crate) anchor: Option<String>,
}

impl Config {
    /// The file of this folder, or of the nearest folder above that has one.
    ///
    /// # Errors
    /// Where there is one that cannot be used: nothing of it is guessed.
    pub(crate) fn nearest(folder: &Path) -> Result<Self, ConfigError> {
        let Some(path) = folder.ancestors().map(|at| at.join(FILE)).find(|path| path.is_file())
        else {
            return Ok(Self::default());
        };
        let text = fs::read_to_string(&path)
            .map_err(|source| ConfigError::Io { path: path.clone(), source })?;
        Self::parse(&text, &path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let path = || path.to_owned();
        let file: File = toml::from_str(text)
            .map_err(|source| ConfigError::Malformed { path: path(), source: Box::new(source) })?;
        let acceptance =
            |own: &AcceptedEntry| Acceptance { case: own.case.clone(), metric: own.metric.clone() };
        let accepts: Vec<Acceptance> = file.accepted.iter().map(acceptance).collect();
        let limits = file.limit.into_iter().map(|own| {
            let LimitEntry { cases, metric, percent, absolute, reason } = own;
            let limit = Limit {
                fraction: percent.unwrap_or(0.0) / 100.0,
                absolute: absolute.unwrap_or(0.0),
                up_to: None,
                reason: Some(reason.unwrap_or_else(|| format!("a limit of {FILE}"))),
            };
            (cases, metric, percent.or(absolute), limit)
        });
        let accepted = file.accepted.into_iter().map(|own| {
            let AcceptedEntry { case, metric, percent, up_to, reason } = own;
            let fraction = percent.unwrap_or(0.0) / 100.0;
            let limit = Limit { fraction, absolute: 0.0, up_to, reason: Some(reason) };
            // An acceptance is of one case: nothing in its name is a pattern.
            (Pattern::escape(&case), metric, percent.or(up_to), limit)
        });
        let mut entries = Vec::new();
        // What is asked first wins: an acceptance goes before a limit, a later entry before an earlier.
        for (cases, metric, figure, limit) in limits.chain(accepted) {
            if metric != Metric::WALL_TIME.id && Rule::of(&metric).is_none() {
                return Err(ConfigError::UnknownMetric { path: path(), metric });
            }
            let below = limit.fraction < 0.0 || limit.absolute < 0.0;
            if figure.is_none_or(|figure| !figure.is_finite()) || below {
                return Err(ConfigError::NoFigure { path: path(), cases });
            }
            if limit.reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
                return Err(ConfigError::NoReason { path: path(), cases });
            }
            let pattern = Pattern::new(&cases);
            let cases = pattern.map_err(|source| ConfigError::Pattern {
                path: path(),
                pattern: cases.clone(),
                source,
            })?;
            entries.push(Entry { cases, metric, limit });
        }
        entries.reverse();
        Ok(Self {
            entries,
            accepted: accepts,
            instructions: file.gate.instructions,
            anchor: file.history.anchor,
        })
    }

    /// Its acceptances.
    pub(crate) fn accepted(&self) -> &[Acceptance] {
        &self.accepted
    }

    /// Whether instructions are compared, which takes a share of the budget.
    pub(crate) fn compares_instructions(&self) -> bool {
        self.instructions
    }

    /// The same, comparing instructions too where that is asked for.
    pub(crate) fn with_instructions(self, asked: bool) -> Self {
        Self { instructions: self.instructions || asked, ..self }
    }

    /// What this metric of this case may grow by.
    pub(crate) fn limit(&self, case: &CaseId, metric: &str) -> Limit {
        let name = case.to_string();
        let own = self
            .entries
            .iter()
            .find(|entry| entry.metric == metric && entry.cases.matches(&name))
            .map(|entry| entry.limit.clone());
        own.unwrap_or_else(|| match Rule::of(metric) {
            Some(rule) => Limit::fraction(rule.slack),
            None => Limit::fraction(DEFAULT_LIMIT),
        })
    }
}

/// What is accepted of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Accepted {
    /// A count as large as this: it lapses by itself once the base has it too.
    UpTo(f64),
    /// So many per cent of time, which has no unit that another machine would share.
    Percent(f64),
}

/// Adds an acceptance to the file of this folder, or of the nearest folder above that has one.
/// Where there is none yet it is made beside the nearest `Cargo.lock`. The rest of the file stays as it
/// is.
pub(crate) fn accept(
    folder: &Path,
    case: &str,
    metric: &str,
    accepted: Accepted,
    reason: &str,
) -> Result<PathBuf, ConfigError> {
    let there = folder.ancestors().map(|at| at.join(FILE)).find(|path| path.is_file());
    // The first entry makes the file, where the workspace is.
    let workspace = folder.ancestors().find(|at| at.join("Cargo.lock").is_file());
    let path = there.unwrap_or_else(|| workspace.unwrap_or(folder).join(FILE));
    let failed = |source| ConfigError::Io { path: path.clone(), source };
    let mut text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            "# What this project decided about its gate: `cargo amdahl gate`.\n".to_owned()
        }
        Err(error) => return Err(failed(error)),
    };
    let figure = match accepted {
        Accepted::UpTo(value) => format!("up_to = {value:?}"),
        Accepted::Percent(percent) => format!("percent = {percent:?}"),
    };
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let entry = format!(
        "\n[[accepted]]\ncase = {}\nmetric = {}\n{figure}\nreason = {}\n",
        quoted(case),
        quoted(metric),
        quoted(reason)
    );
    text.push_str(&entry);
    // What could not be read back must not be written.
    Config::parse(&text, &path)?;
    crate::store::write_whole(&path, text.as_bytes()).map_err(failed)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new(FILE)).map_err(|error| error.to_string())
    }

    fn case(variant: &str) -> CaseId {
        CaseId::new("sum", variant, "10x10", 1)
    }

    #[test]
    fn without_a_file_time_may_grow_by_one_per_cent_and_counts_by_nothing() {
        let none = Config::default();
        assert_eq!(none.limit(&case("zip"), "wall_time"), Limit::fraction(0.01));
        assert_eq!(none.limit(&case("zip"), "heap_blocks"), Limit::NONE);
    }

    #[test]
    fn our_own_file_and_the_one_of_the_documentation_say_what_they_seem_to() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let read = |name: &str| fs::read_to_string(root.join(name)).expect("a file of ours");
        let own = parsed(&read("amdahl.toml")).expect("a sound file");
        let percent = |config: &Config, variant: &str| {
            let case = CaseId::new("mask_select", variant, "1000000", 2);
            (100.0 * config.limit(&case, "wall_time").fraction).round()
        };
        let of = ["counted", "simd", "preallocated", "rayon"].map(|variant| percent(&own, variant));
        assert_eq!(of, [2.0; 4]);
        assert_eq!(["naive", "ndarray"].map(|variant| percent(&own, variant)), [1.0; 2]);

        let page = read("docs/ci.md");
        let (_, example) = page.split_once("```toml\n").expect("an example");
        let (example, _) = example.split_once("```").expect("its end");
        let shown = parsed(example).expect("a sound example");
        let blocks = shown.limit(&CaseId::new("parse", "scan", "1000", 1), "heap_blocks");
        assert_eq!(blocks.up_to, Some(12.0));
        assert!(shown.compares_instructions() && shown.anchor.is_some());
    }

    #[test]
    fn the_later_entry_wins_and_an_acceptance_before_any_limit() {
        let text = r#"
            [[accepted]]
            case = "sum/zip/10x10"
            metric = "heap_bytes"
            up_to = 64
            reason = "a buffer"
            [[limit]]
            cases = "sum/*"
            metric = "wall_time"
            percent = 3
            [[limit]]
            cases = "sum/zip/*"
            metric = "wall_time"
            percent = 5
            absolute = 200
            reason = "a short case"
            [[limit]]
            cases = "*"
            metric = "heap_bytes"
            absolute = 16
        "#;
        let config = parsed(text).expect("a sound file");
        assert_eq!(config.limit(&case("faer"), "wall_time").fraction, 0.03);
        let zip = config.limit(&case("zip"), "wall_time");
        assert_eq!((zip.fraction, zip.absolute), (0.05, 200.0));
        assert_eq!(zip.reason.as_deref(), Some("a short case"));
        assert_eq!(config.limit(&case("zip"), "heap_bytes").up_to, Some(64.0));
        assert_eq!(config.limit(&case("faer"), "heap_bytes").absolute, 16.0);
    }

    #[test]
    fn instructions_are_compared_where_the_file_or_the_user_says_so() {
        let file = parsed("[gate]\ninstructions = true\n").expect("a sound file");
        assert!(file.compares_instructions());
        assert!(!Config::default().compares_instructions());
        assert!(Config::default().with_instructions(true).compares_instructions());
        assert_eq!(file.limit(&case("zip"), "instructions"), Limit::fraction(0.005));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_advice() {
        let entry = |rest: &str| {
            let text = format!("[[limit]]\ncases = \"*\"\n{rest}");
            parsed(&text).expect_err("it makes no sense")
        };
        assert!(entry("metric = \"speed\"\npercent = 1").contains("write one of wall_time, heap"));
        assert!(entry("metric = \"wall_time\"").contains("give `percent`"));
        assert!(entry("metric = \"wall_time\"\npercent = -1").contains("none below 0"));
        assert!(entry("metric = \"wall_time\"\npercnt = 1").contains("percnt"));
        let unexplained =
            "[[accepted]]\ncase = \"a\"\nmetric = \"wall_time\"\npercent = 1\nreason = \" \"";
        assert!(parsed(unexplained).expect_err("no reason").contains("say why"));
    }

    #[test]
    fn an_acceptance_is_added_and_the_rest_of_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        fs::write(&path, "# ours\n[[limit]]\ncases = \"*\"\nmetric = \"wall_time\"\npercent = 2")
            .unwrap();
        let below = folder.path().join("benches");
        fs::create_dir(&below).unwrap();
        let reason = "a \"cache\"\nof two lines";
        accept(&below, "sum/zip/10x10", "heap_blocks", Accepted::UpTo(3.0), reason).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# ours\n[[limit]]"), "{text}");
        let config = Config::nearest(&below).unwrap();
        let limit = config.limit(&case("zip"), "heap_blocks");
        assert_eq!((limit.up_to, limit.reason.as_deref()), (Some(3.0), Some(reason)));
        assert_eq!(config.limit(&case("faer"), "heap_blocks"), Limit::NONE);
    }
}
