//! The glossary's words are the only ones the command line and the reports use.

mod common;

use std::fs;
use std::path::Path;

use common::{Sandbox, stdout};

/// A row of the glossary: the word, and what is not said for it.
fn forbidden() -> Vec<(String, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/glossary.md");
    let text = fs::read_to_string(path).expect("the glossary");
    let rows = text.lines().filter(|line| line.starts_with('|'));
    let rows: Vec<(String, Vec<String>)> = rows
        .map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() == 3 && cells[0] != "word")
        .map(|cells| {
            let words = cells[2].split(',').map(|word| word.trim().to_lowercase()).collect();
            (cells[0].to_owned(), words)
        })
        .collect();
    assert!(rows.len() >= 10, "the table is read: {rows:?}");
    rows
}

#[track_caller]
fn assert_spoken_well(place: &str, text: &str) {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let spaced = format!(" {} ", words.join(" "));
    for (word, not_said) in forbidden() {
        for wrong in not_said {
            assert!(!spaced.contains(&format!(" {wrong} ")), "{place} says `{wrong}` for `{word}`");
        }
    }
}

#[test]
fn the_command_lines_help_keeps_to_the_glossary() {
    let sandbox = Sandbox::of("own_kernels");
    for words in [
        "--help",
        "list --help",
        "check --help",
        "measure --help",
        "profile --help",
        "report --help",
        "compare --help",
        "doctor --help",
        "ceilings --help",
        "gate --help",
        "accept --help",
        "history --help",
        "history add --help",
        "merge --help",
        "whatif --help",
    ] {
        assert_spoken_well(words, &stdout(&sandbox.amdahl(words)));
    }
    assert_spoken_well("cargo bench -- --help", &stdout(&sandbox.bench("--help")));
}

#[test]
fn the_reports_headings_keep_to_the_glossary() {
    let sandbox = Sandbox::of("own_kernels");
    let measured = sandbox.amdahl("measure --budget 2s");
    assert!(measured.status.success());
    let report = sandbox.report();
    let headings: Vec<&str> = report.lines().filter(|line| line.starts_with('#')).collect();
    assert!(headings.len() > 5, "{headings:?}");
    assert_spoken_well("the report", &headings.join("\n"));
    let columns: Vec<&str> = report.lines().filter(|line| line.starts_with("| ")).collect();
    assert_spoken_well("the report's tables", &columns.join("\n"));
}
