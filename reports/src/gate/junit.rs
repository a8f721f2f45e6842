//! `JUnit` XML, as CI systems read it: a case is a test, a regression a failure, doubt an error.

use std::fmt::Write;

use super::{
    CaseResult, ExactOutcome, GateRun, GatedCase, Judgement, TimeOutcome, Verdict, alarms,
};
use crate::format;

/// What a test case ends in.
enum End {
    Good,
    Failure(String),
    Error(String),
    Skipped(String),
}

/// The gate as one test suite, a test a case and one for the canaries.
pub fn junit(run: &GateRun, judgement: &Judgement) -> String {
    // What is reported and not held against the head must not turn a build red.
    let forgiven = judgement.verdict == Verdict::Rebaseline;
    let mut tests: Vec<(String, String, f64, End)> = run
        .cases
        .iter()
        .zip(&judgement.cases)
        .map(|(case, result)| {
            let end = match end(case, result) {
                End::Failure(why) | End::Error(why) if forgiven => End::Skipped(why),
                end => end,
            };
            let id = &case.time.case;
            (id.kernel.clone(), id.to_string(), case.time.base_ns * 1e-9, end)
        })
        .collect();
    let alarming = alarms(&run.canaries);
    let canary = if alarming.is_empty() && !run.canaries.is_empty() {
        End::Good
    } else {
        End::Error(judgement.reasons.join("; "))
    };
    tests.push(("gate".to_owned(), "canaries".to_owned(), 0.0, canary));
    let count = |keep: fn(&End) -> bool| tests.iter().filter(|test| keep(&test.3)).count();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"amdahl gate\" \
         tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\" timestamp=\"{}\">\n",
        tests.len(),
        count(|end| matches!(end, End::Failure(_))),
        count(|end| matches!(end, End::Error(_))),
        count(|end| matches!(end, End::Skipped(_))),
        run.took_s,
        escaped(run.started.trim_end_matches('Z')),
    );
    for (class, name, seconds, end) in &tests {
        let (element, why) = match end {
            End::Good => ("", ""),
            End::Failure(why) => ("failure", why.as_str()),
            End::Error(why) => ("error", why.as_str()),
            End::Skipped(why) => ("skipped", why.as_str()),
        };
        let head = format!(
            "<testcase classname=\"{}\" name=\"{}\" time=\"{seconds:.9}\"",
            escaped(class),
            escaped(name)
        );
        let body = if element.is_empty() {
            "/>".to_owned()
        } else {
            format!("><{element} message=\"{}\"/></testcase>", escaped(why))
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{head}{body}");
    }
    text + "</testsuite>\n</testsuites>\n"
}

fn end(case: &GatedCase, result: &CaseResult) -> End {
    let grown: Vec<String> = case
        .exact
        .iter()
        .zip(&result.exact)
        .filter(|(_, exact)| exact.outcome == ExactOutcome::Increased)
        .map(|(counts, exact)| {
            let value = |value: Option<f64>| value.map(format::count).unwrap_or_default();
            format!("{} rose from {} to {}", counts.metric, value(exact.base), value(exact.head))
        })
        .collect();
    let slower = result.time.change.map(|change| format::change_interval(&change));
    match &result.time.outcome {
        TimeOutcome::Failed(why) => End::Failure(why.clone()),
        TimeOutcome::Slower => {
            let slower = format!("slower by {}", slower.unwrap_or_default());
            End::Failure([vec![slower], grown].concat().join("; "))
        }
        _ if !grown.is_empty() => End::Failure(grown.join("; ")),
        TimeOutcome::Undecided(why) => End::Error(why.clone()),
        TimeOutcome::NotComparable(why) => End::Skipped(why.clone()),
        TimeOutcome::SlowerByLayout => {
            let slower = slower.unwrap_or_default();
            End::Skipped(format!("slower by {slower} by its layout alone: a warning"))
        }
        TimeOutcome::Within | TimeOutcome::Faster => End::Good,
    }
}

/// Text as an attribute; characters that XML 1.0 cannot hold become `?`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' | '\r' => escaped.push(' '),
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => escaped.push('?'),
            c => escaped.push(c),
        }
    }
    escaped
}
