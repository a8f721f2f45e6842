//! What the tests of `docs/exercises.md` share: the page, and the record that it cites.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::path::{Path, PathBuf};

use amdahl_reports::{Run, wire};

/// The page with the exercises' answers.
pub const PAGE: &str = "docs/exercises.md";

/// Where a page of `docs/` finds the published reports.
const REPORTS: &str = "../reports/published/";

/// Where a table begins that a test derives; its name and ` -->` follow.
const BEGIN: &str = "<!-- derived: ";

/// Where it ends.
const END: &str = "<!-- end of derived -->";

/// The workspace's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The page as it is.
pub fn page() -> String {
    fs::read_to_string(root().join(PAGE)).expect("the page is there")
}

/// Whether figures are to be written anew.
#[allow(clippy::disallowed_methods, reason = "a test has no command line of its own")]
pub fn updates() -> bool {
    std::env::var_os("UPDATE_FIGURES").is_some()
}

/// The record beside the report that a page of `docs/` links to.
pub fn record_beside(target: &str) -> Run {
    let page = root().join("docs").join(target);
    let report = page.ancestors().find(|folder| folder.join("records.jsonl").exists());
    let records: PathBuf = report.expect("a report with records").join("records.jsonl");
    let bytes = fs::read(&records).unwrap_or_else(|e| panic!("{}: {e}", records.display()));
    wire::decode(&bytes).expect("a sound record")
}

/// The target of the page's first link into a published report.
pub fn first_target(page: &str) -> String {
    let from = page.find(REPORTS).expect("the page cites a report");
    page[from..].split([' ', ')', '"']).next().unwrap_or_default().to_owned()
}

/// The report that a derived table is of: the one that its section links to, else the page's first.
pub fn target_of(page: &str, name: &str) -> String {
    let before = &page[..derived(page, name).map_or(0, |table| table.start)];
    let section = before.rfind("\n## ").map_or("", |from| &before[from..]);
    first_target(if section.contains(REPORTS) { section } else { page })
}

/// Where the text of a derived table lies in a page.
pub fn derived(page: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let mark = format!("{BEGIN}{name} -->\n");
    let begin = page.find(&mark)? + mark.len();
    Some(begin..begin + page[begin..].find(END)?)
}

/// The page without its derived tables, whose figures are held to the record as a whole.
pub fn without_derived(page: &str) -> String {
    let mut parts = page.split(BEGIN);
    let mut rest = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        rest.push_str(part.split_once(END).map_or("", |(_, after)| after));
    }
    rest
}
