//! A bench target under criterion's and libtest's flags.

mod common;

use common::{Sandbox, assert_code, stderr, stdout};

#[test]
fn a_bench_run_measures_everything_and_prints_the_reports_path_last() {
    let sandbox = Sandbox::of("own_kernels");
    let output = sandbox.bench("dot --quick");
    assert_code(&output, 0);
    let last = stdout(&output).lines().last().unwrap().to_owned();
    assert!(last.ends_with("report/README.md"), "{last}");
    let report = sandbox.report();
    for part in ["## dot", "`zip`", "`rayon`", "flamegraphs/dot/", "heap", "charts/dot.svg"] {
        assert!(report.contains(part), "no {part} in\n{report}");
    }
    assert!(!report.contains("## transpose"), "the filter keeps `dot` alone");
    for file in ["report/records.jsonl", "report/index.html", "report/charts/summary.svg"] {
        assert!(!sandbox.read(file).is_empty());
    }
    let records = amdahl_reports::wire::decode(sandbox.read("report/records.jsonl").as_bytes());
    let run = records.expect("the records are readable");
    assert!(run.records.iter().any(|record| record.measurer == "criterion"));
    assert!(run.records.iter().any(|record| record.measurer == "heap"));
    assert!(run.records.iter().any(|record| record.measurer == "profile"));
}

#[test]
fn the_clock_costs_less_than_one_per_cent_of_every_time() {
    let sandbox = Sandbox::of("own_kernels");
    assert_code(&sandbox.bench("dot/naive/10000 --quick"), 0);
    let run =
        amdahl_reports::wire::decode(sandbox.read("report/records.jsonl").as_bytes()).unwrap();
    let cost = run.info.conditions.clock_cost_ns;
    assert!(cost > 0.0, "the clock's cost is measured");
    let series = run.records.iter().filter_map(|record| match &record.outcome {
        amdahl_reports::Outcome::Measured(measurement) => Some(&measurement.series),
        _ => None,
    });
    let timed = series.flatten().filter(|series| series.metric == "wall_time");
    for total in timed.flat_map(|series| &series.totals) {
        assert!(cost < 0.01 * total, "{cost} ns of {total} ns");
    }
}

#[test]
fn the_list_names_measured_cases_under_bench_and_smoke_cases_under_test() {
    let sandbox = Sandbox::of("own_kernels");
    let benches = stdout(&sandbox.bench("--list"));
    assert!(benches.contains("dot/zip/10000: benchmark\n"), "{benches}");
    assert!(benches.contains("benchmarks\n"), "{benches}");
    let tests = stdout(&sandbox.test("--list --format terse"));
    assert!(tests.lines().all(|line| line.ends_with(": test")), "{tests}");
    assert!(tests.contains("dot/zip/7: test\n"), "{tests}");
    assert_eq!(stdout(&sandbox.test("--list --format terse --ignored")), "");
}

#[test]
fn one_exact_name_runs_one_test_as_nextest_asks() {
    let output = Sandbox::of("own_kernels").test("dot/zip/7 --exact --nocapture");
    assert_code(&output, 0);
    assert!(stdout(&output).contains("test dot/zip/7 ... ok"), "{}", stdout(&output));
    assert!(stdout(&output).contains("1 passed; 0 failed"), "{}", stdout(&output));
}

#[test]
fn test_mode_runs_every_smoke_case_once_and_measured_ones_under_bench() {
    let sandbox = Sandbox::of("own_kernels");
    let smoke = stdout(&sandbox.test(""));
    assert!(smoke.contains("test transpose/tiled/5 ... ok"), "{smoke}");
    assert!(!smoke.contains("transpose/tiled/1000"), "{smoke}");
    let both = stdout(&sandbox.bench("transpose --test"));
    assert!(both.contains("test transpose/tiled/1000 ... ok"), "{both}");
}

#[test]
fn a_failing_case_fails_the_test_run_with_its_reason() {
    let output = Sandbox::of("misbehaving").test("sum/panics");
    assert_code(&output, 2);
    let text = stdout(&output);
    assert!(text.contains("test sum/panics/3 ... FAILED"), "{text}");
    assert!(text.contains("no sum of 3 values"), "{text}");
    assert!(text.contains("test result: FAILED."), "{text}");
}

#[test]
fn a_filter_that_matches_nothing_warns_with_the_nearest_names_and_exits_0() {
    let output = Sandbox::of("own_kernels").bench("transpoze");
    assert_code(&output, 0);
    let said = stderr(&output);
    assert!(said.contains("no case matches `transpoze`"), "{said}");
    assert!(said.contains("transpose"), "{said}");
}

#[test]
fn errors_of_use_exit_1_and_never_2() {
    let sandbox = Sandbox::of("own_kernels");
    for words in ["--no-such-flag", "--sample-size 3", "--quick --sample-size 50", "("] {
        let output = sandbox.bench(words);
        assert_code(&output, 1);
        assert!(!stderr(&output).is_empty(), "{words} says why");
    }
    assert_code(&sandbox.bench("--help"), 0);
}

#[test]
fn a_saved_baseline_can_be_compared_with_and_an_unknown_one_is_an_error() {
    let sandbox = Sandbox::of("own_kernels");
    assert_code(&sandbox.bench("dot/zip/10000 --save-baseline before --sample-size 10"), 0);
    assert!(sandbox.amdahl_folder().join("baselines/before.jsonl").exists());
    let compared = sandbox.bench("dot/zip/10000 --baseline before --sample-size 10");
    assert_code(&compared, 0);
    assert!(stdout(&compared).contains("change:"), "criterion compares: {}", stdout(&compared));
    assert!(stdout(&compared).contains("dot/zip/10000"), "{}", stdout(&compared));
    let unknown = sandbox.bench("dot/zip/10000 --baseline nowhere");
    assert_code(&unknown, 1);
    assert!(stderr(&unknown).contains("nowhere"), "{}", stderr(&unknown));
}

#[test]
fn bencher_lines_leave_stdout_to_the_program_that_reads_them() {
    let output = Sandbox::of("own_kernels")
        .bench("dot/zip/10000 --exact --output-format bencher --sample-size 10");
    assert_code(&output, 0);
    let lines = stdout(&output);
    let foreign =
        |line: &&str| !line.is_empty() && !line.starts_with("test dot/zip/10000 ... bench:");
    assert_eq!(lines.lines().find(foreign), None, "{lines}");
    assert!(stderr(&output).contains("report/README.md"));
}

#[test]
fn profile_time_leaves_a_flame_graph_where_criterions_users_look() {
    let sandbox = Sandbox::of("own_kernels");
    let output = sandbox.bench("dot/naive/1000000 --profile-time 1");
    assert_code(&output, 0);
    let folder = sandbox.target().join("criterion/dot/naive/1000000/profile");
    let graph = std::fs::read_to_string(folder.join("flamegraph.svg")).expect("a flame graph");
    assert!(graph.contains("own_kernels"), "it shows the kernel's frames");
    assert!(folder.join("profile.pb").exists());
}
