//! `docs/gate-evaluation.md` is what the published suites come to.
//!
//! Suites are added to the file by `cargo amdahl gate --self-test`; with `UPDATE_FIGURES=1` the page is then
//! written anew.

mod published;

use std::fs;

use amdahl_reports::gate::evaluation::{Evaluation, evaluation_document};
use amdahl_reports::{render, wire};

use published::{root, updates};

/// Each line a suite, with all that was measured.
const SUITES: &str = "reports/published/gate-self-test/suites.jsonl";

const EVALUATION: &str = "docs/gate-evaluation.md";

#[test]
fn the_evaluation_of_the_gate_is_what_its_suites_come_to() {
    let suites = fs::read(root().join(SUITES)).expect("the suites are there");
    let suites = wire::decode_suites(&suites).expect("sound suites");
    let page = render::markdown(&evaluation_document(&Evaluation::new(&suites)));
    let path = root().join(EVALUATION);
    if updates() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let found = fs::read_to_string(&path).expect("the page is there");
    assert!(found == page, "{EVALUATION} is not what {SUITES} gives: run with UPDATE_FIGURES=1");
}
