//! `cargo amdahl whatif` as a whole program, on files by the tools that write them.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::path::PathBuf;
use std::process::{Command, Output};

use common::{Sandbox, stderr, stdout};
use serde_json::Value;

/// The program, in the folder of the profiles: it needs no suite and no workspace.
fn whatif(words: &str) -> Output {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/profiles");
    let mut program = Command::new(env!("CARGO_BIN_EXE_cargo-amdahl"));
    program.current_dir(folder).args(["amdahl", "whatif"]).args(words.split_whitespace());
    program.output().expect("the program starts")
}

#[track_caller]
fn answer(words: &str) -> Value {
    let output = whatif(&format!("{words} --json"));
    assert!(output.status.success(), "{words}: {}", stderr(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[track_caller]
fn refusal(words: &str) -> String {
    let output = whatif(words);
    assert_eq!(output.status.code(), Some(1), "{words}: {}", stdout(&output));
    assert!(output.stdout.is_empty(), "data and an error: {}", stdout(&output));
    stderr(&output)
}

#[track_caller]
fn number(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path} of {value:#}"))
}

#[track_caller]
fn assert_near(found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() <= tolerance, "{found}, not {wanted}");
}

const D1: &str = "exercise-D1.txt --function data_augmentation --speedup 2";

#[test]
fn the_total_of_a_table_is_the_sum_of_its_self_times() {
    let answer = answer(D1);
    // 45.2 + 3.1 + 0.5 + 12.7 + 8.3, and by Amdahl's law 69.8 / 47.2 and 69.8 / 24.6.
    assert_near(number(&answer, "/total"), 69.8e9, 1.0);
    assert_near(number(&answer, "/total_after"), 47.2e9, 1.0);
    assert_near(number(&answer, "/speed_up"), 69.8 / 47.2, 1e-9);
    assert_near(number(&answer, "/limit"), 69.8 / 24.6, 1e-9);
    assert_eq!(answer["other_part"], Value::Null, "self and cumulative time are the same");
}

#[test]
fn a_subtree_is_another_reading_and_says_what_lies_outside() {
    let text = stdout(&whatif(D1));
    for words in ["1.479x overall", "more than 2.837x", "69.8 s", "1.863x", "48.8 s"] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    let outside = "21.0 s of the whole lie outside train_epoch: compute_loss (12.7 s) and \
                   forward_pass (8.30 s)";
    assert!(text.contains(outside), "{text}");
}

#[test]
fn markdown_holds_the_same_figures() {
    let text = stdout(&whatif(&format!("{D1} --markdown")));
    assert!(text.starts_with("# What if `data_augmentation` were 2x as fast\n"), "{text}");
    assert!(text.contains("**1.479x overall**") && text.contains(" 1.863x |"), "{text}");
}

#[test]
fn half_of_the_time_gone_is_a_factor_of_two() {
    let reduced = answer("exercise-D1.txt --function data_augmentation --reduce 50%");
    assert_eq!(reduced["speed_up"], answer(D1)["speed_up"]);
}

#[test]
fn a_total_that_the_user_knows_takes_the_place_of_the_sum() {
    let answer = answer(&format!("{D1} --total 100"));
    assert_near(number(&answer, "/speed_up"), 100.0 / (100.0 - 22.6), 1e-9);
    let readings = answer["readings"].as_array().expect("readings");
    let sum = readings.iter().find(|reading| reading["total"] == 69.8e9).expect("the sum");
    assert_near(number(sum, "/speed_up"), 69.8 / 47.2, 1e-9);
    let error = refusal(&format!("{D1} --total 60"));
    assert!(error.contains("--total is 60.0 s, but the profile holds 69.8 s"), "{error}");
}

/// Self and cumulative seconds as `marshal.load` of Python gives them for the same files.
#[test]
fn the_dumps_of_four_writers_are_read_as_python_reads_them() {
    for (file, total, tokens) in [
        ("work.pstats", 0.143_985_253, [0.089_598_805, 0.102_905_262]),
        ("work-marshal3.pstats", 0.143_985_253, [0.089_598_805, 0.102_905_262]),
        ("work-python3.13.pstats", 0.250_534_273, [0.172_204_405, 0.213_880_446]),
        ("work-profile-module.pstats", 0.309_639_583, [0.149_036_445, 0.255_261_239]),
    ] {
        let answer = answer(&format!("{file} --function tokens --speedup 2"));
        assert_near(number(&answer, "/total"), total * 1e9, 1.0);
        assert_near(number(&answer, "/functions/0/self"), tokens[0] * 1e9, 1.0);
        assert_near(number(&answer, "/functions/0/cumulative"), tokens[1] * 1e9, 1.0);
        let law = total / (total - tokens[1] / 2.0);
        assert_near(number(&answer, "/speed_up"), law, 1e-6);
    }
}

#[test]
fn a_dump_of_python_2_is_read() {
    let answer = answer("work-python2.7.pstats --function depth --speedup inf");
    assert_eq!(answer["functions"][0]["calls"], 24_600);
    assert_eq!(answer["functions"][0]["outermost_calls"], 600);
}

#[test]
fn recursion_is_counted_from_the_outermost_call() {
    let answer = answer("work.pstats --function depth --speedup 2");
    assert_near(number(&answer, "/functions/0/counted"), 0.014_552_553e9, 1.0);
    let text = stdout(&whatif("work.txt --function depth --speedup 2"));
    assert!(text.contains("24,600/600"), "{text}");
}

#[test]
fn nested_functions_are_counted_once_where_callers_are_known() {
    let both = answer("work.pstats --function parse --function tokens --speedup 2");
    let parse = answer("work.pstats --function parse --speedup 2");
    let tokens = answer("work.pstats --function tokens --speedup 2");
    let counted = number(&both, "/functions/0/counted") + number(&both, "/functions/1/counted");
    let all = number(&parse, "/functions/0/counted") + number(&tokens, "/functions/0/counted");
    // Of the cumulative time of `tokens`, as `marshal.load` gives it by caller, `parse` calls this.
    assert_near(counted, all - TOKENS_WITHIN_PARSE_NS, 1.0);
    assert!(both["notes"].to_string().contains("counted once"), "{both:#}");
}

/// `stats[tokens][4][parse][3]` of `work.pstats`.
const TOKENS_WITHIN_PARSE_NS: f64 = 58_368_491.0;

#[test]
fn nested_functions_of_a_printed_table_are_refused_and_their_bodies_are_not() {
    let words = "work.txt --function parse --function tokens --speedup 2";
    let error = refusal(words);
    for advice in ["`work.py:8(tokens)` may run within `work.py:21(parse)`", "--self", ".pstats"] {
        assert!(error.contains(advice), "{advice}: {error}");
    }
    let answer = answer(&format!("{words} --self"));
    assert_eq!(answer["part"], "self");
}

#[test]
fn self_time_is_another_question_than_cumulative_time() {
    let all = answer("work.pstats --function parse --speedup 2");
    let own = answer("work.pstats --function parse --speedup 2 --self");
    assert!(number(&all, "/speed_up") > 1.2 && number(&own, "/speed_up") < 1.01);
    assert_eq!(all["other_part"]["speed_up"], own["speed_up"]);
    assert_eq!(own["other_part"]["speed_up"], all["speed_up"]);
}

#[test]
fn a_table_that_was_cut_uses_the_time_in_its_head() {
    let answer = answer("work-first-four.txt --function tokens --speedup 2");
    assert_near(number(&answer, "/total"), 0.144e9, 1.0);
    let whole = self::answer("work.pstats --function tokens --speedup 2");
    // Both are of one profile; the table has three decimals of a second.
    assert_near(number(&answer, "/speed_up"), number(&whole, "/speed_up"), 0.01);
}

#[test]
fn names_that_are_no_function_or_several_say_what_to_write() {
    let error = refusal("work.pstats --function tokenz --speedup 2");
    assert!(error.contains("no function `tokenz`; the nearest names are tokens"), "{error}");
    let error = refusal("work.pstats --function step --speedup 2");
    assert!(error.contains("work.py:38(step)") && error.contains("work.py:43(step)"), "{error}");
    let one = answer("work.pstats --function work.py:38(step) --speedup 2");
    assert_eq!(one["functions"][0]["function"], "work.py:38(step)");
    let error = refusal("work.pstats --function step --function tokens --speedup 2");
    assert!(error.contains("2 functions"), "{error}");
    let error = refusal("work.pstats --function tokens --function work.py:8(tokens) --speedup 2");
    assert!(error.contains("named twice"), "{error}");
}

#[test]
fn stacks_answer_for_nested_functions_exactly() {
    let key = "drop_duplicates::key_of";
    let folded =
        answer(&format!("apply.folded --function {key} --function _int_malloc --speedup 2"));
    let protobuf = answer(&format!("apply.pb --function {key} --function _int_malloc --speedup 2"));
    assert_near(number(&folded, "/speed_up"), number(&protobuf, "/speed_up"), 1e-6);
    let counted =
        |answer: &Value, at: usize, what: &str| number(answer, &format!("/functions/{at}/{what}"));
    // Some of the allocator's time is within `key_of` and some is not.
    assert!(counted(&folded, 0, "counted") < counted(&folded, 0, "cumulative"));
    assert_eq!(counted(&folded, 1, "counted"), counted(&folded, 1, "cumulative"));
}

#[test]
fn the_lines_that_py_spy_tells_apart_are_one_function() {
    let answer = answer("work-py-spy.folded --function tokens --speedup 2");
    // Sums by awk: `/tokens/ { s += $NF }`, and of all lines.
    assert_eq!(
        (number(&answer, "/functions/0/counted"), number(&answer, "/total")),
        (191.0, 324.0)
    );
}

#[test]
fn a_trace_states_its_wall_time_as_another_reading() {
    let answer = answer("node.json --function V8.GCScavenger --speedup 2");
    let readings = answer["readings"].as_array().expect("readings");
    let wall =
        readings.iter().find(|reading| reading["what"] == "from the first event to the last");
    assert!(wall.is_some(), "{answer:#}");
    assert_eq!(answer["unit"], "ns");
}

#[test]
fn a_file_beyond_the_limit_and_a_missing_one_are_errors_of_use() {
    let error = refusal("work.pstats --function tokens --speedup 2 --max-bytes 100");
    assert!(error.contains("more than the 100 allowed"), "{error}");
    assert!(refusal("nowhere.pstats --function f --speedup 2").contains("nowhere.pstats"));
    assert!(refusal("work.pstats --function tokens").contains("`tokens` has no factor"));
}

#[test]
fn the_stages_of_our_own_records_are_a_profile() {
    let sandbox = Sandbox::of("two_stages");
    let measured = sandbox.amdahl("measure --budget 2s");
    assert!(measured.status.success(), "{}", stderr(&measured));
    let records = "amdahl/report/records.jsonl";
    let asked = sandbox.amdahl(&format!("whatif {records} --function long --speedup 2 --json"));
    assert!(asked.status.success(), "{}", stderr(&asked));
    let answer: Value = serde_json::from_slice(&asked.stdout).expect("JSON");
    // Three quarters of the work: 1 / (1/4 + 3/8) is 1.6, and no noise makes it as little as half.
    let speed_up = number(&answer, "/speed_up");
    assert!((1.33..2.0).contains(&speed_up), "{answer:#}");
    assert!(answer["total_from"].as_str().is_some_and(|from| from.contains("iterations")));
    let error =
        stderr(&sandbox.amdahl(&format!("whatif {records} --function nothing --speedup 2")));
    assert!(error.contains("no function `nothing`") && error.contains("short"), "{error}");
}
