//! The tables of `docs/exercises.md` that are derived from records: claims, E.1, E.4.
//!
//! A table stands between two marks. With `UPDATE_FIGURES=1` it is written anew; otherwise a table
//! that is not the record's fails.

mod published;

use std::fs;

use amdahl::Rng;
use amdahl_kernels::chart::multi_panel::{self, Panels};
use amdahl_reports::document::{Block, Column, Document, Table, Text};
use amdahl_reports::summary::{CaseRow, KernelSummary, Status, Summary, claims, summarise};
use amdahl_reports::{Metric, Outcome, Run, Series, claims_table, format, render, stats};
use serde_json::Value;

use published::{PAGE, derived, page, record_beside, root, target_of, updates};

/// What programs in Python measured of the figure of E.4: a first line of when and where, then one a
/// library.
const FIGURES: &str = "docs/figures.jsonl";

/// The record that the page cites, and what is derived of it.
struct Evidence {
    run: Run,
    summary: Summary,
}

impl Evidence {
    fn of(target: &str) -> Self {
        let run = record_beside(target);
        let summary = summarise(&run);
        Self { run, summary }
    }

    fn kernel(&self, id: &str) -> &KernelSummary {
        let mut kernels = self.summary.kernels.iter();
        kernels.find(|kernel| kernel.id == id).unwrap_or_else(|| panic!("the record has no {id}"))
    }

    /// The rows of a variant at the kernel's largest size, by threads.
    fn rows(&self, id: &str, variant: &str) -> Vec<&CaseRow> {
        let size = self.kernel(id).largest_size().expect("a measured size");
        size.rows_with_peers().filter(|row| row.case.variant == variant).collect()
    }

    /// Why there is nothing of a variant, and what to do about it.
    fn missing(&self, id: &str, variant: &str) -> String {
        let rows = self.rows(id, variant);
        if let Some(Status::Failed { failure, .. }) = rows.first().map(|row| &row.status) {
            return format!("not measured: {}", failure.reason);
        }
        let absent = self
            .run
            .kernel(id)
            .and_then(|kernel| kernel.absent.iter().find(|absent| absent.variant == variant));
        match (absent, variant.split_once('.')) {
            (Some(absent), _) => format!("not measured: {}", absent.reason),
            (None, Some((peer, _))) => {
                format!("not measured: `cargo amdahl peers install {peer}`, then measure again")
            }
            (None, None) => "not measured: no part of the record".to_owned(),
        }
    }

    /// Time on one thread and on the most, or why there is none.
    fn times(&self, id: &str, variant: &str) -> [Text; 2] {
        let rows = self.rows(id, variant);
        let time = |row: Option<&&CaseRow>| row?.time_ns().map(format::time);
        let single = time(rows.iter().find(|row| row.case.threads == 1));
        let most =
            time(rows.iter().filter(|row| row.case.threads > 1).max_by_key(|r| r.case.threads));
        [
            Text::prose(&single.unwrap_or_else(|| self.missing(id, variant))),
            Text::from(most.unwrap_or_default()),
        ]
    }
}

/// What the claims of today's suite come to in the record, whichever it was made with.
fn claims_of(evidence: &Evidence) -> Table {
    let declared = amdahl_kernels::claims();
    claims_table(&claims(&declared, &evidence.run, &evidence.summary))
}

/// The libraries of E.1: their names, and the variants that are written with them.
const LIBRARIES: [(&str, &str); 4] = [
    ("pandas (Python)", "python.pandas"),
    ("Polars (Python)", "python.polars"),
    ("Polars (Rust)", "polars"),
    ("own columns (Rust)", "columns"),
];

fn exercise_e1(evidence: &Evidence) -> Table {
    let mut table = Table::new([
        Column::left("operation"),
        Column::left("library"),
        Column::right("time, 1 thread"),
        Column::right("time, all threads"),
        Column::right("resident peak"),
        Column::right("lines"),
    ]);
    for kernel in ["conditional_column", "group_mean", "left_join_count"] {
        for (library, variant) in LIBRARIES {
            let [single, most] = evidence.times(kernel, variant);
            let lines = lines_of(evidence, kernel, variant).map(|lines| lines.to_string());
            table.row([
                Text::code(kernel),
                Text::from(library),
                single,
                most,
                Text::from(resident_peak(evidence, kernel, variant).unwrap_or_default()),
                Text::from(lines.unwrap_or_default()),
            ]);
        }
    }
    table.without_empty_columns()
}

/// The most that an iteration adds to its process's resident memory, at the largest size on one
/// thread.
fn resident_peak(evidence: &Evidence, id: &str, variant: &str) -> Option<String> {
    let rows = evidence.rows(id, variant);
    let case = &rows.iter().find(|row| row.case.threads == 1)?.case;
    let of_case = evidence.run.records.iter().filter(|record| record.case == *case);
    let series = of_case.filter_map(|record| match &record.outcome {
        Outcome::Measured(measurement) => {
            measurement.series.iter().find(|series| series.metric == Metric::RESIDENT_PEAK.id)
        }
        _ => None,
    });
    let samples = series.map(Series::per_iteration).next()?;
    Some(format::bytes(stats::median(&samples)?))
}

/// Lines of code of the timed work, as the peer counts them, or counted here.
fn lines_of(evidence: &Evidence, id: &str, variant: &str) -> Option<usize> {
    let source = |path: &str| {
        let path = root().join("kernels/src/table").join(path);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    // The functions of the same file that a variant calls are its own; what it takes from `support`
    // is the library's part.
    let helpers: &[&str] = if id == "group_mean" { &["of_words", "sorted", "order"] } else { &[] };
    match variant {
        "columns" => Some(timed_lines(&source(&format!("{id}.rs")), "columns", helpers)),
        "polars" => Some(timed_lines(&source(&format!("{id}/with_polars.rs")), "run", &[])),
        _ => {
            let told = evidence.run.kernel(id)?.variant(variant)?.lines?;
            usize::try_from(told).ok()
        }
    }
}

/// Lines of code of what a variant times, from `Timed` to the end of that statement, and of the
/// functions it calls. Formatted code ends a statement at the indentation it began with.
fn timed_lines(source: &str, variant: &str, helpers: &[&str]) -> usize {
    let lines: Vec<&str> = source.lines().collect();
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let end = |first: usize| {
        let rest = &lines[first + 1..];
        let same = |line: &&str| !line.is_empty() && indentation(line) == indentation(lines[first]);
        first + 1 + rest.iter().position(same).expect("formatted code")
    };
    let function = |name: &str| {
        let is_it = |line: &&str| {
            let line = line.strip_prefix("pub ").unwrap_or(line);
            line.strip_prefix("fn ").is_some_and(|rest| rest.split(['(', '<']).next() == Some(name))
        };
        lines.iter().position(is_it).unwrap_or_else(|| panic!("no function {name}"))
    };
    let code = |first: usize| {
        let is_code = |line: &&&str| !line.trim().is_empty() && !line.trim().starts_with("//");
        lines[first..=end(first)].iter().filter(is_code).count()
    };
    let begin = function(variant);
    let timed = lines[begin..end(begin)].iter().position(|line| line.contains("Timed::returning("));
    code(begin + timed.expect("a variant that returns its result"))
        + helpers.iter().map(|name| code(function(name))).sum::<usize>()
}

/// The rows of the libraries in Python, as their own program measured them; one row that says how
/// where the record of it is not there.
fn figures_in_python(evidence: &Evidence) -> Vec<Vec<Text>> {
    let Ok(text) = fs::read_to_string(root().join(FIGURES)) else {
        let libraries = Text::from("matplotlib, plotly, altair (Python)");
        let remedy = "not measured: run `figures.py` of the peer `python`";
        let mut row = vec![Text::default(); 3];
        (row[0], row[2]) = (libraries, Text::prose(remedy));
        return vec![row];
    };
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let is_quiet = lines.next().is_some_and(|head| head["quiet"] == true);
    lines.flat_map(|line| figures_of(evidence, &line, is_quiet)).collect()
}

/// A row a format. The lines are those that the peer counts of the same figure where the record has
/// them, helpers and all.
fn figures_of(evidence: &Evidence, line: &Value, is_quiet: bool) -> Vec<Vec<Text>> {
    let word = |name: &str| line[name].as_str().unwrap_or_else(|| panic!("no {name} in {line}"));
    let others = line["other_formats"].as_object().expect("formats it would have");
    let others: Vec<String> = others
        .iter()
        .map(|(name, needs)| format!("{name} ({})", needs.as_str().unwrap_or("")))
        .collect();
    let variant = format!("python.{}", word("library").to_lowercase());
    let lines = lines_of(evidence, "multi_panel", &variant);
    let lines = lines.map_or_else(|| line["lines_of_code"].to_string(), |own| own.to_string());
    let time = |ms: f64| {
        let shown = format::time(NANOSECONDS_PER_MS * ms);
        Text::from(if is_quiet { shown } else { "not measured: busy machine".to_owned() })
    };
    let formats = line["formats"].as_object().expect("its formats");
    let row = |(format, own): (&String, &Value)| {
        let number = |name: &str| own[name].as_f64().unwrap_or_else(|| panic!("no {name}"));
        let shown_by_a_browser = ["html", "json"].contains(&format.as_str());
        let is_interactive = shown_by_a_browser && line["interactive"] == true;
        vec![
            Text::from(format!("{} {} (Python)", word("library"), word("version"))),
            Text::from(format.to_uppercase()),
            Text::from(lines.clone()),
            time(number("median_ms")),
            time(number("cold_ms")),
            Text::from(format::bytes(number("bytes"))),
            Text::from(if is_interactive { IN_A_BROWSER } else { "no" }),
            Text::from(others.join(", ")),
        ]
    };
    formats.iter().map(row).collect()
}

/// Points of each panel but the bars, as in the kernel's measured size.
const POINTS: usize = 1_000;

const NANOSECONDS_PER_MS: f64 = 1e6;

/// Where a reader can point at a value.
const IN_A_BROWSER: &str = "in a browser";

fn exercise_e4(evidence: &Evidence) -> Table {
    let mut table = Table::new([
        Column::left("library"),
        Column::left("format"),
        Column::right("lines"),
        Column::right("render time"),
        Column::right("first"),
        Column::right("size"),
        Column::left("interactive"),
        Column::left("other formats"),
    ]);
    let panels = Panels::example(POINTS, &mut Rng::new(evidence.run.info.seed));
    for facts in multi_panel::facts(&panels).expect("the figures are drawn") {
        let rows = evidence.rows("multi_panel", facts.variant);
        let time = rows.first().and_then(|row| row.time_ns());
        let cold = rows.first().and_then(|row| row.cold_ns);
        // Of ours only charming's page has a script.
        let interactive = if facts.format == "HTML" { IN_A_BROWSER } else { "no" };
        table.row([
            Text::from(format!("{} (Rust)", facts.variant)),
            Text::from(facts.format),
            Text::from(facts.lines_of_code.to_string()),
            Text::from(time.map(format::time).unwrap_or_default()),
            Text::from(cold.map(format::time).unwrap_or_default()),
            Text::from(format::bytes(facts.size_bytes as f64)),
            Text::from(interactive),
            Text::from(facts.other_formats.join(", ")),
        ]);
    }
    for row in figures_in_python(evidence) {
        table.row(row);
    }
    table
}

type Derive = fn(&Evidence) -> Table;

const TABLES: [(&str, Derive); 3] =
    [("claims", claims_of), ("E.1", exercise_e1), ("E.4", exercise_e4)];

#[test]
fn the_derived_tables_are_those_of_the_record() {
    let page = page();
    let mut written = page.clone();
    let mut wrong = Vec::new();
    for (name, derive) in TABLES {
        let evidence = Evidence::of(&target_of(&page, name));
        let table = Document { blocks: vec![Block::Table(derive(&evidence))] };
        let want = render::markdown(&table);
        let place = derived(&written, name).unwrap_or_else(|| panic!("no marks of {name}"));
        if written[place.clone()].trim() != want.trim() {
            wrong.push(name);
            written.replace_range(place, &want);
        }
    }
    if updates() {
        fs::write(root().join(PAGE), written).expect("the page is written");
    }
    assert!(wrong.is_empty(), "{PAGE}: not the record's: {wrong:?}; run with UPDATE_FIGURES=1");
}

#[test]
fn lines_are_those_of_the_timed_statement_and_of_what_it_calls() {
    let source = "fn a(x: &X) -> Timed<'_, Y> {\n    let z = 1;\n    Timed::returning(move || {\n        \
                  // why\n        let y = b();\n\n        y\n    })\n    .seen_as(c)\n}\n\npub fn b() -> Y {\n    1\n}\n";
    assert_eq!(timed_lines(source, "a", &[]), 4);
    assert_eq!(timed_lines(source, "a", &["b"]), 7);
}
