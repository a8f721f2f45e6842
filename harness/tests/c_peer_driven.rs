//! The peer in C under the real driver: installed, agreed with, timed, reported.
//!
//! Without a C compiler there is nothing to hold, and the test says so.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::process::{Command, Output};

use amdahl_reports::{CaseId, Run, measurer, wire};
use common::{Sandbox, assert_code, stderr, stdout};

struct Suite(Sandbox);

impl Suite {
    fn amdahl(&self, words: &str) -> Output {
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/peers");
        let mut command = self.0.command();
        command
            .args(words.split_whitespace())
            .env("AMDAHL_CLI", "1")
            .env("AMDAHL_EXAMPLE_PEERS", peers);
        self.0.run(&mut command)
    }
}

#[test]
#[allow(clippy::disallowed_macros, reason = "a test that held nothing must not pass in silence")]
fn the_c_peer_is_installed_agrees_and_stands_in_the_tables_beside_our_variants() {
    if Command::new("cc").arg("--version").output().is_err() {
        eprintln!("not tested: there is no C compiler `cc` here");
        return;
    }
    let suite = Suite(Sandbox::of("peer_in_c"));
    let before = suite.amdahl("peers");
    assert!(stdout(&before).contains("peers install c"), "{}", stdout(&before));
    let installed = suite.amdahl("peers install c");
    assert_code(&installed, 0);

    let measured = suite.amdahl("measure");
    assert_code(&measured, 0);
    let records = suite.0.read("report/records.jsonl");
    let run: Run = wire::decode(records.as_bytes()).expect("readable records");
    for (kernel, size) in [("softmax", "100x100"), ("covariance", "200x16")] {
        let case = CaseId::new(kernel, "c.loops", size, 1);
        let timed = run.measurement(&case, measurer::INTERLEAVED);
        let timed = timed.unwrap_or_else(|| panic!("{case} is timed: {}", stderr(&measured)));
        assert!(!timed.series[0].totals.is_empty());
        assert!(run.measurement(&case, measurer::CHECK).is_some(), "{case} agrees");
        let page = suite.0.read(&format!("report/kernels/{kernel}.md"));
        let page = page.replace('\u{a0}', " ");
        assert!(page.contains("`loops` (C)"), "{page}");
        let variant = run.kernel(kernel).and_then(|kernel| kernel.variant("c.loops"));
        assert_eq!(variant.expect("it is listed").shown(), "loops (C)");
    }
}
