//! `cargo amdahl history`, `merge` and `--shard` as whole programs, over files that other machines could
//! have written.

#![allow(clippy::disallowed_methods, reason = "a test runs git")]

#[path = "../../tests/common/mod.rs"]
mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{Sandbox, assert_code, example, stderr, stdout};
use serde_json::Value;

fn write(sandbox: &Sandbox, name: &str, text: &str) -> PathBuf {
    let path = sandbox.target().join(name);
    fs::write(&path, text).expect("a file");
    path
}

fn read(sandbox: &Sandbox, name: &str) -> String {
    fs::read_to_string(sandbox.target().join(name)).expect("a file")
}

/// A line as another machine would have written it.
fn line(commit: usize, case: &str, machine: &str, value: f64) -> String {
    let day = format!("2026-{:02}-{:02}", 1 + commit / 28, 1 + commit % 28);
    format!(
        "{{\"history\":1,\"committed\":\"{day}T10:00:00Z\",\"commit\":\"{:012x}\",\"machine\":\"{machine}\",\
         \"suite\":\"kernels\",\"anchor\":\"5f0e1a9c3b7d\",\"case\":\"{case}\",\"metric\":\"wall_time\",\
         \"measured\":\"{day}T11:00:00Z\",\"ln_ratio\":{value},\"low\":{},\"high\":{},\"launches\":16,\
         \"anchor_ns\":1000.0}}\n",
        0xabc0_0000_0000_u64 + commit as u64,
        value - 0.5,
        value + 0.5,
    )
}

/// Noise without chance: every machine sees the same.
fn noise(commit: usize) -> f64 {
    ((commit * 37) % 41) as f64 / 41.0 * 0.02
}

/// A case that becomes 4 % slower at the fiftieth of eighty commits, and one that does not.
fn changing(machine: &str) -> String {
    let commits = 0..80;
    let lines = commits.map(|commit| {
        let shift = if commit >= 50 { 0.04 } else { 0.0 };
        line(commit, "sum/zip/10", machine, noise(commit) + shift)
            + &line(commit, "sum/naive/10", machine, noise(commit))
    });
    lines.collect()
}

/// A repository in the sandbox, with one commit.
fn repository(sandbox: &Sandbox) {
    fs::write(sandbox.target().join(".gitignore"), "*\n!code\n").expect("a file");
    write(sandbox, "code", "one");
    for words in [
        &["init", "--quiet"][..],
        &["add", "code"],
        &[
            "-c",
            "user.name=A Test",
            "-c",
            "user.email=test@example.org",
            "commit",
            "--quiet",
            "-m",
            "one",
        ],
    ] {
        let mut git = Command::new("git");
        for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
            git.env_remove(variable);
        }
        let output = git.current_dir(sandbox.target()).args(words).output().expect("git runs");
        assert!(output.status.success(), "{}", stderr(&output));
    }
}

/// A program that is the stub worker with these options.
fn stub(sandbox: &Sandbox, name: &str, options: &str) -> PathBuf {
    let worker = example("stub_worker");
    let text = format!(
        "#!/bin/sh\nAMDAHL_STUB='{options}' AMDAHL_SELF=\"$0\" exec {} \"$@\"\n",
        worker.display()
    );
    let path = write(sandbox, name, &text);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("an executable");
    path
}

/// `history add` between stubs.
fn add(sandbox: &Sandbox, anchor: &Path, head: &Path, words: &str) -> Output {
    let mut command = sandbox.command();
    command
        .env("AMDAHL_CLI", "1")
        .env("AMDAHL_BUDGET", "60s")
        .args(["history", "add", "--commit", "HEAD", "--anchor-binary"])
        .arg(anchor)
        .arg("--head-binary")
        .arg(head)
        .args(words.split_whitespace());
    sandbox.run(&mut command)
}

#[test]
fn a_commit_is_measured_against_the_anchor_and_appended() {
    let sandbox = Sandbox::of("gated");
    repository(&sandbox);
    let (anchor, head) = (stub(&sandbox, "a", "cost=1000"), stub(&sandbox, "h", "cost=1050"));
    assert_code(&add(&sandbox, &anchor, &head, ""), 0);
    let lines = sandbox.read("history.jsonl");
    let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    // 1.05 is 0.0488 in logarithms; pairs of the stub spread by 0.4 %.
    assert!((first["ln_ratio"].as_f64().expect("a ratio") - 0.0488).abs() < 0.002, "{first:#}");
    assert_eq!(first["commit"].as_str().map(str::len), Some(12));
    assert!(first["anchor"].as_str().is_some_and(|anchor| anchor.starts_with("crc32:")));
    assert_code(&add(&sandbox, &anchor, &head, ""), 0);
    let twice = sandbox.read("history.jsonl");
    assert!(twice.starts_with(&lines), "it is only appended to");
    assert_eq!(twice.lines().count(), 2 * lines.lines().count());
    let shown = sandbox.amdahl("history");
    assert_code(&shown, 0);
    assert!(stdout(&shown).contains("too few commits yet"), "{}", stdout(&shown));
}

#[test]
fn the_last_gate_can_be_appended_when_its_base_was_the_anchor() {
    let sandbox = Sandbox::of("gated");
    repository(&sandbox);
    let (anchor, head) = (stub(&sandbox, "a", "cost=1000"), stub(&sandbox, "h", "cost=1050"));
    let mut gate = sandbox.command();
    gate.env("AMDAHL_CLI", "1").env("AMDAHL_BUDGET", "60s").env_remove("GITHUB_STEP_SUMMARY");
    gate.arg("gate").arg("--base-binary").arg(&anchor).arg("--head-binary").arg(&head);
    assert_code(&sandbox.run(&mut gate), 2);
    assert_code(&sandbox.amdahl("history add --gate-result"), 1);
    assert_code(&sandbox.amdahl("history add --gate-result --commit HEAD"), 0);
    let lines = sandbox.read("history.jsonl");
    assert!(lines.lines().count() > 0 && lines.contains("\"launches\":60"), "{lines}");
}

#[test]
fn a_change_is_shown_with_its_commit_and_its_picture() {
    let sandbox = Sandbox::of("gated");
    write(&sandbox, "h.jsonl", &(changing("one machine") + &changing("another")));
    let output = sandbox.amdahl("history --file h.jsonl");
    assert_code(&output, 0);
    let text = stdout(&output);
    assert!(
        text.contains("2 cases on 2 kinds of machine over 80 commits")
            && text.contains("2 changes"),
        "{text}"
    );
    assert!(text.contains("abc000000032") && text.contains("one machine"), "{text}");
    assert!(!text.contains("sum/naive/10"), "{text}");
    assert!(sandbox.read("history/001-sum-zip-10.svg").contains("abc0000 +4."));
    assert!(sandbox.read("history/README.md").contains("overview.svg"));
}

#[test]
fn a_damaged_line_is_named_and_left_out_only_when_asked_to() {
    let sandbox = Sandbox::of("gated");
    let good = changing("m");
    let cut = good.lines().next().expect("a line").get(..40).expect("long").to_owned();
    write(&sandbox, "h.jsonl", &format!("{good}{cut}\n\u{fffd}\n"));
    let refused = sandbox.amdahl("history --file h.jsonl");
    assert_code(&refused, 1);
    assert!(stderr(&refused).contains("h.jsonl line 161: no entry"), "{}", stderr(&refused));
    let skipped = sandbox.amdahl("history --file h.jsonl --skip-damaged");
    assert_code(&skipped, 0);
    assert!(stderr(&skipped).contains("left out the damaged lines 161 and 162"));
    assert!(stdout(&skipped).contains("1 change."), "{}", stdout(&skipped));
}

#[test]
fn a_line_of_a_newer_version_is_never_left_out() {
    let sandbox = Sandbox::of("gated");
    write(&sandbox, "h.jsonl", &(changing("m") + "{\"history\":2,\"new\":true}\n"));
    let output = sandbox.amdahl("history --file h.jsonl --skip-damaged");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("line 161: written by a newer amdahl"), "{}", stderr(&output));
}

#[test]
fn a_history_that_is_absent_or_empty_says_how_to_begin_one() {
    let sandbox = Sandbox::of("gated");
    write(&sandbox, "empty.jsonl", "");
    for words in ["history", "history --file empty.jsonl"] {
        let output = sandbox.amdahl(words);
        assert_code(&output, 1);
        assert!(stderr(&output).contains("history add --anchor"), "{}", stderr(&output));
    }
    repository(&sandbox);
    let output = sandbox.amdahl("history add");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("there is no anchor"), "{}", stderr(&output));
}

#[test]
fn nothing_is_appended_to_a_line_that_is_cut_short() {
    let sandbox = Sandbox::of("gated");
    repository(&sandbox);
    let anchor = stub(&sandbox, "a", "");
    let cut = line(1, "sum/zip/10", "m", 0.0).trim_end().to_owned() + "\n{\"history\":1,";
    write(&sandbox, "h.jsonl", &cut);
    let output = add(&sandbox, &anchor, &anchor, "--file h.jsonl");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("cut short"), "{}", stderr(&output));
    assert_eq!(read(&sandbox, "h.jsonl"), cut);
    assert_code(&sandbox.amdahl("merge h.jsonl --into h.jsonl --skip-damaged"), 0);
    assert_code(&add(&sandbox, &anchor, &anchor, "--file h.jsonl"), 0);
}

#[test]
fn changes_that_are_in_no_commit_are_not_measured() {
    let sandbox = Sandbox::of("gated");
    repository(&sandbox);
    write(&sandbox, "code", "two");
    let output = sandbox.amdahl("history add --anchor HEAD");
    assert_code(&output, 1);
    assert!(stderr(&output).contains("commit them first"), "{}", stderr(&output));
}

#[test]
fn histories_merge_in_any_order_and_any_number_of_times() {
    let sandbox = Sandbox::of("gated");
    write(&sandbox, "a", &changing("one"));
    write(&sandbox, "b", &changing("another"));
    let lines = changing("one");
    let backwards: Vec<&str> = lines.lines().rev().collect();
    write(&sandbox, "c", &(backwards.join("\n") + "\n"));
    for words in [
        "merge a b --into ab",
        "merge b a --into ba",
        "merge ab a c b --into again",
        "merge c b --into cb",
    ] {
        assert_code(&sandbox.amdahl(words), 0);
    }
    let merged = read(&sandbox, "ab");
    assert_eq!(merged.lines().count(), 320);
    for other in ["ba", "again", "cb"] {
        assert!(read(&sandbox, other) == merged, "{other} differs");
    }
    let refused = sandbox.amdahl("merge a b --into c");
    assert_code(&refused, 1);
    assert!(stderr(&refused).contains("is there already"), "{}", stderr(&refused));
    assert_code(&sandbox.amdahl("merge a c --into c"), 0);
}

#[test]
fn shards_of_a_run_are_together_the_run() {
    let sandbox = Sandbox::of("own_kernels");
    let list = |words: &str| -> Vec<String> {
        let output = sandbox.amdahl(words);
        stdout(&output).lines().map(str::to_owned).collect()
    };
    assert!(list("list").len() > 3);
    for shard in ["1/2", "2/2"] {
        let output = sandbox.amdahl(&format!("measure --shard {shard} --budget 4s"));
        assert_code(&output, 0);
        let records = sandbox.read("report/records.jsonl");
        write(&sandbox, &format!("{}.jsonl", &shard[..1]), &records);
    }
    for (words, into) in [("1.jsonl 2.jsonl", "a"), ("2.jsonl 1.jsonl 2.jsonl", "b")] {
        assert_code(&sandbox.amdahl(&format!("merge {words} --into {into}.jsonl")), 0);
    }
    let merged = read(&sandbox, "a.jsonl");
    assert_eq!(merged, read(&sandbox, "b.jsonl"));
    let timed = |text: &str| {
        text.lines().filter(|line| line.contains("\"measurer\":\"interleaved\"")).count()
    };
    let parts = ["1.jsonl", "2.jsonl"].map(|name| timed(&read(&sandbox, name)));
    assert!(parts.iter().all(|count| *count > 0), "{parts:?}");
    assert_eq!(timed(&merged), parts.iter().sum::<usize>());
    assert_code(&sandbox.amdahl("report a.jsonl --format terminal"), 0);
    assert_code(&sandbox.amdahl("measure --shard 1/2 --budget 2s --seed 7"), 0);
    write(&sandbox, "seed.jsonl", &sandbox.read("report/records.jsonl"));
    let refused = sandbox.amdahl("merge 1.jsonl seed.jsonl --into s.jsonl");
    assert_code(&refused, 1);
    assert!(stderr(&refused).contains("differ in seed"), "{}", stderr(&refused));
}

#[test]
fn a_shard_of_cargo_bench_is_known_to_criterion_too() {
    let sandbox = Sandbox::of("own_kernels");
    let names = |words: &str| -> Vec<String> {
        let output = sandbox.bench(words);
        assert_code(&output, 0);
        stdout(&output).lines().map(str::to_owned).collect()
    };
    let mut parts = names("--list --format terse --shard 1/2");
    assert!(!parts.is_empty());
    parts.extend(names("--list --format terse --shard=2/2"));
    parts.sort();
    let mut all = names("--list --format terse");
    all.sort();
    assert_eq!(parts, all);
    let wrong = sandbox.bench("--list --shard 3/2");
    assert_code(&wrong, 1);
    assert!(stderr(&wrong).contains("there is no 3/2"), "{}", stderr(&wrong));
    let empty = sandbox.amdahl("measure --shard 99/99");
    assert_code(&empty, 1);
    assert!(stderr(&empty).contains("fewer kernels and sizes than shards"), "{}", stderr(&empty));
}
