//! What goes wrong is a row with its reason, and the last good results stay.

mod common;

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use amdahl_reports::{FailureKind, Outcome, Run, wire};
use common::{Sandbox, assert_code, stderr, stdout};

fn run_of(sandbox: &Sandbox) -> Run {
    wire::decode(sandbox.read("report/records.jsonl").as_bytes()).expect("readable records")
}

/// How the check of a variant failed, and what was said.
fn failure(run: &Run, variant: &str) -> (FailureKind, String) {
    let mut failures = run.records.iter().filter(|record| record.case.variant == variant);
    failures
        .find_map(|record| match &record.outcome {
            Outcome::Failed(failure) => Some((failure.kind, failure.reason.clone())),
            _ => None,
        })
        .unwrap_or_else(|| panic!("`{variant}` did not fail"))
}

#[test]
fn every_way_to_fail_is_a_row_with_its_reason_and_the_others_go_on() {
    let sandbox = Sandbox::of("misbehaving");
    let output = sandbox.amdahl("measure --timeout 1s --budget 4s");
    assert_code(&output, 2);
    let run = run_of(&sandbox);
    let expected = [
        ("disagrees", FailureKind::Disagreed, "differs from `naive` on its first call"),
        ("not_a_number", FailureKind::Disagreed, "got NaN"),
        ("right_once", FailureKind::Disagreed, "on its second call"),
        ("panics", FailureKind::Panicked, "no sum of 0 values at"),
        ("aborts", FailureKind::Died, "signal 6 (SIGABRT); it last said: about to abort"),
        ("never_ends", FailureKind::TimedOut, "no answer within 1.0 s"),
        ("wrong_stage", FailureKind::Disagreed, "stage `double`"),
        ("dies_later", FailureKind::Died, "SIGABRT"),
    ];
    for (variant, kind, reason) in expected {
        let (got, said) = failure(&run, variant);
        assert_eq!(got, kind, "{variant}: {said}");
        assert!(said.contains(reason), "{variant}: {said}");
        assert!(sandbox.report().contains(variant), "the report has a row for `{variant}`");
    }
    let unreadable = run.records.iter().find(|record| record.case.kernel == "unreadable").unwrap();
    assert!(
        matches!(&unreadable.outcome, Outcome::Failed(failure) if failure.reason.contains("No such file"))
    );
    for variant in ["good", "prints", "allocates_in_place"] {
        let timed = run.records.iter().any(|record| {
            record.case.variant == variant
                && record.measurer == "interleaved"
                && matches!(record.outcome, Outcome::Measured(_))
        });
        assert!(timed, "`{variant}` is timed all the same");
    }
    let report = sandbox.report();
    assert!(
        report.contains("`sum/allocates_in_place/1000` works in place but allocates"),
        "{report}"
    );
}

/// A run of the example whose end nobody waits for.
fn start(sandbox: &Sandbox, words: &str) -> std::process::Child {
    let mut command = sandbox.command();
    command.env("AMDAHL_CLI", "1").args(words.split_whitespace());
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

#[allow(clippy::disallowed_methods, reason = "a test's patience is no measurement")]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let patience = Instant::now();
    while !is_so() {
        assert!(patience.elapsed() < Duration::from_mins(1), "waited in vain: {what}");
        sleep(Duration::from_millis(20));
    }
}

fn has_unfinished_run(sandbox: &Sandbox) -> bool {
    std::fs::read_dir(sandbox.amdahl_folder().join("runs")).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("unfinished-"))
    })
}

#[test]
fn a_killed_run_leaves_the_last_good_report() {
    let sandbox = Sandbox::of("own_kernels");
    assert_code(&sandbox.amdahl("measure dot/zip/10000 --budget 1s"), 0);
    let before = sandbox.report();
    let mut killed = start(&sandbox, "measure --budget 60s");
    wait_until("a run to be under way", || has_unfinished_run(&sandbox));
    sleep(Duration::from_millis(300));
    killed.kill().expect("it still runs");
    killed.wait().expect("it is gone");
    assert_eq!(sandbox.report(), before);
    assert_code(&sandbox.amdahl("report"), 0);
    assert_code(&sandbox.amdahl("measure dot/zip/10000 --budget 1s"), 0);
    assert!(!has_unfinished_run(&sandbox), "the next run cleans up");
}

#[test]
fn a_full_disk_fails_the_run_and_leaves_the_last_good_report() {
    let sandbox = Sandbox::of("own_kernels");
    assert_code(&sandbox.amdahl("measure dot/zip/10000 --budget 1s"), 0);
    let before = sandbox.report();
    let program = common::example("own_kernels");
    // A limit on the size of files stands in for the disk: writes beyond it fail alike.
    let script = format!(
        "trap '' XFSZ; ulimit -f 2; exec '{}' measure dot/zip --budget 1s",
        program.display()
    );
    let mut command = Command::new("bash");
    command.args(["-c", &script]).env("AMDAHL_CLI", "1").env("CARGO_TARGET_DIR", sandbox.target());
    let output = sandbox.run(&mut command);
    assert_code(&output, 1);
    assert!(stderr(&output).contains("records.jsonl"), "{}", stderr(&output));
    assert_eq!(sandbox.report(), before);
    assert_code(&sandbox.amdahl("report"), 0);
}

#[test]
fn a_second_run_in_one_target_folder_waits_and_says_so() {
    let sandbox = Sandbox::of("own_kernels");
    let mut first = start(&sandbox, "measure dot --budget 8s");
    wait_until("the first run to be under way", || has_unfinished_run(&sandbox));
    let second = sandbox.amdahl("measure dot/zip/10000 --budget 1s");
    assert_code(&second, 0);
    assert!(stderr(&second).contains("another run holds"), "{}", stderr(&second));
    assert!(first.wait().expect("it ends").success());
}

#[test]
fn damaged_truncated_and_newer_records_are_refused_and_nothing_is_overwritten() {
    let sandbox = Sandbox::of("own_kernels");
    assert_code(&sandbox.amdahl("measure dot/zip/10000 --budget 1s"), 0);
    let good = sandbox.read("report/records.jsonl");
    let report = sandbox.report();
    let damages = [
        ("changed", good.replacen("dot", "dog", 1)),
        ("truncated", good[..good.len() / 2].to_owned()),
        ("newer", good.replacen("\"version\":1", "\"version\":7", 1)),
        ("empty", String::new()),
    ];
    for (what, text) in damages {
        let path = sandbox.target().join(format!("{what}.jsonl"));
        std::fs::write(&path, &text).unwrap();
        let output = sandbox.amdahl(&format!("report {}", path.display()));
        assert_code(&output, 1);
        let said = stderr(&output);
        assert!(said.contains(what) || said.contains("jsonl"), "{what}: {said}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{what}: left as it was");
        assert_eq!(sandbox.report(), report, "{what}: the report stays");
        assert_eq!(stdout(&output), "");
    }
    let newer =
        sandbox.amdahl(&format!("report {}", sandbox.target().join("newer.jsonl").display()));
    assert!(stderr(&newer).contains('7'), "{}", stderr(&newer));
}

#[test]
fn without_the_allocator_heap_is_not_measured_and_the_remedy_is_printed() {
    let sandbox = Sandbox::of("no_allocator");
    assert_code(&sandbox.amdahl("measure --budget 1s"), 0);
    let report = sandbox.report();
    assert!(
        report.contains("global\\_allocator") || report.contains("global_allocator"),
        "{report}"
    );
}

#[test]
fn a_wrong_declaration_is_an_error_that_names_the_kernel() {
    let output = Sandbox::of("no_reference").bench("");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("kernel `lost` has no reference"), "{}", stderr(&output));
}
