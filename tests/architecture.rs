//! The invariants of ARCHITECTURE.md, held over the sources themselves.

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 70;

/// A source file: its path from the workspace's folder, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The text without its unit tests and comments, which may speak of anything.
    fn code(&self) -> String {
        let text = self.text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        text.lines().filter(is_code).collect::<Vec<_>>().join("\n")
    }
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder of the workspace.
fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&workspace().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} has Rust files");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path: PathBuf = entry.expect("a readable entry").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                collect(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("readable text");
            let path = path.strip_prefix(workspace()).expect("a path within").to_owned();
            found.push(Source { path: path.display().to_string(), text });
        }
    }
}

fn all_sources() -> Vec<Source> {
    ["reports", "harness", "kernels", "benches", "tests"].into_iter().flat_map(sources).collect()
}

/// Fails with every place at which one of the words stands in a file that is not excepted.
#[track_caller]
fn assert_absent(sources: &[Source], words: &[&str], excepted: impl Fn(&str) -> bool) {
    let mut places = Vec::new();
    for source in sources.iter().filter(|source| !excepted(&source.path)) {
        let code = source.code();
        let hits = words.iter().filter(|word| code.contains(**word));
        places.extend(hits.map(|word| format!("{}: {word}", source.path)));
    }
    assert!(places.is_empty(), "not here:\n{}", places.join("\n"));
}

#[test]
fn reports_uses_no_clock_thread_environment_or_process() {
    let words = [
        "std::time",
        "Instant",
        "SystemTime",
        "std::thread",
        "rayon",
        "std::env",
        "env!(",
        "std::process",
        "std::fs",
        "std::net",
        "println!",
        "eprintln!",
        "std::io",
    ];
    assert_absent(&sources("reports/src"), &words, |_| false);
}

#[test]
fn only_the_measure_folder_reads_the_clock() {
    let excepted = |path: &str| path.starts_with("harness/src/measure/");
    let harness: Vec<Source> = sources("harness/src");
    assert_absent(&harness, &["Instant::now", "SystemTime::now"], excepted);
    assert_absent(&sources("kernels/src"), &["Instant::now", "SystemTime"], |_| false);
}

#[test]
fn only_the_cli_prints() {
    let words =
        ["print!(", "println!(", "eprint!(", "eprintln!(", "dbg!(", "io::stdout()", "io::stderr()"];
    // The worker hands stdout to the protocol and lets kernels print to stderr: it takes both, and
    // prints to neither.
    let excepted =
        |path: &str| path.starts_with("harness/src/cli/") || path == "harness/src/worker/mod.rs";
    let sources: Vec<Source> =
        ["reports/src", "harness/src", "kernels/src"].into_iter().flat_map(sources).collect();
    assert_absent(&sources, &words, excepted);
}

#[test]
fn statistics_live_in_one_place() {
    let words = [
        "fn mean(",
        "fn median(",
        "fn quantile(",
        "fn percentile(",
        "fn variance(",
        "fn standard_deviation(",
        "fn bootstrap",
        "fn mad(",
        "fn wilcoxon",
    ];
    let excepted = |path: &str| {
        path.starts_with("reports/src/stats/")
            // A kernel whose computation is a statistic is no statistic of ours.
            || path.starts_with("kernels/")
            || path.ends_with("architecture.rs")
    };
    let found: Vec<Source> = all_sources()
        .into_iter()
        .filter(|source| !source.path.starts_with("reports/tests/"))
        .collect();
    assert_absent(&found, &words, excepted);
}

#[test]
fn wire_types_are_not_the_in_memory_types() {
    let excepted = |path: &str| {
        path.starts_with("reports/src/wire/") || path.starts_with("reports/src/render/json")
    };
    assert_absent(&sources("reports/src"), &["Serialize", "Deserialize"], excepted);
    let excepted = |path: &str| {
        // The worker protocol has its own messages; files of cargo, dhat, Chrome, a peer and a user are
        // read. Of npyz a trait is named.
        path == "harness/src/protocol.rs"
            || path == "harness/src/cli/way_in.rs"
            || path == "harness/src/config/mod.rs"
            || path == "harness/src/import/trace/mod.rs"
            || path == "harness/src/input/npy.rs"
            || path == "harness/src/peers/manifest.rs"
            || path == "harness/src/measure/heap.rs"
            || path == "harness/src/measure/cpu/mod.rs"
    };
    assert_absent(&sources("harness/src"), &["Serialize", "Deserialize"], excepted);
}

#[test]
fn crates_depend_one_way() {
    assert_absent(&sources("reports/src"), &["use amdahl::", "amdahl_kernels"], |_| false);
    assert_absent(&sources("harness/src"), &["amdahl_kernels"], |_| false);
    assert_absent(&sources("kernels/src"), &["amdahl_reports"], |_| false);
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let long: Vec<String> = all_sources()
        .iter()
        .map(|source| (source.text.lines().count(), &source.path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, path)| format!("{path}: {lines}"))
        .collect();
    assert!(long.is_empty(), "split these:\n{}", long.join("\n"));
}

/// Functions by name and length. Formatted code closes a function at the indentation it began with.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let indentation = &line[..line.len() - trimmed.len()];
        let words = ["pub ", "pub(crate) ", "pub(super) ", "const ", "unsafe ", "extern \"C\" "];
        let mut rest = trimmed;
        while let Some(word) = words.iter().find(|word| rest.starts_with(**word)) {
            rest = &rest[word.len()..];
        }
        let Some(name) = rest.strip_prefix("fn ") else { continue };
        let end = format!("{indentation}}}");
        let length = lines[start..].iter().position(|line| *line == end).map_or(1, |at| at + 1);
        let one_line = line.ends_with('}') || line.ends_with(';');
        let name = name.split(['(', '<']).next().unwrap_or_default().to_owned();
        found.push((name, if one_line { 1 } else { length }));
    }
    found
}

#[test]
fn no_function_is_longer_than_70_lines() {
    let mut long = Vec::new();
    for source in all_sources() {
        for (name, lines) in functions(&source.text) {
            if lines > LONGEST_FUNCTION {
                long.push(format!("{}: {name}: {lines}", source.path));
            }
        }
    }
    assert!(long.is_empty(), "divide these:\n{}", long.join("\n"));
    let sample = "fn a() {\n    1\n}\nimpl B {\n    pub fn c(&self) {\n        2\n    }\n}\n";
    assert_eq!(functions(sample), [("a".to_owned(), 3), ("c".to_owned(), 3)]);
}

/// A module file that no `mod` line names is dead, and nothing would say so.
#[test]
fn every_module_file_is_registered() {
    let mut lost = Vec::new();
    for folder in ["reports/src", "harness/src", "kernels/src"] {
        let sources = sources(folder);
        for source in &sources {
            let path = Path::new(&source.path);
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let is_root = matches!(stem, "lib" | "main") || source.path.contains("/src/bin/");
            let (name, parent) = if stem == "mod" {
                let folder = path.parent().expect("a module has a folder");
                (
                    folder.file_name().and_then(|name| name.to_str()).unwrap_or_default(),
                    folder.parent(),
                )
            } else {
                (stem, path.parent())
            };
            let parent = parent.expect("a module has a parent");
            let parents = ["mod.rs", "lib.rs"].map(|file| parent.join(file));
            let sibling = parent.with_extension("rs");
            let declared = sources.iter().any(|other| {
                let other_path = Path::new(&other.path);
                (parents.iter().any(|own| own == other_path) || sibling == other_path)
                    && (other.text.contains(&format!("mod {name};"))
                        || other.text.contains(&format!("\"{name}.rs\"")))
            });
            if !is_root && !declared {
                lost.push(source.path.clone());
            }
        }
    }
    assert!(lost.is_empty(), "no `mod` line names:\n{}", lost.join("\n"));
}

/// A measurer, analyser, renderer or command is one file and one line in `all`.
#[test]
fn every_extension_file_is_in_its_list() {
    let lists = [
        ("reports/src/analyse", "reports/src/analyse/mod.rs", "impl Analyser for "),
        ("reports/src/render", "reports/src/render/mod.rs", "impl Renderer for "),
        ("harness/src/run", "harness/src/run/measurers.rs", "impl Measurer for "),
        ("harness/src/cli/commands", "harness/src/cli/commands/mod.rs", "impl Command for "),
    ];
    for (folder, list, line) in lists {
        let sources = sources(folder);
        let text = &sources.iter().find(|source| source.path == list).expect("the list").text;
        let all = text.split("fn all()").nth(1).and_then(|rest| rest.split("\n}").next());
        let all = all.unwrap_or_else(|| panic!("{list} has an `all`"));
        let mut listed = 0;
        for source in &sources {
            for declared in source.text.split(line).skip(1) {
                let name = declared.split([' ', '{']).next().unwrap_or_default();
                assert!(all.contains(name), "{}: `{name}` is not in `all` of {list}", source.path);
                listed += 1;
            }
        }
        assert!(listed > 0, "{folder} has something to list");
    }
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let own = |path: &str| path.ends_with("architecture.rs");
    let paths = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("../sha", "red")];
    let mut places = Vec::new();
    for source in all_sources().iter().filter(|source| !own(&source.path)) {
        let hits = paths.iter().filter(|word| source.text.contains(**word));
        places.extend(hits.map(|word| format!("{}: {word}", source.path)));
    }
    assert!(places.is_empty(), "{}", places.join("\n"));
}
