//! Histories from the outside: lines go in, series, changes and pictures come out.

use std::borrow::Cow;

use amdahl_reports::history::{Analysis, Collector, Entry, History, analyse, history_files};
use amdahl_reports::stats::Interval;
use amdahl_reports::wire::{decode_entry, encode_entry};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Noise of about one per cent: a sum of uniform numbers.
struct Noise(ChaCha8Rng);

impl Noise {
    fn next(&mut self) -> f64 {
        let uniform = |rng: &mut ChaCha8Rng| (rng.next_u64() >> 11) as f64 * 2.0_f64.powi(-53);
        0.01 * ((0..12).map(|_| uniform(&mut self.0)).sum::<f64>() - 6.0)
    }
}

fn noise(seed: u64) -> Noise {
    Noise(ChaCha8Rng::seed_from_u64(seed))
}

fn hash(commit: usize) -> String {
    format!("{:012x}", (commit as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16)
}

fn entry(commit: usize, case: &str, machine: &str, value: f64) -> Entry<'static> {
    let day = format!("2026-{:02}-{:02}", 1 + commit / 28, 1 + commit % 28);
    Entry {
        commit: Cow::Owned(hash(commit)),
        committed: Cow::Owned(format!("{day}T10:00:00Z")),
        measured: Cow::Owned(format!("{day}T11:00:00Z")),
        machine: Cow::Owned(machine.to_owned()),
        suite: Cow::Borrowed("kernels"),
        anchor: Cow::Borrowed("5f0e1a9c3b7d"),
        case: Cow::Owned(case.to_owned()),
        metric: Cow::Borrowed("wall_time"),
        ln_ratio: Interval {
            low: value - 0.01,
            estimate: value,
            high: value + 0.01,
            confidence: 0.95,
        },
        launches: 16,
        anchor_ns: 1234.5,
    }
}

fn history(entries: impl IntoIterator<Item = Entry<'static>>) -> History {
    let mut collector = Collector::default();
    entries.into_iter().for_each(|entry| collector.add(&entry));
    collector.finish()
}

/// Four cases over 120 commits on two machines, of which one case changes on one machine.
fn planted() -> History {
    let mut noise = noise(1);
    let mut entries = Vec::new();
    for commit in 0..120 {
        for case in ["fold/zip/1000", "fold/naive/1000", "sum/zip/1000", "sum/naive/1000"] {
            for machine in ["a Processor, 2 cores", "another, 8 cores"] {
                let changed = case == "sum/zip/1000" && machine.starts_with("a ") && commit >= 80;
                let value = noise.next() + if changed { 0.03 } else { 0.0 };
                entries.push(entry(commit, case, machine, value));
            }
        }
    }
    history(entries)
}

fn changes(analysis: &Analysis<'_>) -> Vec<(String, String, String)> {
    let own = |own: &amdahl_reports::history::Analysed<'_>| {
        let key = own.series.key.clone();
        let hash = |at: u32| analysis.history.commits[at as usize].hash.clone();
        own.changes
            .iter()
            .map(|change| (key.case.clone(), key.machine.clone(), hash(change.commit)))
            .collect::<Vec<_>>()
    };
    analysis.series.iter().flat_map(own).collect()
}

#[test]
fn a_planted_change_is_found_in_its_case_on_its_machine_at_its_commit() {
    let history = planted();
    let analysis = analyse(&history);
    assert_eq!((analysis.series.len(), analysis.searched), (8, 8));
    let wanted = ("sum/zip/1000".to_owned(), "a Processor, 2 cores".to_owned(), hash(80));
    assert_eq!(changes(&analysis), [wanted]);
    let own = analysis.series.iter().find(|own| !own.changes.is_empty()).expect("a change");
    // 0.03 in logarithms is 3.05 % in time.
    assert!((own.changes[0].shift.estimate - 0.0305).abs() < 0.006, "{:?}", own.changes);
    assert!(own.changes[0].p < 1e-6, "{:?}", own.changes);
    assert_eq!(own.levels.len(), 2);
}

#[test]
fn a_thousand_quiet_series_together_have_no_change() {
    let mut noise = noise(2);
    let mut quiet = |commit| -> Vec<Entry<'static>> {
        let case = |case: usize| format!("k{case}/v/1");
        (0..1_000).map(|at| entry(commit, &case(at), "m", noise.next())).collect()
    };
    let history = history((0..60).flat_map(&mut quiet));
    // The chance of any is at most 1 %, and the seed is fixed.
    assert_eq!(changes(&analyse(&history)), []);
}

#[test]
fn commits_are_in_the_order_of_their_dates_however_the_lines_came() {
    let entries: Vec<_> = (0..30).map(|at| entry(at, "k/v/1", "m", at as f64)).collect();
    let forwards = history(entries.clone());
    assert_eq!(history(entries.into_iter().rev()), forwards);
    let values: Vec<f64> = forwards.series[0].points.iter().map(|point| point.ln_ratio).collect();
    assert_eq!(values, (0..30).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn a_commit_measured_several_times_is_one_point() {
    let again = |value: f64| entry(3, "k/v/1", "m", value);
    let history = history([again(0.1), entry(4, "k/v/1", "m", 0.5), again(0.3), again(0.2)]);
    let points: Vec<f64> = history.series[0].points.iter().map(|point| point.ln_ratio).collect();
    assert_eq!(points, [0.2, 0.5]);
}

#[test]
fn the_page_names_the_change_and_every_picture_it_leads_to_is_there() {
    let history = planted();
    let files = history_files(&analyse(&history));
    let page = &files[0].contents;
    assert!(
        page.contains(
            "4 cases on 2 kinds of machine over 120 commits, each a ratio to its anchor: 1 change."
        ),
        "{page}"
    );
    assert!(page.contains(&hash(80)) && page.contains(" +3."), "{page}");
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["README.md", "overview.svg", "001-sum-zip-1000.svg"]);
    assert!(paths[1..].iter().all(|path| page.contains(path)), "{page}");
    assert!(files[2].contents.contains(&hash(80)[..7]), "the picture names the commit");
}

#[test]
fn a_short_history_says_that_it_is_too_short() {
    let history = history((0..5).map(|at| entry(at, "k/v/1", "m", 0.0)));
    let files = history_files(&analyse(&history));
    assert_eq!(files.len(), 1);
    assert!(files[0].contents.contains("too few commits yet"), "{}", files[0].contents);
}

#[test]
fn a_picture_of_thousands_of_commits_is_small_enough_for_a_page() {
    let mut noise = noise(4);
    let jump = |commit| if commit < 1_000 { 0.0 } else { 0.05 };
    let history = history((0..2_000).map(|at| entry(at, "k/v/1", "m", noise.next() + jump(at))));
    let files = history_files(&analyse(&history));
    let bytes: Vec<usize> = files.iter().map(|file| file.contents.len()).collect();
    // A point is a dot and a whisker, some forty bytes; the overview has dots alone.
    assert_eq!(bytes.len(), 3);
    assert!(bytes[1] < 40_000 && bytes[2] < 120_000, "{bytes:?}");
}

#[test]
fn what_is_no_entry_is_refused_with_the_reason() {
    let line = encode_entry(&entry(1, "k/v/1", "m", 0.0));
    let said = |line: &str| decode_entry(line).expect_err("no entry").to_string();
    let newer = line.replacen("\"history\":1", "\"history\":2", 1);
    assert!(said(&newer).contains("newer amdahl (version 2"), "{}", said(&newer));
    assert!(said("{\"history\":0}").contains("unknown version 0"));
    assert!(said(&line[..line.len() / 2]).contains("no entry"));
    assert!(said(&line.replacen("\"low\":-0.01", "\"low\":0.01", 1)).contains("does not hold 0"));
    assert!(said(&line.replacen("\"launches\"", "\"launched\"", 1)).contains("launched"));
}

proptest! {
    #[test]
    fn a_line_is_read_back_as_the_same_line(
        value in -2.0..2.0_f64,
        (below, above) in (0.0..1.0_f64, 0.0..1.0_f64),
        case in "[a-z]{1,8}/[a-zA-Z \\\\\"é]{1,8}/[0-9x]{1,6}",
    ) {
        let ln_ratio =
            Interval { low: value - below, estimate: value, high: value + above, confidence: 0.95 };
        let line = encode_entry(&Entry { ln_ratio, ..entry(1, &case, "m", 0.0) });
        let back = decode_entry(&line).expect("its own line");
        prop_assert_eq!(&back.case, &case);
        prop_assert!((back.ln_ratio.estimate - value).abs() < 1e-7);
        prop_assert_eq!(encode_entry(&back), line);
    }
}
