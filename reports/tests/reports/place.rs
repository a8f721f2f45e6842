//! What surrounds a planted run.

use amdahl_reports::{Environment, SelfTest, Tool};

use crate::plant::samples;

/// A quiet desktop: nothing is wrong with it.
pub fn environment() -> Environment {
    let tool = |name: &str, version: &str| Tool {
        name: name.to_owned(),
        version: Some(version.to_owned()),
    };
    Environment {
        governors: vec!["performance".to_owned()],
        boost: Some(false),
        threads_per_core: Some(1),
        throttled: Some(0),
        cpu_quota: Some(f64::INFINITY),
        quota_exhausted: Some(0),
        address_randomisation: Some(2),
        huge_pages: Some("madvise".to_owned()),
        busy: Some(Vec::new()),
        counts_heap: true,
        tools: vec![tool("valgrind", "valgrind-3.19.0"), tool("perf", "perf version 6.1")],
        self_test: Some(self_test(0.002, 0.0)),
    }
}

/// A self-test of two tries of 30 pairs that scatter by `spread` about a ratio of `1 + bias`.
pub fn self_test(spread: f64, bias: f64) -> SelfTest {
    SelfTest {
        pairs_a_try: 30,
        first_ns: samples(1_000.0, spread, 60, 1),
        second_ns: samples(1_000.0 * (1.0 + bias), spread, 60, 2),
        processes_ns: samples(1_000.0, spread, 8, 3),
    }
}
