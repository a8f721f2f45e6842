//! Test mode: every case once, in libtest's words, so that cargo, nextest and people can read it.

use std::fmt::Write;
use std::process::ExitCode;

use amdahl_reports::CaseId;

use super::args::BenchArgs;
use crate::cli::MEASURED_CASE_FAILED;
use crate::cli::print::{Streams, exit};
use crate::cli::settings::Settings;
use crate::driver::LiveCase;
use crate::plan::{Group, Plan};
use crate::protocol::Purpose;

/// The groups test mode runs: smoke sizes always, measured sizes where cargo runs a benchmark.
fn groups<'p>(plan: &'p Plan, args: &BenchArgs) -> impl Iterator<Item = &'p Group> {
    let measured = if args.is_bench() { plan.groups.as_slice() } else { &[] };
    plan.smoke.iter().chain(measured)
}

/// Prints the names: of measured cases under `cargo bench`, of smoke cases under `cargo test`.
pub(super) fn list(
    plan: &Plan,
    args: &BenchArgs,
    streams: &mut Streams,
) -> anyhow::Result<ExitCode> {
    let groups = if args.is_bench() { &plan.groups } else { &plan.smoke };
    let names: Vec<&CaseId> = groups.iter().flat_map(|group| &group.cases).collect();
    let kind = if args.is_bench() { "benchmark" } else { "test" };
    for name in &names {
        streams.out(&format!("{name}: {kind}\n"))?;
    }
    if !args.lists_tersely() {
        let (tests, benchmarks) = if args.is_bench() { (0, names.len()) } else { (names.len(), 0) };
        streams.out(&format!("\n{tests} tests, {benchmarks} benchmarks\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Sets each case up, holds it to its reference, and says how it went.
pub(super) fn run(
    plan: &Plan,
    args: &BenchArgs,
    settings: &Settings,
    streams: &mut Streams,
) -> anyhow::Result<ExitCode> {
    let launcher = settings.launcher()?;
    let total: usize = groups(plan, args).map(|group| group.cases.len()).sum();
    streams.out(&format!("\nrunning {total} tests\n"))?;
    let mut failures: Vec<(CaseId, String)> = Vec::new();
    for group in groups(plan, args) {
        for id in &group.cases {
            let checked = launcher.launch(Purpose::Time, id.threads).and_then(|worker| {
                LiveCase::prepare(worker, id, &plan.source, Some(&group.reference))
            });
            let verdict = if checked.is_ok() { "ok" } else { "FAILED" };
            streams.out(&format!("test {id} ... {verdict}\n"))?;
            if let Err(failure) = checked {
                failures
                    .push((id.clone(), format!("{}: {}", failure.kind.label(), failure.reason)));
            }
        }
    }
    close(streams, total - failures.len(), &failures);
    Ok(exit(if failures.is_empty() { 0 } else { MEASURED_CASE_FAILED }))
}

/// The closing lines.
pub(super) fn close(streams: &mut Streams, passed: usize, failures: &[(CaseId, String)]) {
    let mut text = String::new();
    if !failures.is_empty() {
        text.push_str("\nfailures:\n");
        for (id, reason) in failures {
            let _ = writeln!(text, "    {id}: {reason}");
        }
    }
    let result = if failures.is_empty() { "ok" } else { "FAILED" };
    let failed = failures.len();
    let _ = writeln!(
        text,
        "\ntest result: {result}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out\n"
    );
    // A closed pipe: whoever reads has gone, and the exit code still tells.
    let _ = streams.out(&text);
}
