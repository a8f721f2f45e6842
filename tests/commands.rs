//! `cargo amdahl …` end to end, with a real process.

mod common;

use common::{Sandbox, assert_code, stderr, stdout};

#[test]
fn list_prints_one_measured_case_a_line_and_declarations_as_json() {
    let sandbox = Sandbox::of("own_kernels");
    let lines = stdout(&sandbox.amdahl("list --threads 2"));
    assert!(lines.contains("dot/rayon/1000000/t2\n"), "{lines}");
    assert!(lines.lines().all(|line| line.split('/').count() >= 3), "{lines}");
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&sandbox.amdahl("list --json"))).expect("JSON");
    assert_eq!(json[0]["id"], "dot");
    assert_eq!(json[1]["absent"][0]["variant"], "faer");
}

#[test]
fn check_says_how_much_of_the_tolerance_each_variant_uses() {
    let sandbox = Sandbox::of("own_kernels");
    let output = sandbox.amdahl("check dot");
    assert_code(&output, 0);
    assert!(stdout(&output).contains("dot/zip/7 agrees with naive"), "{}", stdout(&output));
    assert!(stderr(&output).contains("0 do not"), "{}", stderr(&output));
    assert_code(&Sandbox::of("misbehaving").amdahl("check sum/disagrees"), 2);
}

/// An oracle file for the example suite's inner product of the two rows of a matrix.
fn oracle(kernel: &str, want: f64) -> String {
    format!(
        r#"{{"kernel": "{kernel}", "cases": [{{"name": "known", "rtol": 1e-12, "atol": 0,
            "input": {{"shape": [2, 3], "data": [1, 2, 3, 4, 5, 6]}}, "output": {want:?}}}]}}"#
    )
}

#[test]
fn check_against_oracle_files_tells_agreement_difference_and_unknown_kernels_apart() {
    let sandbox = Sandbox::of("own_kernels");
    let folder = sandbox.target().join("oracles");
    std::fs::create_dir(&folder).expect("a folder");
    let check = || sandbox.amdahl(&format!("check --against {}", folder.display()));
    assert_code(&check(), 1);

    std::fs::write(folder.join("dot.json"), oracle("dot", 32.0)).expect("a file");
    let output = check();
    assert_code(&output, 0);
    assert!(stdout(&output).contains("dot/rayon/t2, known: agrees"), "{}", stdout(&output));

    std::fs::write(folder.join("dot.json"), oracle("dot", 33.0)).expect("a file");
    let output = check();
    assert_code(&output, 2);
    assert!(stdout(&output).contains("dot/zip, known: differs"), "{}", stdout(&output));

    std::fs::write(folder.join("other.json"), oracle("convolution", 1.0)).expect("a file");
    let output = check();
    assert_code(&output, 1);
    assert!(stderr(&output).contains("no kernel `convolution`"), "{}", stderr(&output));
    assert!(stdout(&output).contains("dot/zip, known: differs"), "the others are still checked");
}

#[test]
fn a_users_own_file_is_checked_and_measured() {
    let sandbox = Sandbox::of("own_kernels");
    let file = |name: &str, text: &str| {
        let path = sandbox.target().join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let good = file("mine.csv", "1,2,3\n4,5,6\n");
    let output = sandbox.amdahl(&format!("measure dot/zip dot/naive --budget 2s --input {good}"));
    assert_code(&output, 0);
    let report = sandbox.report();
    assert!(report.contains("dot at mine.csv"), "{report}");
    assert!(report.contains("--input mine.csv"), "{report}");

    let ragged = file("ragged.csv", "1,2,3\n4,5\n");
    let word = file("word.csv", "1,2\n3,x\n");
    for (words, said) in [
        (format!("measure dot --input {ragged}"), "line 2: 2 cells where the first row has 3"),
        (format!("measure dot --input {word}"), "line 2, column 2: `x` is no number"),
        (format!("measure --input {good}"), "name it"),
        (format!("measure dor --input {good}"), "there is no kernel `dor`"),
        (format!("measure dot --input y={good}"), "takes no `y`"),
        ("measure dot --input absent.npy".to_owned(), "absent.npy"),
    ] {
        let output = sandbox.amdahl(&words);
        assert_code(&output, 1);
        assert!(stderr(&output).contains(said), "{words}: {}", stderr(&output));
    }
}

#[test]
fn measure_keeps_a_run_that_report_and_compare_find() {
    let sandbox = Sandbox::of("own_kernels");
    let measured = sandbox.amdahl("measure dot/zip dot/naive --budget 2s --json");
    assert_code(&measured, 0);
    let json: serde_json::Value = serde_json::from_str(&stdout(&measured)).expect("JSON");
    assert!(json.is_object(), "{json}");
    let csv = sandbox.amdahl("report --format csv");
    assert_code(&csv, 0);
    assert!(stdout(&csv).contains("zip"), "{}", stdout(&csv));
    let path = sandbox.amdahl("report");
    assert!(stdout(&path).trim_end().ends_with("report/README.md"), "{}", stdout(&path));
    let run = std::fs::read_dir(sandbox.amdahl_folder().join("runs")).unwrap().next().unwrap();
    let name = run.unwrap().file_name().into_string().unwrap();
    let compared = sandbox.amdahl(&format!("compare {name}"));
    assert_code(&compared, 0);
    assert!(stdout(&compared).contains("dot/zip/10000"), "{}", stdout(&compared));
}

#[test]
fn the_seed_is_printed_and_settable_and_changes_the_input() {
    let sandbox = Sandbox::of("own_kernels");
    assert_code(&sandbox.amdahl("measure dot/zip/10000 --budget 1s --seed 7"), 0);
    assert!(sandbox.report().contains("`7`"), "the report names the seed");
}

#[test]
fn profile_finds_the_hottest_function_and_line() {
    let sandbox = Sandbox::of("own_kernels");
    assert_code(&sandbox.amdahl("profile dot/naive/1000000 --budget 4s"), 0);
    let report = sandbox.report();
    assert!(report.contains("own_kernels.rs:"), "a source line of the kernel:\n{report}");
    assert!(!report.contains(env!("CARGO_MANIFEST_DIR")), "no folder of this machine:\n{report}");
}

#[test]
fn an_unknown_kernel_exits_1_with_the_nearest_names() {
    let output = Sandbox::of("own_kernels").amdahl("measure transpoze");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("transpose"), "{}", stderr(&output));
}

#[test]
fn errors_of_use_exit_1_and_help_shows_examples() {
    let sandbox = Sandbox::of("own_kernels");
    for words in ["", "meazure", "measure --budget soon", "report --format xml", "compare"] {
        assert_code(&sandbox.amdahl(words), 1);
    }
    for command in ["list", "check", "measure", "profile", "report", "compare"] {
        let help = sandbox.amdahl(&format!("{command} --help"));
        assert_code(&help, 0);
        assert!(stdout(&help).contains("Examples:"), "{}", stdout(&help));
    }
}

#[test]
fn a_report_of_nothing_says_how_to_make_a_run() {
    let output = Sandbox::of("own_kernels").amdahl("report");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("cargo bench"), "{}", stderr(&output));
}

#[test]
fn comparing_with_an_unknown_baseline_names_those_there_are() {
    let sandbox = Sandbox::of("own_kernels");
    assert_code(&sandbox.bench("dot/zip/10000 --quick --save-baseline first"), 0);
    let output = sandbox.amdahl("compare frist");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("first"), "{}", stderr(&output));
}
