//! What is written of a gate, in every notation.

use amdahl_reports::gate::{
    GateRun, TimeOutcome, Verdict, bencher_lines, bencher_metric_format, gate_document, judge,
    junit, pull_request,
};
use amdahl_reports::wire::{WireError, decode_gate, encode_gate};
use amdahl_reports::{CaseId, render};

use crate::plant::{blocks, explained, instructions, looked_at, run, spread, steady, trial};

/// A run with something of everything.
fn eventful() -> GateRun {
    let mut run = run(vec![
        looked_at(trial("zip", &steady(0.03)), &steady(0.031)),
        trial("faer", &steady(0.0)),
        looked_at(trial("rayon", &spread(0.0, 0.02)), &spread(0.01, 0.02)),
        trial("ndarray", &steady(-0.05)),
    ]);
    run.cases[1].exact = vec![blocks(&[2.0; 3], &[3.0; 3])];
    run.cases[3].exact = vec![blocks(&[2.0; 3], &[1.0; 3])];
    run.cases[1].exact.push(instructions(&[1e6; 2], &[1.02e6; 2]));
    run.explanations = vec![explained("zip", &[0.03, 0.028, 0.001])];
    run.only_head = vec![CaseId::new("sum", "simd", "1000", 1)];
    run.notes = vec!["The head has changes that are in no commit.".to_owned()];
    run
}

#[test]
fn the_pull_request_says_what_counts_first() {
    let run = eventful();
    let judged = judge(&run);
    assert_eq!(judged.verdict, Verdict::Regression);
    insta::assert_snapshot!(pull_request(&run, &judged, 65_000));
}

#[test]
fn the_terminal_says_the_same_of_a_pass() {
    let run = run(vec![trial("zip", &steady(0.0))]);
    insta::assert_snapshot!(render::terminal(&gate_document(&run, &judge(&run))));
}

#[test]
fn a_pull_request_of_thousands_of_cases_fits_and_counts_what_it_leaves_out() {
    let mut trials: Vec<_> =
        (0..2_000).map(|at| trial(&format!("variant_{at}"), &steady(0.0))).collect();
    trials.push(looked_at(trial("zip", &steady(0.03)), &steady(0.03)));
    let run = run(trials);
    let judged = judge(&run);
    let text = pull_request(&run, &judged, 65_000);
    assert!(text.chars().count() <= 65_000);
    assert!(text.contains("sum/zip/1000"), "the regression is shown");
    let shown = text.matches("sum/variant_").count();
    let cut: usize = text
        .lines()
        .find_map(|line| line.strip_suffix(" further rows not shown."))
        .expect("it says what it leaves out")
        .replace(',', "")
        .parse()
        .expect("a count");
    assert_eq!(shown + cut, 2_000);
    assert!(shown > 100, "{shown}");
    assert!(pull_request(&run, &judged, 500).chars().count() <= 500);
}

#[test]
fn the_result_survives_its_file() {
    let run = eventful();
    let text = encode_gate(&run, &judge(&run));
    assert_eq!(decode_gate(text.as_bytes()).expect("what was written is read"), run);
    assert!(text.contains("\"verdict\": \"regression\""));
    assert!(text.contains("\"time\": \"slower\""));
}

#[test]
fn a_file_that_is_no_result_or_a_newer_one_is_refused() {
    assert!(matches!(decode_gate(b"{}"), Err(WireError::NotGate)));
    assert!(matches!(decode_gate(br#"{"amdahl":"records","version":1}"#), Err(WireError::NotGate)));
    assert!(matches!(
        decode_gate(br#"{"amdahl":"gate","version":9}"#),
        Err(WireError::Newer { found: 9, .. })
    ));
}

#[test]
fn junit_has_a_test_a_case_and_one_for_the_canaries() {
    let run = eventful();
    let text = junit(&run, &judge(&run));
    insta::assert_snapshot!(text);
    let mut other = run;
    other.head.lock = Some("00000000".to_owned());
    let judged = judge(&other);
    assert!(!junit(&other, &judged).contains("<failure"), "a rebaseline turns no build red");
}

#[test]
fn junit_escapes_what_a_case_said() {
    use amdahl_reports::gate::{SideFailure, Which};
    use amdahl_reports::{Failure, FailureKind};
    let mut run = run(vec![trial("zip", &[])]);
    let reason = "got <NaN> & \"more\"\u{1}".to_owned();
    let failure = Failure { kind: FailureKind::Disagreed, reason };
    run.cases[0].time.failure = Some(SideFailure { side: Which::Head, in_check: true, failure });
    let text = junit(&run, &judge(&run));
    assert!(text.contains("got &lt;NaN&gt; &amp; &quot;more&quot;?"), "{text}");
}

#[test]
fn trackers_read_the_heads_times() {
    let run = eventful();
    let judged = judge(&run);
    assert!(matches!(judged.cases[0].time.outcome, TimeOutcome::Slower));
    insta::assert_snapshot!(bencher_lines(&run, &judged));
    insta::assert_snapshot!(bencher_metric_format(&run, &judged));
}
