//! `cargo amdahl gate` as a whole program: two sides as processes, verdicts as exit codes.
//!
//! Most sides are stub workers, whose times are made up and so the same on any machine.

#![allow(clippy::disallowed_methods, reason = "a test waits and looks at the clock")]

#[path = "../../tests/common/mod.rs"]
mod common;
mod sides;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{Sandbox, assert_code, example, stderr, stdout};
use serde_json::Value;
use sides::{gate, gate_command, json, script, stub, stubs};

/// `cargo amdahl accept` with these words.
fn accept(sandbox: &Sandbox, case: &str, metric: &str, reason: &str) -> Output {
    let mut command = sandbox.command();
    let words = ["accept", case, metric, "--reason", reason];
    sandbox.run(command.env("AMDAHL_CLI", "1").args(words))
}

#[test]
fn the_same_times_pass_with_a_bound() {
    let (_, output) = stubs("", "", "--json");
    assert_code(&output, 0);
    let result = json(&output);
    assert_eq!(result["verdict"], "no_regression");
    // Pairs spread by 0.4 %, so no bound is near 1 %.
    assert!(result["sight"].as_f64().expect("a bound") < 0.01, "{result:#}");
    assert_eq!(result["results"][0]["launches"], 12);
}

#[test]
fn five_per_cent_more_are_a_regression_confirmed_on_fresh_launches() {
    let (_, output) = stubs("cost=1000", "cost=1050", "--json");
    assert_code(&output, 2);
    let result = json(&output);
    for case in result["results"].as_array().expect("results") {
        assert_eq!((&case["time"], &case["launches"]), (&Value::from("slower"), &Value::from(48)));
        assert!((case["change"].as_f64().expect("a change") - 0.05).abs() < 0.002, "{case:#}");
    }
}

#[test]
fn half_a_per_cent_is_below_the_limit_and_five_per_cent_less_is_told() {
    assert_code(&stubs("", "cost=1005", "").1, 0);
    let (_, faster) = stubs("", "cost=950", "");
    assert_code(&faster, 0);
    assert!(stdout(&faster).contains("Faster"), "{}", stdout(&faster));
}

#[test]
fn what_swings_too_much_to_tell_is_inconclusive_or_fails_when_strict() {
    // Whole processes are up to 30 % slower or faster, by the padding that the gate's seed draws, and batches
    // really take their time: about as many launches fit into the budget in every run.
    let sides = |words| stubs("sleep=5", "sleep=5,swing=30", words).1;
    let output = sides("--budget 6s --seed 5");
    assert_code(&output, 3);
    assert!(stdout(&output).contains("could not have been seen"), "{}", stdout(&output));
    assert_code(&sides("--budget 6s --seed 5 --strict"), 2);
}

#[test]
fn a_base_that_differs_from_its_own_copy_convicts_nobody() {
    let (_, output) = stubs("twin=5", "cost=1050", "");
    assert_code(&output, 3);
    assert!(stdout(&output).contains("a copy of itself"), "{}", stdout(&output));
}

#[test]
fn one_block_more_fails_until_it_is_accepted_with_a_reason() {
    let (sandbox, output) = stubs("blocks=2", "blocks=3", "");
    assert_code(&output, 2);
    assert!(stdout(&output).contains("2 cases allocate more"), "{}", stdout(&output));
    assert_code(&accept(&sandbox, "sum/fold/1000", "wall_time", "it is not slower"), 1);
    assert_code(&accept(&sandbox, "sum/fold/1000", "heap_blocks", " "), 1);
    for case in ["sum/fold/1000", "sum/naive/1000"] {
        assert_code(&accept(&sandbox, case, "heap_blocks", "a cache of sums"), 0);
    }
    let (base, head) = (sandbox.target().join("base"), sandbox.target().join("head"));
    let again = gate(&sandbox, &base, &head, "");
    assert_code(&again, 0);
    assert!(stdout(&again).contains("accepted: a cache of sums"), "{}", stdout(&again));
    let more = stub(&sandbox, "more", "blocks=4");
    assert_code(&gate(&sandbox, &base, &more, ""), 2);
    let merged = gate(&sandbox, &head, &head, "");
    assert_code(&merged, 0);
    let said = stdout(&merged);
    assert!(
        said.contains("accepts heap_blocks of sum/fold/1000, which it no longer needs"),
        "{said}"
    );
}

#[test]
fn a_slow_down_is_accepted_for_its_case_alone() {
    let (sandbox, output) = stubs("", "cost=1050", "");
    assert_code(&output, 2);
    assert_code(&accept(&sandbox, "sum/fold/1000", "wall_time", "checks its input now"), 0);
    let (base, head) = (sandbox.target().join("base"), sandbox.target().join("head"));
    assert_code(&gate(&sandbox, &base, &head, "fold"), 0);
    assert_code(&gate(&sandbox, &base, &head, "--filter naive"), 2);
}

#[test]
fn a_worker_that_goes_wrong_in_mid_run_is_held_against_its_own_side() {
    let faults =
        [("dies=4", "SIGABRT"), ("hangs=4", "no answer within"), ("rubbish=4", "the protocol")];
    for (fault, said) in faults {
        let (_, output) = stubs("", fault, "fold --timeout 0.5s");
        assert_code(&output, 2);
        assert!(stdout(&output).contains(said), "{fault}: {}", stdout(&output));
        let (_, output) = stubs(fault, "", "fold --timeout 0.5s");
        assert_code(&output, 3);
        assert!(stdout(&output).contains("in the base"), "{fault}: {}", stdout(&output));
    }
}

#[test]
fn a_fault_of_both_sides_is_not_the_heads() {
    let (_, output) = stubs("dies=4", "dies=4", "fold");
    assert_code(&output, 3);
}

#[test]
fn a_fault_that_does_not_repeat_is_told_and_no_verdict() {
    let sandbox = Sandbox::of("gated");
    let base = stub(&sandbox, "base", "");
    let once = sandbox.target().join("died");
    let head = stub(&sandbox, "head", &format!("once={}", once.display()));
    let output = gate(&sandbox, &base, &head, "fold");
    assert_code(&output, 0);
    assert!(once.exists(), "it died once");
    assert!(stdout(&output).contains("failed once in the head"), "{}", stdout(&output));
}

#[test]
fn a_base_of_another_protocol_or_none_is_refused_with_advice() {
    let (_, output) = stubs("protocol=99", "", "");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("speaks protocol 99"), "{}", stderr(&output));
    let sandbox = Sandbox::of("gated");
    let head = stub(&sandbox, "head", "");
    for base in [Path::new("/bin/cat"), Path::new("no/such/program")] {
        assert_code(&gate(&sandbox, base, &head, ""), 1);
    }
}

#[test]
fn no_case_in_common_is_no_pass() {
    let (_, output) = stubs("", "", "nothing_of_this_name");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("no case matches the filter"), "{}", stderr(&output));
}

#[test]
fn the_budget_ends_the_run_and_what_is_missing_is_undecided() {
    let began = Instant::now();
    // Eight launches of one epoch, the least there is, would sleep 8 x 3 x 4 x 60 ms = 5.8 s.
    let (_, output) = stubs("sleep=60", "sleep=60", "--budget 4s");
    assert_code(&output, 3);
    // Starting the program and writing the files are beside the budget; two seconds cover them.
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    let said = stdout(&output);
    assert!(said.contains("the budget ended before the plan did"), "{said}");
}

#[test]
fn every_output_is_written_and_a_full_disk_is_no_silent_pass() {
    let sandbox = Sandbox::of("gated");
    let (base, head) = (stub(&sandbox, "base", ""), stub(&sandbox, "head", "cost=1050"));
    let summary = sandbox.target().join("summary.md");
    fs::write(&summary, "before\n").expect("a summary");
    let words = "fold --junit gate.xml --bmf gate.json --markdown gate.md --bencher";
    let mut command = gate_command(&sandbox, &base, &head, words);
    let output = command.env("GITHUB_STEP_SUMMARY", &summary).output().expect("the gate starts");
    assert_code(&output, 2);
    assert!(stdout(&output).starts_with("test sum/fold/1000 ... bench:"), "{}", stdout(&output));
    let read = |name: &str| fs::read_to_string(sandbox.target().join(name)).expect(name);
    assert!(read("gate.xml").contains("<failure message=\"slower by"));
    assert!(read("gate.json").contains("\"latency\""));
    assert!(read("gate.md").starts_with("# Gate: regression"));
    assert_eq!(read("summary.md"), format!("before\n{}", read("gate.md")));
    assert!(sandbox.read("gate/result.json").contains("\"verdict\": \"regression\""));
    let same = stub(&sandbox, "same", "");
    let full = gate(&sandbox, &base, &same, "fold --junit /dev/full");
    assert_code(&full, 1);
    assert!(stderr(&full).contains("the verdict is `no regression`, but"), "{}", stderr(&full));
    let mut command = gate_command(&sandbox, &base, &same, "fold");
    let full = command.env("GITHUB_STEP_SUMMARY", "/dev/full").output().expect("the gate starts");
    assert_code(&full, 1);
    let nowhere = fs::File::options().write(true).open("/dev/full").expect("a full device");
    let mut command = gate_command(&sandbox, &base, &same, "fold");
    assert_code(&command.stdout(nowhere).output().expect("the gate starts"), 1);
}

#[test]
fn a_disk_that_is_full_from_the_start_is_named_and_gives_no_verdict() {
    let sandbox = Sandbox::of("gated");
    let (base, head) = (stub(&sandbox, "base", ""), stub(&sandbox, "head", ""));
    let gate = gate_command(&sandbox, &base, &head, "fold");
    // No file may grow, and a write that would is an error and no signal: as on a full disk.
    let mut full = Command::new("sh");
    full.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"]).arg(gate.get_program());
    full.args(gate.get_args()).current_dir(sandbox.target());
    for (name, value) in gate.get_envs() {
        match value {
            Some(value) => full.env(name, value),
            None => full.env_remove(name),
        };
    }
    let output = sandbox.run(&mut full);
    assert_code(&output, 1);
    assert!(stderr(&output).contains("canary: "), "{}", stderr(&output));
    assert!(!stdout(&output).contains("no regression"), "{}", stdout(&output));
}

#[test]
fn an_interrupt_ends_every_worker_and_gives_no_verdict() {
    let sandbox = Sandbox::of("gated");
    let pids = sandbox.target().join("pids");
    let options = format!("hangs=4,pids={}", pids.display());
    let (base, head) = (stub(&sandbox, "base", &options), stub(&sandbox, "head", &options));
    let mut command = gate_command(&sandbox, &base, &head, "fold --timeout 50s");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let workers = || fs::read_to_string(&pids).map_or(0, |text| text.lines().count());
    let waiting = Instant::now();
    // Two greetings, three checks and two counts come before the first launch, which hangs.
    while workers() < 9 && waiting.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).expect("a process's id"));
    rustix::process::kill_process(id.expect("a process"), rustix::process::Signal::INT)
        .expect("it is there");
    let output = child.wait_with_output().expect("it ends");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("interrupted: there is no verdict"), "{}", stderr(&output));
    for id in fs::read_to_string(&pids).expect("ids").lines() {
        assert!(!Path::new("/proc").join(id).exists(), "worker {id} is left");
    }
    let left = fs::read_dir(sandbox.amdahl_folder().join("gate")).expect("the gate's folder");
    assert_eq!(left.count(), 0, "nothing unfinished is left");
}

#[test]
fn a_second_gate_waits_for_the_first() {
    let sandbox = Sandbox::of("gated");
    let (base, head) = (stub(&sandbox, "base", ""), stub(&sandbox, "head", ""));
    fs::create_dir_all(sandbox.amdahl_folder()).expect("a folder");
    let lock = fs::File::create(sandbox.amdahl_folder().join("lock")).expect("a lock file");
    lock.lock().expect("the lock is free");
    let mut command = gate_command(&sandbox, &base, &head, "fold");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().expect("a status").is_none(), "it waits");
    drop(lock);
    let output = child.wait_with_output().expect("it ends");
    assert_code(&output, 0);
    assert!(stderr(&output).contains("waiting for it"), "{}", stderr(&output));
}

#[test]
fn a_broken_file_of_decisions_is_said_before_anything_is_measured() {
    let sandbox = Sandbox::of("gated");
    let (base, head) = (stub(&sandbox, "base", ""), stub(&sandbox, "head", ""));
    fs::write(sandbox.target().join("amdahl.toml"), "[[limit]]\ncases = 3\n").expect("a file");
    let output = gate(&sandbox, &base, &head, "fold");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("amdahl.toml"), "{}", stderr(&output));
}

#[test]
fn cases_of_one_side_are_listed_and_a_head_that_disagrees_or_allocates_fails() {
    let sandbox = Sandbox::of("gated");
    let base = example("gated");
    let differing =
        |how: &str| script(&sandbox, how, &format!("AMDAHL_EXAMPLE={how} exec {}", base.display()));
    let renamed = gate(&sandbox, &base, &differing("renames"), "--budget 3s --json");
    let result = json(&renamed);
    assert_eq!(result["run"]["only_base"][0]["variant"], "fold");
    assert_eq!(result["run"]["only_head"][0]["variant"], "reduce");
    let wrong = gate(&sandbox, &base, &differing("disagrees"), "fold --budget 3s");
    assert_code(&wrong, 2);
    assert!(stdout(&wrong).contains("disagrees in the head"), "{}", stdout(&wrong));
    let more = gate(&sandbox, &base, &differing("allocates"), "fold --budget 3s");
    assert_code(&more, 2);
    assert!(stdout(&more).contains("heap_blocks"), "{}", stdout(&more));
}

#[test]
fn a_real_program_against_itself_is_never_a_regression() {
    let sandbox = Sandbox::of("gated");
    let program = example("gated");
    let output = gate(&sandbox, &program, &program, "--budget 12s");
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 3)), "{code:?}\n{}", stdout(&output));
}

#[test]
fn a_real_program_with_four_times_the_work_is_found_unless_the_machine_is_busy() {
    let sandbox = Sandbox::of("gated");
    let program = example("gated");
    let line = format!("AMDAHL_EXAMPLE=slower exec {}", program.display());
    let slower = script(&sandbox, "slower", &line);
    let output = gate(&sandbox, &program, &slower, "fold --budget 25s --json");
    let case = &json(&output)["run"]["cases"][0]["time"];
    let pairs = |which: &str| case["pairs"][which].as_u64().expect("a count");
    if 2 * pairs("disturbed") > pairs("all") {
        // Beside other programs it may be unable to tell. It must not pass.
        assert!(matches!(output.status.code(), Some(2 | 3)), "{}", stdout(&output));
    } else {
        assert_code(&output, 2);
    }
}
