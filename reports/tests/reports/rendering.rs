//! Whole reports: every file of a complete run, as committed snapshots, and how long they take.

use std::path::Path;
use std::time::{Duration, Instant};

use amdahl_reports::{Artifact, Report, Role, Run, StageInfo, measurer, render, report};
use proptest::prelude::*;

use crate::plant::{Plant, case, complete, kernel, samples};

fn file(name: &str) -> String {
    let files = report(&complete());
    files.into_iter().find(|file| file.path == name).expect("a file of that name").contents
}

/// Whether a file is a page of the Markdown.
fn is_page(file: &Artifact) -> bool {
    Path::new(&file.path).extension().is_some_and(|ending| ending == "md")
}

/// Every page of the Markdown, one after the other.
fn markdown() -> String {
    let files = report(&complete());
    let pages = files.into_iter().filter(is_page);
    pages.map(|page| page.contents).collect()
}

#[test]
fn the_markdown_is_as_committed() {
    insta::assert_snapshot!(file("README.md"));
}

#[test]
fn a_kernels_page_is_as_committed() {
    insta::assert_snapshot!(file("kernels/covariance.md"));
    insta::assert_snapshot!(file("kernels/flights.md"));
}

#[test]
fn every_link_of_every_page_leads_somewhere() {
    let files = report(&complete());
    for page in files.iter().filter(|file| is_page(file)) {
        let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in page.contents.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let full = match path.strip_prefix("../") {
                _ if path.is_empty() => page.path.clone(),
                Some(up) => up.to_owned(),
                None if folder.is_empty() => path.to_owned(),
                None => format!("{folder}/{path}"),
            };
            // Flame graphs and their kin lie in the run's own folder.
            if full.starts_with("flamegraphs/") {
                continue;
            }
            let there = files.iter().find(|file| file.path == full);
            let there = there.unwrap_or_else(|| panic!("{}: {target} leads nowhere", page.path));
            let heading = |line: &str| {
                amdahl_reports::document::anchor(line.trim_start_matches('#').trim_start())
                    == anchor
            };
            let headings = there.contents.lines().filter(|line| line.starts_with('#'));
            assert!(anchor.is_empty() || headings.into_iter().any(heading), "{target}");
        }
    }
}

#[test]
fn no_page_is_longer_than_github_shows() {
    // GitHub stops rendering a Markdown file beyond 512 KB ("About READMEs", GitHub Docs: 500 KiB).
    let pages = report(&large()).into_iter().filter(is_page);
    for page in pages {
        assert!(page.contents.len() < 500 * 1024, "{} has {}", page.path, page.contents.len());
    }
}

#[test]
fn the_page_is_as_committed() {
    insta::assert_snapshot!(file("index.html"));
}

#[test]
fn the_terminal_text_is_as_committed() {
    insta::assert_snapshot!(file("report.txt"));
}

#[test]
fn the_brief_report_fits_a_terminal() {
    let run = complete();
    insta::assert_snapshot!(render::terminal(&Report::new(&run).brief()));
}

#[test]
fn the_json_is_as_committed_and_parses() {
    let text = file("report.json");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["kernels"][0]["fastest"]["variant"], "rayon");
    insta::assert_snapshot!(text);
}

#[test]
fn the_csv_is_as_committed() {
    insta::assert_snapshot!(file("report.csv"));
}

#[test]
fn the_charts_are_as_committed() {
    for (name, path) in [
        ("summary", "charts/summary.svg"),
        ("times", "charts/covariance.svg"),
        ("stages", "charts/flights-stages.svg"),
    ] {
        insta::assert_snapshot!(name, file(path));
    }
}

#[test]
fn every_picture_a_document_shows_is_among_the_files() {
    let files = report(&complete());
    let markdown = markdown().replace("](../charts/", "](charts/");
    let shown: Vec<&str> =
        markdown.split("](charts/").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert_eq!(shown.len(), 4);
    for name in shown {
        assert!(files.iter().any(|file| file.path == format!("charts/{name}")), "{name}");
    }
    assert_eq!(files.iter().filter(|file| file.path.starts_with("charts/")).count(), 4);
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    assert_eq!(report(&complete()), report(&complete()));
}

#[test]
fn every_renderer_file_is_in_all_under_its_own_name() {
    let source = include_str!("../../src/render/mod.rs");
    let files: Vec<&str> =
        source.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    let mut ids: Vec<&str> = render::all().iter().map(|renderer| renderer.id()).collect();
    ids.sort_unstable();
    assert_eq!(files, ids);
}

/// Any float at all, the awkward ones often.
fn any_figure() -> impl Strategy<Value = f64> {
    let tiny = f64::from_bits(1);
    let awkward = [f64::MAX, f64::INFINITY, f64::NAN, f64::MIN_POSITIVE, tiny, 0.0, -0.0, -1.0];
    prop_oneof![prop::num::f64::ANY, prop::sample::select(awkward.to_vec())]
}

proptest! {
    #[test]
    fn any_figures_and_words_are_written_down_without_a_panic(
        times in prop::collection::vec(any_figure(), 1..8),
        slow in prop::collection::vec(any_figure(), 1..8),
        stage in any_figure(),
        word in "\\PC{0,16}",
    ) {
        let variants = [("naive", Role::Reference), (word.as_str(), Role::Serial)];
        let mut info = kernel("k", &variants);
        info.about.clone_from(&word);
        info.stages = vec![StageInfo { name: word.clone(), variants: vec![word.clone()] }];
        let (naive, other) = (case("k", "naive", "big", 1), case("k", &word, "big", 2));
        let run = Plant::new()
            .kernel(info)
            .timed(&naive, measurer::INTERLEAVED, slow)
            .timed(&other, measurer::INTERLEAVED, times.clone())
            .heap(&other, (times[0], times[0], times[0]), (stage, stage))
            .stages(&naive, stage, &[(&word, times[0])])
            .not_measured(&other, &word, &word, &word)
            .0;
        for file in report(&run) {
            prop_assert!(file.contents.ends_with('\n'), "{}", file.path);
        }
    }
}

#[test]
fn every_renderer_has_its_own_id_and_file() {
    let renderers = render::all();
    for (at, one) in renderers.iter().enumerate() {
        assert!(render::by_id(one.id()).is_some());
        for other in &renderers[at + 1..] {
            assert!(one.id() != other.id() && one.file_name() != other.file_name());
        }
    }
    assert!(render::by_id("pdf").is_none());
}

#[test]
fn nothing_measured_is_hidden() {
    let markdown = markdown();
    for reason in [
        "at \\[0, 3\\] it has 1.5",
        "no answer within 30 s",
        "signal 11",
        "valgrind is not there",
        "install valgrind",
        "of its own",
        "not part of this run",
        "no GPU variant is built in",
    ] {
        let reason = reason.replace("\\[", "[").replace("\\]", "]");
        assert!(markdown.contains(&reason), "{reason}");
    }
}

#[test]
fn a_run_without_records_still_gives_a_report() {
    let run = Plant::new().kernel(kernel("k", &[("naive", Role::Reference)])).0;
    let files = report(&run);
    let text = files.iter().find(|file| file.path == "report.txt").expect("a text");
    assert!(text.contents.contains("no measured size in this run"));
    // The first page is one of the renderers' files; nothing was measured, so there is no advice.
    assert!(files.iter().any(|file| file.path == "kernels/k.md"));
    assert_eq!(
        files.len(),
        render::all().len() + 1,
        "{:?}",
        files.iter().map(|f| &f.path).collect::<Vec<_>>()
    );
}

/// 10 kernels of 4 variants at 5 sizes: 200 cases, each with 100 samples by two timers.
fn large() -> Run {
    let variants =
        [("naive", Role::Reference), ("a", Role::Serial), ("b", Role::Serial), ("c", Role::Serial)];
    let mut plant = Plant::new();
    for k in 0..10 {
        let id = format!("kernel{k}");
        let mut info = kernel(&id, &variants);
        let size = info.sizes[1].clone();
        let labels = (0..5).map(|s| format!("size{s}"));
        info.sizes =
            labels.map(|label| amdahl_reports::SizeInfo { label, ..size.clone() }).collect();
        plant = plant.kernel(info);
        for s in 0..5 {
            for (v, (variant, _)) in variants.iter().enumerate() {
                let at = case(&id, variant, &format!("size{s}"), 1);
                let times = samples(1e6 / (v + 1) as f64, 0.05, 100, v + s);
                // Half the kernels only have criterion's samples, whose ratios need the bootstrap.
                let by = if k % 2 == 0 { measurer::INTERLEAVED } else { measurer::CRITERION };
                plant = plant.timed(&at, by, times).heap(&at, (1.0, 2.0, 3.0), (1.0, 2.0));
            }
        }
    }
    plant.0
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the limit is on elapsed time")]
fn a_report_of_200_cases_takes_at_most_a_second_optimised() {
    let run = large();
    let start = Instant::now();
    let files = report(&run);
    let took = start.elapsed();
    assert!(files.len() > 10);
    let limit = if cfg!(debug_assertions) { 5 } else { 1 };
    assert!(took < Duration::from_secs(limit), "{took:?}");
    assert_eq!(Report::new(&run).summary.kernels.len(), 10);
}
